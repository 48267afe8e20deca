using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace AgentSim.Json;

/// <summary>
/// Writes compact JSON lines with numbers and strings in one fixed form (behaviour 01#5.1), through one buffer.
/// </summary>
internal sealed class JsonLineWriter(Stream stream, int bufferSize = 1 << 16)
{
    /// <summary>Escapes text of reports and request records, which stays readable in files; nothing here is put into a web page.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private const int Slack = JsonDouble.MaxLength;   // no integer is longer either

    private readonly Stream _stream = stream;
    private byte[] _buffer = new byte[bufferSize];
    private int _used;

    /// <summary>Writes what is known to be JSON.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(_buffer.AsSpan(_used));
        _used += json.Length;
    }

    public void Number(ulong value)
    {
        Reserve(Slack);
        _ = Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out int written);
        _used += written;
    }

    public void Number(long value)
    {
        Reserve(Slack);
        _ = Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out int written);
        _used += written;
    }

    /// <summary>Writes a finite number in its shortest form that reads back the same.</summary>
    public void Number(double value)
    {
        Reserve(Slack);
        _used += JsonDouble.Format(value, _buffer.AsSpan(_used));
    }

    /// <summary>Writes integers separated by commas, in brackets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Array(IReadOnlyList<ulong> values)
    {
        Raw("["u8);
        if (values is ulong[] array)
        {
            foreach (ulong value in array)
            {
                Reserve(Slack);
                _ = Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out int written);
                _used += written;
                _buffer[_used++] = (byte)',';
            }
        }
        else
        {
            for (int i = 0; i < values.Count; i++)
            {
                Number(values[i]);
                Raw(","u8);
            }
        }

        if (values.Count > 0) _used--;   // the last comma is still in the buffer
        Raw("]"u8);
    }

    /// <summary>Writes a string; only quotes, backslashes and control characters are escaped.</summary>
    public void Text(string value)
    {
        Raw("\""u8);
        ReadOnlySpan<char> rest = value;
        while (rest.Length > 0)
        {
            int plain = rest.IndexOfAnyInRange('\0', '\x1f');
            int special = (plain < 0 ? rest : rest[..plain]).IndexOfAny('"', '\\');
            if (special >= 0) plain = special;
            ReadOnlySpan<char> run = plain < 0 ? rest : rest[..plain];
            Reserve(Encoding.UTF8.GetMaxByteCount(run.Length));
            _used += Encoding.UTF8.GetBytes(run, _buffer.AsSpan(_used));
            if (plain < 0) break;
            Escape(rest[plain]);
            rest = rest[(plain + 1)..];
        }

        Raw("\""u8);
    }

    /// <summary>Writes a string in which everything that needs it is escaped already.</summary>
    public void Escaped(string value)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(value.Length));
        _buffer[_used++] = (byte)'"';   // the count of bytes leaves room for both quotes
        _used += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_used));
        _buffer[_used++] = (byte)'"';
    }

    /// <summary>Passes everything written on to the stream.</summary>
    public void Flush()
    {
        _stream.Write(_buffer, 0, _used);
        _used = 0;
    }

    private void Escape(char value)
    {
        switch (value)
        {
            case '"': Raw("\\\""u8); break;
            case '\\': Raw("\\\\"u8); break;
            case '\b': Raw("\\b"u8); break;
            case '\f': Raw("\\f"u8); break;
            case '\n': Raw("\\n"u8); break;
            case '\r': Raw("\\r"u8); break;
            case '\t': Raw("\\t"u8); break;
            default:
                Raw("\\u00"u8);
                Raw(Encoding.ASCII.GetBytes(((int)value).ToString("x2", CultureInfo.InvariantCulture)));
                break;
        }
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _used >= bytes) return;
        Flush();
        if (_buffer.Length < bytes) _buffer = new byte[bytes];
    }
}
