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
internal ref partial struct JsonRow
{
    /// <summary>Nesting is unlimited.</summary>
    public const int AnyDepth = int.MaxValue;

    private readonly ReadOnlySpan<byte> _text;
    private JsonCursor _cursor;
    private readonly RecentTexts? _texts;
    private ReadOnlySpan<byte> _key;

    /// <param name="text">The row.</param>
    /// <param name="maxDepth">The deepest nesting.</param>
    /// <param name="texts">Has the strings that earlier rows had, too; null: none.</param>
    public JsonRow(ReadOnlySpan<byte> text, int maxDepth, RecentTexts? texts = null)
    {
        _text = text;
        _texts = texts;
        _cursor = new JsonCursor(text, maxDepth);
    }

    public readonly JsonTokenType TokenType => _cursor.TokenType;

    /// <summary>Depth of the current token: 0 for the outermost value and its end.</summary>
    public readonly int Depth => _cursor.Depth;

    /// <summary>Offset behind the current token.</summary>
    public readonly int Position => _cursor.Position;

    /// <summary>Offset of the current token.</summary>
    public readonly int TokenStart => _cursor.Start;

    /// <summary>The current token as written; strings without their quotes.</summary>
    public readonly ReadOnlySpan<byte> Raw => _cursor.Value;

    /// <summary>Moves to the next token; false after the end of the outermost value.</summary>
    public bool Read() => _cursor.Read();

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
        _key = _cursor.IsEscaped ? Encoding.UTF8.GetBytes(Unescaped()) : _cursor.Value;
        return true;
    }

    /// <summary>Moves to the next key if it is this one; otherwise nothing happens.</summary>
    /// <param name="quoted">The key in quotes with its colon.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryKey(ReadOnlySpan<byte> quoted)
    {
        if (!_cursor.TryKey(quoted)) return false;
        _key = _cursor.Value;
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
    public readonly bool IsText(ReadOnlySpan<byte> text) =>
        _cursor.IsEscaped ? !HasLoneSurrogate() && Framework().ValueTextEquals(text) : _cursor.Value.SequenceEqual(text);

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

    /// <summary>Decodes the current value without keeping it and moves to its end: no string and no number in it may be
    /// undecodable.</summary>
    public void DecodeValue()
    {
        int depth = Depth;
        ulong[] integers = [];
        while (true)
        {
            switch (TokenType)
            {
                case JsonTokenType.StartArray when TryIntegerArray(ref integers, 0, out _):
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

    /// <summary>Moves to the next item of the current array; false at its end.</summary>
    public bool NextItem()
    {
        Read();
        return TokenType != JsonTokenType.EndArray;
    }

    /// <summary>At the start of an array: all its items, which have to be non-negative 64-bit integers. Moves to its end.</summary>
    /// <param name="values">Holds the result; replaced by a larger array as needed.</param>
    /// <param name="name">Name of the field.</param>
    /// <param name="first">Where the result begins in it.</param>
    /// <returns>How many items there are.</returns>
    public int UInt64Array(ref ulong[] values, string name, int first = 0)
    {
        if (TryIntegerArray(ref values, first, out int count)) return count;
        for (count = 0; NextItem(); count++)
        {
            if (first + count == values.Length) Array.Resize(ref values, Math.Max(64, values.Length * 2));
            values[first + count] = UInt64(name);
        }

        return count;
    }

    /// <summary>True if the current string or key holds an unpaired surrogate escape.</summary>
    public readonly bool HasLoneSurrogate() => _cursor.IsEscaped && Surrogates.HasLone(_cursor.Value);

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

    private readonly string Unescaped() => Framework().GetString()!;

    // A reader that stands at the current string or key.
    private readonly Utf8JsonReader Framework()
    {
        var reader = new Utf8JsonReader(_text.Slice(_cursor.Start, Raw.Length + 2));
        reader.Read();
        return reader;
    }

    // At the start of an array: moves to its end if it holds only plain integers.
    private bool TryIntegerArray(ref ulong[] values, int first, out int count)
    {
        if (!IntegerArray.TryParse(_text[Position..], ref values, first, isCompact: false, out count, out int length)) return false;
        _cursor.JumpToArrayEnd(length);
        return true;
    }
}
