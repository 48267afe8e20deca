namespace AgentSim.Zmtp;

/// <summary>The first 64 bytes that a peer sends (ZMTP 3.1): signature, version, security mechanism.</summary>
internal static class Greeting
{
    /// <summary>All of it.</summary>
    public const int Length = 64;

    /// <summary>Bytes that tell whether the peer speaks the protocol at all; it may wait for ours before it sends more.</summary>
    public const int SignatureLength = 10;

    private const int VersionAt = 10;
    private const int MechanismAt = 12;
    private const int MechanismLength = 20;

    /// <summary>Checks the first byte: peers of version 1 begin with another, and may then wait for ever.</summary>
    /// <exception cref="ZmtpException">This is no peer of version 2 or later.</exception>
    public static void CheckFirst(byte first)
    {
        if (first != 0xff) throw new ZmtpException("the peer does not speak ZMTP 3");
    }

    /// <summary>Checks the first <see cref="SignatureLength"/> bytes.</summary>
    /// <exception cref="ZmtpException">This is no peer of version 2 or later.</exception>
    public static void CheckSignature(ReadOnlySpan<byte> greeting)
    {
        CheckFirst(greeting[0]);
        if (greeting[9] != 0x7f) throw new ZmtpException("the peer does not speak ZMTP 3");   // the bytes between have no meaning
    }

    /// <summary>Checks the version, the byte behind the signature.</summary>
    /// <exception cref="ZmtpException">This is not a peer of version 3.</exception>
    public static void CheckVersion(ReadOnlySpan<byte> greeting)
    {
        // Version 1.0 has no such byte, version 2.0 (of ZeroMQ 3.2) says 1.
        if (greeting[VersionAt] < 3)
            throw new ZmtpException($"the peer speaks an old version of ZMTP ({greeting[VersionAt]}); 3 is needed");
    }

    /// <summary>Checks a whole greeting.</summary>
    /// <exception cref="ZmtpException">The peer wants another security mechanism.</exception>
    public static void CheckMechanism(ReadOnlySpan<byte> greeting)
    {
        ReadOnlySpan<byte> mechanism = greeting.Slice(MechanismAt, MechanismLength).TrimEnd((byte)0);
        if (!mechanism.SequenceEqual("NULL"u8)) throw new ZmtpException("the peer wants a security mechanism; only NULL is supported");
    }
}
