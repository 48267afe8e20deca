using System.Buffers.Binary;
using System.Text;

namespace AgentSim.Zmtp;

/// <summary>Bodies of commands (ZMTP 3.1): a name, then data.</summary>
internal static class ZmtpCommand
{
    /// <summary>The longest body of a command; the commands there are need much less.</summary>
    public const int MaxLength = 4 << 10;

    private const byte LongFlag = 2;
    private const byte CommandFlag = 4;
    private const int LongestName = 40;   // in messages

    /// <summary>Our READY, a whole frame.</summary>
    public static ReadOnlyMemory<byte> Ready { get; } = Frame("READY"u8, [11, .. "Socket-Type"u8, 0, 0, 0, 4, .. "PULL"u8]);

    /// <summary>An ERROR, a whole frame.</summary>
    public static byte[] Error(string reason)
    {
        byte[] text = Encoding.ASCII.GetBytes(reason);
        return Frame("ERROR"u8, [(byte)text.Length, .. text]);
    }

    /// <summary>The answer to a PING, a whole frame.</summary>
    public static byte[] Pong(ReadOnlySpan<byte> context) => Frame("PONG"u8, context);

    /// <summary>Splits a body into name and data.</summary>
    /// <exception cref="ZmtpException">It has no name.</exception>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> data)
    {
        if (body.IsEmpty || body[0] == 0 || body.Length <= body[0]) throw new ZmtpException("a command has no name");
        data = body[(1 + body[0])..];
        return body.Slice(1, body[0]);
    }

    /// <summary>Checks the properties of a READY: the peer has to be a pushing socket.</summary>
    /// <exception cref="ZmtpException">It is not, or the properties are malformed.</exception>
    public static void CheckReady(ReadOnlySpan<byte> data)
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

        if (type != "PUSH") throw new ZmtpException($"the peer is a {type ?? "nameless"} socket; only PUSH can send here");
    }

    /// <summary>Time after which a PING wants the connection closed when nothing more comes; zero for never.</summary>
    public static TimeSpan PingTtl(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> context)
    {
        if (data.Length < 2) throw new ZmtpException("a PING is cut short");
        context = data[2..];
        return TimeSpan.FromMilliseconds(100 * BinaryPrimitives.ReadUInt16BigEndian(data));
    }

    /// <summary>The reason an ERROR gives.</summary>
    public static string ErrorReason(ReadOnlySpan<byte> data) =>
        data.IsEmpty || data.Length <= data[0] ? "no reason" : Text(data.Slice(1, data[0]));

    private static ZmtpException Malformed() => new("the peer's READY is malformed");

    // For a message, which must not drive a terminal.
    private static string Text(ReadOnlySpan<byte> text) => string.Concat(
        Encoding.Latin1.GetString(text.Length > LongestName ? text[..LongestName] : text).Select(c => char.IsAscii(c) && !char.IsControl(c) ? c : '?'));

    private static byte[] Frame(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        int length = 1 + name.Length + data.Length;
        byte[] header = length <= byte.MaxValue
            ? [CommandFlag, (byte)length]
            : [CommandFlag | LongFlag, 0, 0, 0, 0, 0, 0, (byte)(length >> 8), (byte)length];
        return [.. header, (byte)name.Length, .. name, .. data];
    }
}
