using System.Buffers;
using System.Text;
using System.Text.Json;
using AgentSim.Files;

namespace AgentSim.Imports;

/// <summary>
/// Reads the JSON values of a file token by token, in memory bounded by the longest token: one value over the whole file,
/// one a line, or an array of them. For files too large to be held as a document, and for those that end in the middle:
/// what was read before stays read.
/// </summary>
internal ref struct JsonPull
{
    private const int InitialBuffer = 256 << 10;

    private readonly SourceBytes _source;
    private readonly CancellationToken _cancel;
    private byte[] _buffer;
    private int _start;        // of what the reader was given
    private int _end;          // of what was read of the file
    private bool _atEnd;
    private long _lines = 1;   // of the first byte in the buffer, from 1
    private Utf8JsonReader _reader;

    /// <summary>Reads the values of a file, which stays open.</summary>
    public JsonPull(SourceBytes source, CancellationToken cancel)
    {
        _source = source;
        _cancel = cancel;
        _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        _reader = new Utf8JsonReader([], isFinalBlock: false, new JsonReaderState(Options));
    }

    /// <summary>The token that was read last.</summary>
    public readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>The line, from 1, up to which was read.</summary>
    public readonly long Line => _lines + _buffer.AsSpan(0, Position).Count((byte)'\n');

    /// <summary>The text of a string; null for any other token.</summary>
    public readonly string? Text => _reader.TokenType == JsonTokenType.String ? Decoded() : null;

    /// <summary>A number; null for any other token.</summary>
    public readonly double? Real =>
        _reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out double value) && double.IsFinite(value) ? value : null;

    /// <summary>A whole number that is not negative (<c>3</c> or <c>3.0</c>); null for any other token.</summary>
    public readonly long? Count
    {
        get
        {
            if (_reader.TokenType != JsonTokenType.Number) return null;
            if (_reader.TryGetInt64(out long value)) return value >= 0 ? value : null;
            return _reader.TryGetDouble(out double real) && real is >= 0 and < 1L << 53 && real == Math.Floor(real) ? (long)real : null;
        }
    }

    /// <summary>A whole number as an identity, negative ones as what their bits are; null for any other token.</summary>
    public readonly ulong? Id
    {
        get
        {
            if (_reader.TokenType != JsonTokenType.Number) return null;
            if (_reader.TryGetUInt64(out ulong value)) return value;
            return _reader.TryGetInt64(out long signed) ? unchecked((ulong)signed) : null;
        }
    }

    private readonly string? Decoded()
    {
        try
        {
            return _reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Bytes that are no UTF-8 become replacement characters, as the halves of pairs do.
            byte[] quoted = Encoding.UTF8.GetBytes($"\"{Encoding.UTF8.GetString(_reader.ValueSpan)}\"");
            LoneSurrogates.Mend(quoted);
            var mended = new Utf8JsonReader(quoted);
            mended.Read();
            return mended.GetString();
        }
    }

    private readonly int Position => _start + (int)_reader.BytesConsumed;

    private static JsonReaderOptions Options => new() { MaxDepth = 1000, AllowMultipleValues = true };

    /// <summary>Whether the token is a property's name and equal to this; names that are written with escapes are nobody's.</summary>
    public readonly bool IsName(ReadOnlySpan<byte> name) => _reader.TokenType == JsonTokenType.PropertyName && !_reader.ValueIsEscaped
        && _reader.ValueTextEquals(name);

    /// <summary>Moves to the next token; false at the end.</summary>
    /// <exception cref="JsonException">What follows is no JSON, or the text ends in the middle.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The compressed data are damaged or cut short.</exception>
    public bool Read()
    {
        while (!_reader.Read())
        {
            if (_reader.IsFinalBlock) return false;
            Continue();
        }

        return true;
    }

    /// <summary>Passes over the value that begins with the current token, or belongs to the current name.</summary>
    public void Skip()
    {
        if (_reader.TokenType == JsonTokenType.PropertyName) Read();
        if (_reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        int depth = _reader.CurrentDepth;
        while (Read() && _reader.CurrentDepth > depth)
        {
        }
    }

    /// <summary>After an error: goes on at the next line that begins with an object; false if there is none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The compressed data are damaged or cut short.</exception>
    public bool TryRecover()
    {
        int at = Position;
        long passed = 0;   // a device has no end
        while (passed <= LineReader.MaxLineBytes)
        {
            int newline = _buffer.AsSpan(at, _end - at).IndexOf((byte)'\n');
            if (newline >= 0 && at + newline + 1 < _end)
            {
                at += newline + 1;
                if (_buffer[at] != '{') continue;
                _start = at;
                _reader = new Utf8JsonReader(_buffer.AsSpan(at, _end - at), _atEnd, new JsonReaderState(Options));
                return true;
            }

            if (_atEnd) return false;
            passed = newline >= 0 ? 0 : passed + _end - at;
            at = Fill(newline >= 0 ? at + newline : _end);
        }

        return false;
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Continue()
    {
        _start = Fill(Position);
        _reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _atEnd, _reader.CurrentState);
    }

    // Reads more behind _end, first making room by forgetting what is before a position; returns where that is now.
    private int Fill(int keepFrom)
    {
        _cancel.ThrowIfCancellationRequested();
        _lines += _buffer.AsSpan(0, keepFrom).Count((byte)'\n');
        _buffer.AsSpan(keepFrom, _end - keepFrom).CopyTo(_buffer);
        _end -= keepFrom;
        if (_end == _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        // The reader must not look into the buffer while it moves; it is given the new one at once.
        int count = _source.Read(_buffer.AsSpan(_end));
        _end += count;
        _atEnd = count == 0;
        return 0;
    }
}
