using System.Buffers.Binary;
using System.Text;

namespace AgentSim.Tests.Capture;

/// <summary>Writes MessagePack, as far as tests need it.</summary>
internal static class Pack
{
    public static byte[] Map(params (object Key, object? Value)[] pairs) =>
        [0xde, (byte)(pairs.Length >> 8), (byte)pairs.Length,
            .. pairs.SelectMany(pair => (byte[])[.. Value(pair.Key), .. Value(pair.Value)])];

    private static byte[] Value(object? value)
    {
        var bytes = new byte[9];
        switch (value)
        {
            case null: return [0xc0];
            case string text when Encoding.UTF8.GetByteCount(text) < 32: return [(byte)(0xa0 | Encoding.UTF8.GetByteCount(text)),
                .. Encoding.UTF8.GetBytes(text)];
            case string text: return [0xda, (byte)(Encoding.UTF8.GetByteCount(text) >> 8), (byte)Encoding.UTF8.GetByteCount(text),
                .. Encoding.UTF8.GetBytes(text)];
            case byte[] raw: return raw;
            case bool truth: return [truth ? (byte)0xc3 : (byte)0xc2];
            case int small and >= 0 and < 128: return [(byte)small];
            case ulong whole:
                bytes[0] = 0xcf;
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1), whole);
                return bytes;
            case long or int:
                bytes[0] = 0xd3;
                BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Convert.ToInt64(value, null));
                return bytes;
            case double real:
                bytes[0] = 0xcb;
                BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(1), real);
                return bytes;
            default: throw new ArgumentException(value.GetType().Name, nameof(value));
        }
    }
}
