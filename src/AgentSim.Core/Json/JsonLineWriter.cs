using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace AgentSim.Json;

/// <summary>
/// Writes compact JSON lines with numbers and strings in one fixed form (behaviour 01#5.1), through one buffer.
/// </summary>
/// <param name="stream">Takes what is written; null: it is kept, to be taken as <see cref="Written"/>.</param>
/// <param name="bufferSize">Bytes held before they are passed on.</param>
internal sealed class JsonLineWriter(Stream? stream, int bufferSize = 1 << 16)
{
    /// <summary>Escapes text of reports and request records, which stays readable in files; nothing here is put into a web page.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private const int Slack = JsonDouble.MaxLength;   // no integer is longer either

    private readonly Stream? _stream = stream;
    private byte[] _buffer = new byte[bufferSize];
    private int _used;

    /// <summary>What was written and not passed on.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _used);

    /// <summary>Forgets what was written and not passed on.</summary>
    public void Clear() => _used = 0;

    /// <summary>Room for what somebody writes here, who then says how much it was by <see cref="Advance"/>.</summary>
    public Span<byte> Room(int bytes)
    {
        Reserve(bytes);
        return _buffer.AsSpan(_used);
    }

    /// <summary>So many bytes were written into the <see cref="Room"/>.</summary>
    public void Advance(int bytes) => _used += bytes;

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
        _used += DigitText.Write(value, _buffer.AsSpan(_used));
    }

    public void Number(long value)
    {
        if (value >= 0)
        {
            Number((ulong)value);
            return;
        }

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
                _used += DigitText.Write(value, _buffer.AsSpan(_used));
                _buffer[_used++] = (byte)',';
            }
        }
        else if (values is IntegerRuns runs)
        {
            for (int run = 0; run < runs.RunCount; run++) Run(runs.Run(run));
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
        _stream!.Write(_buffer, 0, _used);
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

    // Integers that follow each other, each with a comma behind it. Ten of them differ in their last digit alone.
    private void Run((ulong First, int Count) run)
    {
        (ulong value, int left) = run;
        while (left > 0)
        {
            Reserve(10 * (Slack + 1));
            Span<byte> target = _buffer.AsSpan(_used, 10 * (Slack + 1));
            int length = DigitText.Write(value, target);
            target[length] = (byte)',';
            byte digit = target[length - 1];
            int count = Math.Min(left, '9' + 1 - digit), at = length + 1;
            if (length < sizeof(ulong))
            {
                ulong text = BinaryPrimitives.ReadUInt64LittleEndian(target), one = 1UL << ((length - 1) * 8);
                for (int i = 1; i < count; i++, at += length + 1)
                    BinaryPrimitives.WriteUInt64LittleEndian(target[at..], text += one);
            }
            else
            {
                for (int i = 1; i < count; i++, at += length + 1)
                {
                    target[..(length + 1)].CopyTo(target[at..]);
                    target[at + length - 1] = ++digit;
                }
            }

            _used += at;
            value += (uint)count;
            left -= count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int bytes)
    {
        if (_buffer.Length - _used < bytes) MakeRoom(bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom(int bytes)
    {
        if (_stream is null)
        {
            System.Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _used + bytes));
            return;
        }

        Flush();
        if (_buffer.Length < bytes) _buffer = new byte[bytes];
    }
}
