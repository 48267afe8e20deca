using System.Buffers.Binary;
using System.Text;

namespace AgentSim.Zmtp;

/// <summary>Bodies of commands (ZMTP 3.1): a name, then data.</summary>
internal static class ZmtpCommand
{
    /// <summary>The longest body of a command; the commands there are need much less.</summary>
    public const int MaxLength = 4 << 10;

    private const int LongestName = 40;   // in messages

    /// <summary>What a socket of another type is told, a whole frame: it would see no reason otherwise.</summary>
    public static ReadOnlyMemory<byte> WrongType { get; } = (byte[])[4, 26, 5, .. "ERROR"u8, 19, .. "Invalid socket type"u8];

    /// <summary>Splits a body into name and data.</summary>
    /// <exception cref="ZmtpException">It has no name.</exception>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> data)
    {
        if (body.IsEmpty || body[0] == 0 || body.Length <= body[0]) throw new ZmtpException("a command has no name");
        data = body[(1 + body[0])..];
        return body.Slice(1, body[0]);
    }

    /// <summary>Reads the properties of a READY: what type of socket the peer is; null if it does not say.</summary>
    /// <exception cref="ZmtpException">The properties are malformed.</exception>
    public static string? SocketType(ReadOnlySpan<byte> data)
    {
        string? type = null;
        while (!data.IsEmpty)
        {
            int nameLength = data[0];
            if (nameLength == 0 || data.Length < 1 + nameLength + 4) throw Malformed();
            ReadOnlySpan<byte> name = data.Slice(1, nameLength);
            data = data[(1 + nameLength)..];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(data);
            data = data[4..];
            if (length > data.Length) throw Malformed();
            if (Ascii.EqualsIgnoreCase(name, "Socket-Type"u8)) type = Text(data[..(int)length]);
            data = data[(int)length..];
        }

        return type;
    }

    /// <summary>
    /// Takes the time after which a PING wants the connection closed when nothing more comes out of its data; zero for never.
    /// </summary>
    /// <exception cref="ZmtpException">It is cut short.</exception>
    public static TimeSpan TakeTtl(Span<byte> data)
    {
        if (data.Length < 2) throw new ZmtpException("a PING is cut short");
        TimeSpan ttl = TimeSpan.FromMilliseconds(100 * BinaryPrimitives.ReadUInt16BigEndian(data));
        data[..2].Clear();
        return ttl;
    }

    /// <summary>The reason an ERROR gives.</summary>
    public static string ErrorReason(ReadOnlySpan<byte> data) =>
        data.IsEmpty || data.Length <= data[0] ? "no reason" : Text(data.Slice(1, data[0]));

    private static ZmtpException Malformed() => new("the peer's READY is malformed");

    // For a message, which must not drive a terminal.
    private static string Text(ReadOnlySpan<byte> text) => string.Concat(
        Encoding.Latin1.GetString(text.Length > LongestName ? text[..LongestName] : text)
            .Select(c => char.IsAscii(c) && !char.IsControl(c) ? c : '?'));
}

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

/// <summary>A peer does not speak the protocol, or is of the wrong kind; its connection is closed.</summary>
internal sealed class ZmtpException(string message) : Exception(message);
