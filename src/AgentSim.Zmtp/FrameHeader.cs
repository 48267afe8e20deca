using System.Buffers.Binary;

namespace AgentSim.Zmtp;

/// <summary>What stands before the body of a frame (ZMTP 3.1): flags and size.</summary>
/// <param name="IsCommand">Whether it is a command and not part of a message.</param>
/// <param name="HasMore">Whether the message goes on behind it.</param>
/// <param name="Length">Bytes of the header.</param>
/// <param name="BodyLength">Bytes of the body.</param>
internal readonly record struct FrameHeader(bool IsCommand, bool HasMore, int Length, long BodyLength)
{
    private const int More = 1, Long = 2, Command = 4;

    /// <summary>Reads a header if it is there as a whole.</summary>
    /// <exception cref="ZmtpException">The flags or the size are invalid.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.IsEmpty) return false;
        byte flags = bytes[0];
        if ((flags & ~(More | Long | Command)) != 0 || (flags & (More | Command)) == (More | Command))
            throw new ZmtpException($"a frame has the invalid flags 0x{flags:x2}");
        bool isLong = (flags & Long) != 0;
        int length = isLong ? 9 : 2;
        if (bytes.Length < length) return false;
        ulong size = isLong ? BinaryPrimitives.ReadUInt64BigEndian(bytes[1..]) : bytes[1];
        if (size > long.MaxValue) throw new ZmtpException("a frame has an invalid size");
        header = new FrameHeader((flags & Command) != 0, (flags & More) != 0, length, (long)size);
        return true;
    }
}
