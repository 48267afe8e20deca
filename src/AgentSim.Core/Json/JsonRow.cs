using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>
/// Reads one JSON object of a row strictly, key by key (behaviour 01#1.2). Failures are <see cref="JsonException"/>
/// with a message that names the field; the file reader adds file and line.
/// </summary>
/// <remarks>
/// Which fields an object has, and whether they may be missing, null or given twice, is said by <see cref="JsonFields{TDraft, T}"/>,
/// which loops with <see cref="NextKey"/>.
/// </remarks>
internal ref struct JsonRow
{
    /// <summary>Nesting is unlimited.</summary>
    public const int AnyDepth = int.MaxValue;

    private readonly ReadOnlySpan<byte> _text;
    private Utf8JsonReader _reader;
    private ReadOnlySpan<byte> _key;
    private int _base;      // where the reader's input starts in _text
    private int _skipped;   // bytes the reader has not seen

    public JsonRow(ReadOnlySpan<byte> text, int maxDepth)
    {
        _text = text;
        _reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = maxDepth });
    }

    public readonly JsonTokenType TokenType => _reader.TokenType;

    /// <summary>Depth of the current token: 0 for the outermost value and its end.</summary>
    public readonly int Depth => _reader.CurrentDepth;

    /// <summary>Offset behind the current token.</summary>
    public readonly int Position => _base + (int)_reader.BytesConsumed;

    /// <summary>Offset of the current token.</summary>
    public readonly int TokenStart => _base + (int)_reader.TokenStartIndex;

    /// <summary>The current token as written; strings without their quotes.</summary>
    public readonly ReadOnlySpan<byte> Raw => _reader.ValueSpan;

    /// <summary>Moves to the next token; false after the end of the outermost value.</summary>
    public bool Read()
    {
        try
        {
            return _reader.Read();
        }
        catch (JsonException error)
        {
            // The reader appends the position to its text, and counts only what it has seen.
            string reason = error.Message;
            int cut = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new JsonException($"not valid JSON at byte {_skipped + (error.BytePositionInLine ?? 0) + 1}: {(cut < 0 ? reason : reason[..cut])}", error);
        }
    }

    /// <summary>Moves to the first token, which has to open an object.</summary>
    public void BeginRow()
    {
        Read();
        if (TokenType != JsonTokenType.StartObject) throw new JsonException("the line must be a JSON object");
    }

    /// <summary>Checks that nothing follows the row.</summary>
    public void EndRow() => Read();

    /// <summary>Moves to the next key of the current object; false at its end.</summary>
    public bool NextKey()
    {
        Read();
        if (TokenType == JsonTokenType.EndObject) return false;
        if (HasLoneSurrogate()) throw LoneSurrogate();
        _key = _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(_reader.GetString()!) : _reader.ValueSpan;
        return true;
    }

    /// <summary>True if the current key is this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Is(ReadOnlySpan<byte> key) => _key.SequenceEqual(key);

    /// <summary>The current key.</summary>
    public readonly ReadOnlySpan<byte> Key => _key;

    /// <summary>The current key as text.</summary>
    public readonly string KeyText() => Encoding.UTF8.GetString(_key);

    /// <summary>True if the current string is this one.</summary>
    public readonly bool IsText(ReadOnlySpan<byte> text) => _reader.ValueTextEquals(text);

    /// <summary>Passes over the value of the current key, checking only its syntax.</summary>
    public void Skip()
    {
        Read();
        SkipValue();
    }

    /// <summary>Moves to the end of the current value, checking only its syntax.</summary>
    public void SkipValue()
    {
        if (TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        int depth = Depth;
        do
        {
            Read();
        }
        while (Depth > depth);
    }

    /// <summary>Passes over the value of the current key, but decodes all of it.</summary>
    public void SkipDecoded()
    {
        Read();
        DecodeValue();
    }

    /// <summary>Decodes the current value without keeping it and moves to its end: no string and no number in it may be undecodable.</summary>
    public void DecodeValue()
    {
        int depth = Depth;
        ulong[] integers = [];
        while (true)
        {
            switch (TokenType)
            {
                case JsonTokenType.StartArray when TryIntegerArray(ref integers, out _):
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName when HasLoneSurrogate():
                    throw LoneSurrogate();
                case JsonTokenType.Number when MayOverflow(Raw) && !IsFinite(out _):
                    throw new JsonException("a number is beyond the range of a double");
            }

            if (Depth == depth && TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
            Read();
        }
    }

    /// <summary>Whether the current value is an object; false for null.</summary>
    /// <exception cref="JsonException">It is anything else.</exception>
    public readonly bool IsObject(string name) => TokenType == JsonTokenType.StartObject || (TokenType == JsonTokenType.Null ? false : throw Wrong(name, "an object"));

    /// <summary>Whether the current value is an array; false for null.</summary>
    /// <exception cref="JsonException">It is anything else.</exception>
    public readonly bool IsArray(string name) => TokenType == JsonTokenType.StartArray || (TokenType == JsonTokenType.Null ? false : throw Wrong(name, "an array"));

    /// <summary>The current string.</summary>
    public readonly string Text(string name)
    {
        if (TokenType != JsonTokenType.String) throw Wrong(name, "a string");
        if (HasLoneSurrogate()) throw LoneSurrogate();
        return _reader.GetString()!;
    }

    /// <summary>The current number as an unsigned integer.</summary>
    public readonly ulong UInt64(string name)
    {
        if (IsUInt64(out ulong value)) return value;
        throw Wrong(name, "an integer from 0 to 18446744073709551615");
    }

    /// <summary>The current number as a 32-bit unsigned integer.</summary>
    public readonly uint UInt32(string name)
    {
        if (TokenType == JsonTokenType.Number && _reader.TryGetUInt32(out uint value)) return value;
        throw Wrong(name, "an integer from 0 to 4294967295");
    }

    /// <summary>The current number as a 32-bit integer.</summary>
    public readonly int Int32(string name)
    {
        if (TokenType == JsonTokenType.Number && _reader.TryGetInt32(out int value) && (value != 0 || Raw[0] != '-')) return value;
        throw Wrong(name, "an integer from -2147483648 to 2147483647");
    }

    /// <summary>The current value, which has to be true or false.</summary>
    public readonly bool Flag(string name) => TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>The current value as JSON text. Moves to its end.</summary>
    public string AnyText()
    {
        int start = TokenStart;
        DecodeValue();
        return Encoding.UTF8.GetString(_text[start..Position]);
    }

    /// <summary>The current number as a count.</summary>
    public readonly long Count(string name)
    {
        ulong value = UInt64(name);
        return value <= long.MaxValue ? (long)value : throw new JsonException($"{Quote.Of(name)} is {value}; the largest supported count is {long.MaxValue}");
    }

    /// <summary>The current number as a finite double.</summary>
    public readonly double Number(string name)
    {
        if (TokenType != JsonTokenType.Number) throw Wrong(name, "a number");
        return IsFinite(out double value) ? value : throw new JsonException($"{Quote.Of(name)} is {Shown()}, beyond the range of a double");
    }

    /// <summary>The current number as a double; false if it overflows.</summary>
    public readonly bool IsFinite(out double value)
    {
        value = double.Parse(_reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value);
    }

    /// <summary>Whether the current value is a non-negative 64-bit integer.</summary>
    public readonly bool IsUInt64(out ulong value)
    {
        value = 0;
        return TokenType == JsonTokenType.Number && _reader.TryGetUInt64(out value);
    }

    /// <summary>Moves to the next item of the current array; false at its end.</summary>
    public bool NextItem()
    {
        Read();
        return TokenType != JsonTokenType.EndArray;
    }

    /// <summary>At the start of an array: all its items, which have to be non-negative 64-bit integers. Moves to its end.</summary>
    /// <param name="values">Holds the result; replaced by a larger array as needed.</param>
    /// <param name="name">Name of the field.</param>
    /// <returns>How many items there are.</returns>
    public int UInt64Array(ref ulong[] values, string name)
    {
        if (TryIntegerArray(ref values, out int count)) return count;
        for (count = 0; NextItem(); count++)
        {
            if (count == values.Length) Array.Resize(ref values, Math.Max(64, count * 2));
            values[count] = UInt64(name);
        }

        return count;
    }

    /// <summary>True if the current string or key holds an unpaired surrogate escape.</summary>
    public readonly bool HasLoneSurrogate() => _reader.ValueIsEscaped && Surrogates.HasLone(_reader.ValueSpan);

    public static JsonException LoneSurrogate() => new("a string holds an unpaired surrogate escape");

    public static JsonException Missing(string name) => new($"{Quote.Of(name)} is missing");

    public readonly JsonException Wrong(string name, string expected) => new($"{Quote.Of(name)} must be {expected}, not {Shown()}");

    public static JsonException Null(string name) => new($"{Quote.Of(name)} must not be null");

    private readonly string Shown() => TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Null => "null",
        _ => Raw.Length <= 40 ? Encoding.UTF8.GetString(Raw) : "a longer number",
    };

    private static bool MayOverflow(ReadOnlySpan<byte> number) => number.Length > 300 || number.ContainsAny((byte)'e', (byte)'E');

    // At the start of an array: moves to its end if it holds only plain integers.
    private bool TryIntegerArray(ref ulong[] values, out int count)
    {
        if (!IntegerArray.TryParse(_text[Position..], ref values, out count, out int length)) return false;
        JumpToArrayEnd(length);
        return true;
    }

    // A reader that believes to have just opened the array goes on at its closing bracket.
    private void JumpToArrayEnd(int length)
    {
        int target = Position + length;
        _reader = new Utf8JsonReader(_text[target..], isFinalBlock: true, _reader.CurrentState);
        _base = target;
        _skipped += length;
        Read();
    }
}
