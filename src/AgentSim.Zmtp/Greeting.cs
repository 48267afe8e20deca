namespace AgentSim.Zmtp;

/// <summary>
/// The first 64 bytes of a connection, in both directions (ZMTP 3.1): signature, version, security mechanism.
/// </summary>
internal static class Greeting
{
    public const int Length = 64;

    /// <summary>Bytes that tell whether the peer speaks the protocol at all.</summary>
    public const int SignatureLength = 11;

    private const int VersionAt = 10;
    private const int MechanismAt = 12;
    private const int MechanismLength = 20;

    /// <summary>Ours: version 3.1, mechanism NULL, no server.</summary>
    public static ReadOnlyMemory<byte> Own { get; } = MakeOwn();

    /// <summary>Checks the first <see cref="SignatureLength"/> bytes.</summary>
    /// <exception cref="ZmtpException">This is not a peer of version 3.</exception>
    public static void CheckSignature(ReadOnlySpan<byte> greeting)
    {
        // The bytes between have no meaning.
        if (greeting[0] != 0xff || greeting[9] != 0x7f) throw new ZmtpException("the peer does not speak ZMTP");
        if (greeting[VersionAt] < 3) throw new ZmtpException($"the peer speaks an old version of ZMTP ({greeting[VersionAt]}); 3 is needed");
    }

    /// <summary>Checks a whole greeting.</summary>
    /// <exception cref="ZmtpException">The peer wants another security mechanism.</exception>
    public static void Check(ReadOnlySpan<byte> greeting)
    {
        CheckSignature(greeting);
        ReadOnlySpan<byte> mechanism = greeting.Slice(MechanismAt, MechanismLength).TrimEnd((byte)0);
        if (!mechanism.SequenceEqual("NULL"u8)) throw new ZmtpException("the peer wants a security mechanism; only NULL is supported");
    }

    private static byte[] MakeOwn()
    {
        var greeting = new byte[Length];
        greeting[0] = 0xff;
        greeting[9] = 0x7f;
        greeting[VersionAt] = 3;
        greeting[VersionAt + 1] = 1;
        "NULL"u8.CopyTo(greeting.AsSpan(MechanismAt));
        return greeting;
    }
}
