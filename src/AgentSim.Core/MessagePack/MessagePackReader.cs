using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace AgentSim.MessagePack;

/// <summary>
/// Reads MessagePack values from a span, one by one. Whatever the bytes are, a read either succeeds or throws
/// <see cref="FormatException"/>; nothing is allocated by what a length merely claims.
/// </summary>
internal ref struct MessagePackReader(ReadOnlySpan<byte> data)
{
    /// <summary>The deepest nesting of a value that is passed over.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _next;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _next;

    /// <summary>Reads a map's header and returns its number of pairs.</summary>
    public long ReadMap()
    {
        byte code = Byte();
        return code switch
        {
            >= 0x80 and <= 0x8f => code & 0x0f,
            0xde => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2)),
            0xdf => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4)),
            _ => throw Unexpected("a map", code),
        };
    }

    /// <summary>Reads nil if it comes next.</summary>
    public bool TryReadNil()
    {
        if (_next >= _data.Length || _data[_next] != 0xc0) return false;
        _next++;
        return true;
    }

    /// <summary>Reads the bytes of a text if one comes next; they may not be UTF-8.</summary>
    public bool TryReadTextBytes(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_next >= _data.Length || _data[_next] is not (>= 0xa0 and <= 0xbf or 0xd9 or 0xda or 0xdb)) return false;
        byte code = Byte();
        text = Bytes(code switch
        {
            0xd9 => Byte(),
            0xda => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2)),
            0xdb => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4)),
            _ => code & 0x1fL,
        });
        return true;
    }

    /// <summary>Reads a text.</summary>
    public string ReadText()
    {
        if (!TryReadTextBytes(out ReadOnlySpan<byte> text)) throw Unexpected("text", Byte());
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw new FormatException("a text is not valid UTF-8");
    }

    /// <summary>Reads an integer of any width and sign that is not negative.</summary>
    public ulong ReadUInt64()
    {
        byte code = Byte();
        if (!TryInteger(code, out Int128 value)) throw Unexpected("a whole number", code);
        return value >= 0 ? (ulong)value : throw new FormatException($"a number is negative ({value})");
    }

    /// <summary>Reads a number: an integer, or a real one of either width.</summary>
    public double ReadDouble()
    {
        byte code = Byte();
        if (TryInteger(code, out Int128 value)) return (double)value;
        return code switch
        {
            0xca => BinaryPrimitives.ReadSingleBigEndian(Bytes(4)),
            0xcb => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)),
            _ => throw Unexpected("a number", code),
        };
    }

    /// <summary>Passes over one value of any type.</summary>
    public void Skip()
    {
        Span<long> left = stackalloc long[MaxDepth];   // values to come, per open container
        int depth = 0;
        left[0] = 1;
        while (depth >= 0)
        {
            if (left[depth] == 0)
            {
                depth--;
                continue;
            }

            left[depth]--;
            long inside = SkipHead();
            if (inside == 0) continue;
            if (++depth == MaxDepth) throw new FormatException($"a value is nested more than {MaxDepth} deep");
            left[depth] = inside;
        }
    }

    // Passes over a value, or the header of a container; returns the values inside.
    private long SkipHead()
    {
        byte code = Byte();
        long length, inside = 0;
        switch (code)
        {
            case <= 0x7f or >= 0xe0 or 0xc0 or 0xc2 or 0xc3: return 0;
            case <= 0x8f: return 2 * (code & 0x0f);
            case <= 0x9f: return code & 0x0f;
            case <= 0xbf: length = code & 0x1f; break;
            case 0xc4 or 0xd9: length = Byte(); break;
            case 0xc5 or 0xda: length = BinaryPrimitives.ReadUInt16BigEndian(Bytes(2)); break;
            case 0xc6 or 0xdb: length = BinaryPrimitives.ReadUInt32BigEndian(Bytes(4)); break;
            case 0xc7: length = Byte() + 1L; break;   // extensions have one more byte, their type
            case 0xc8: length = BinaryPrimitives.ReadUInt16BigEndian(Bytes(2)) + 1L; break;
            case 0xc9: length = BinaryPrimitives.ReadUInt32BigEndian(Bytes(4)) + 1L; break;
            case 0xcc or 0xd0: length = 1; break;
            case 0xcd or 0xd1 or 0xd4: length = 2; break;
            case 0xd5: length = 3; break;
            case 0xca or 0xce or 0xd2: length = 4; break;
            case 0xd6: length = 5; break;
            case 0xcb or 0xcf or 0xd3: length = 8; break;
            case 0xd7: length = 9; break;
            case 0xd8: length = 17; break;
            case 0xdc: (length, inside) = (0, BinaryPrimitives.ReadUInt16BigEndian(Bytes(2))); break;
            case 0xdd: (length, inside) = (0, BinaryPrimitives.ReadUInt32BigEndian(Bytes(4))); break;
            case 0xde: (length, inside) = (0, 2L * BinaryPrimitives.ReadUInt16BigEndian(Bytes(2))); break;
            case 0xdf: (length, inside) = (0, 2L * BinaryPrimitives.ReadUInt32BigEndian(Bytes(4))); break;
            default: throw new FormatException("0xc1 is no type");
        }

        Bytes(length);
        return inside;
    }

    private bool TryInteger(byte code, out Int128 value)
    {
        (bool isInteger, value) = code switch
        {
            <= 0x7f => (true, code),
            >= 0xe0 => (true, (Int128)(sbyte)code),
            0xcc => (true, Byte()),
            0xcd => (true, BinaryPrimitives.ReadUInt16BigEndian(Bytes(2))),
            0xce => (true, BinaryPrimitives.ReadUInt32BigEndian(Bytes(4))),
            0xcf => (true, BinaryPrimitives.ReadUInt64BigEndian(Bytes(8))),
            0xd0 => (true, (sbyte)Byte()),
            0xd1 => (true, BinaryPrimitives.ReadInt16BigEndian(Bytes(2))),
            0xd2 => (true, BinaryPrimitives.ReadInt32BigEndian(Bytes(4))),
            0xd3 => (true, BinaryPrimitives.ReadInt64BigEndian(Bytes(8))),
            _ => (false, (Int128)0),
        };
        return isInteger;
    }

    private byte Byte() => _next < _data.Length ? _data[_next++] : throw CutShort();

    private ReadOnlySpan<byte> Bytes(long length)
    {
        if (length > _data.Length - _next) throw CutShort();
        ReadOnlySpan<byte> bytes = _data.Slice(_next, (int)length);
        _next += bytes.Length;
        return bytes;
    }

    private static FormatException CutShort() => new("the data are cut short");

    private static FormatException Unexpected(string wanted, byte code) =>
        new($"{wanted} was expected, not a value that starts with 0x{code:x2}");
}
