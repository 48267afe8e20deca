using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>
/// Moves through the tokens of one JSON text, as strictly as <see cref="Utf8JsonReader"/> with its defaults and in the same steps,
/// but for text that lies in memory as a whole, which takes half the time. What is wrong with a text it leaves to that reader to say.
/// </summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> text, int maxDepth)
{
    private const int WordBits = 64;
    private const int SafeDigits = 19;   // as many fit 64 bits, whatever they are

    private readonly ReadOnlySpan<byte> _text = text;
    private int _next;            // first byte that was not read
    private int _start;           // of the token
    private int _valueStart;      // of the token without quotes
    private int _valueEnd;
    private int _open;            // objects and arrays that are open
    private ulong _arrays;        // which of the innermost are arrays, the last one lowest
    private ulong[]? _outer;      // the same of each 64 further out

    /// <summary>The kind of the current token.</summary>
    public JsonTokenType TokenType { get; private set; }

    /// <summary>True if the current string or key holds an escape.</summary>
    public bool IsEscaped { get; private set; }

    /// <summary>True if the current number is digits and nothing else.</summary>
    public bool IsDigits { get; private set; }

    /// <summary>Depth of the current token: 0 for the outermost value and its end.</summary>
    public readonly int Depth => TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? _open - 1 : _open;

    /// <summary>Offset behind the current token.</summary>
    public readonly int Position => _next;

    /// <summary>Offset of the current token.</summary>
    public readonly int Start => _start;

    /// <summary>The current token as written; strings without their quotes.</summary>
    public readonly ReadOnlySpan<byte> Value => _text[_valueStart.._valueEnd];

    /// <summary>Moves to the next token; false after the end of the outermost value.</summary>
    /// <exception cref="JsonException">The text is not valid there, or nested too deeply.</exception>
    public bool Read()
    {
        ReadOnlySpan<byte> text = _text;
        int at = SkipSpace(text, _next);
        switch (TokenType)
        {
            case JsonTokenType.PropertyName or JsonTokenType.None:
                break;
            case JsonTokenType.StartObject:
                if ((uint)at < (uint)text.Length && text[at] == '}') return Close(at);
                return Key(at);
            case JsonTokenType.StartArray:
                if ((uint)at < (uint)text.Length && text[at] == ']') return Close(at);
                break;
            default:
                if (_open == 0) return at < text.Length ? throw Fault() : false;
                if ((uint)at >= (uint)text.Length) throw Fault();
                bool isArray = (_arrays & 1) != 0;
                if (text[at] == ',')
                {
                    at = SkipSpace(text, at + 1);
                    if (isArray) break;
                    return Key(at);
                }

                if (text[at] != (isArray ? ']' : '}')) throw Fault();
                return Close(at);
        }

        return ReadValue(at);
    }

    /// <summary>Moves to the key that comes next if it is a certain one; otherwise nothing happens.</summary>
    /// <param name="key">The key in quotes with its colon.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryKey(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> text = _text;
        int at = _next;
        if (TokenType != JsonTokenType.StartObject)
        {
            if ((uint)at >= (uint)text.Length || text[at] != ',' || (_arrays & 1) != 0 || _open == 0) return false;
            at++;
            if ((uint)at < (uint)text.Length && text[at] == ' ') at++;
        }

        if (!text[at..].StartsWith(key)) return false;
        TokenType = JsonTokenType.PropertyName;
        IsEscaped = false;
        (_start, _valueStart, _valueEnd, _next) = (at, at + 1, at + key.Length - 2, at + key.Length);
        return true;
    }

    /// <summary>The current number, if it is a non-negative integer that fits.</summary>
    public readonly bool TryUInt64(out ulong value)
    {
        value = 0;
        ReadOnlySpan<byte> digits = Value;
        if (!IsDigits) return false;
        if (digits.Length > SafeDigits) return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        foreach (byte digit in digits) value = (value * 10) + (uint)(digit - '0');
        return true;
    }

    /// <summary>Passes over the rest of an array that was just opened.</summary>
    /// <param name="length">How many bytes it has up to its bracket, which are known to be valid.</param>
    public void JumpToArrayEnd(int length)
    {
        Debug.Assert(TokenType == JsonTokenType.StartArray && _text[_next + length] == ']', "the jump ends at a bracket");
        Close(_next + length);
    }

    private bool ReadValue(int at)
    {
        ReadOnlySpan<byte> text = _text;
        if ((uint)at >= (uint)text.Length) throw Fault();
        byte first = text[at];
        switch (first)
        {
            case (byte)'"': return String(at, JsonTokenType.String);
            case (byte)'{': return Open(at, isArray: false);
            case (byte)'[': return Open(at, isArray: true);
            case (byte)'t' when text[at..].StartsWith("true"u8): return Token(at, at + 4, JsonTokenType.True);
            case (byte)'f' when text[at..].StartsWith("false"u8): return Token(at, at + 5, JsonTokenType.False);
            case (byte)'n' when text[at..].StartsWith("null"u8): return Token(at, at + 4, JsonTokenType.Null);
        }

        int end = JsonScan.Number(text, at, out bool isDigits);
        // Only a number that is all there is may end the text.
        if (end < 0 || (end == text.Length && _open > 0)) throw Fault();
        IsDigits = isDigits;
        return Token(at, end, JsonTokenType.Number);
    }

    private bool Key(int at)
    {
        ReadOnlySpan<byte> text = _text;
        if ((uint)at >= (uint)text.Length || text[at] != '"') throw Fault();
        String(at, JsonTokenType.PropertyName);
        int colon = SkipSpace(text, _next);
        if ((uint)colon >= (uint)text.Length || text[colon] != ':') throw Fault();
        _next = colon + 1;
        return true;
    }

    private bool String(int at, JsonTokenType type)
    {
        int end = JsonScan.String(_text, at + 1, out bool isEscaped);
        if (end < 0) throw Fault();
        TokenType = type;
        IsEscaped = isEscaped;
        (_start, _valueStart, _valueEnd, _next) = (at, at + 1, end, end + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Token(int at, int end, JsonTokenType type)
    {
        TokenType = type;
        IsEscaped = false;
        (_start, _valueStart, _valueEnd, _next) = (at, at, end, end);
        return true;
    }

    private bool Open(int at, bool isArray)
    {
        if (_open >= maxDepth) throw Fault();
        if (_open > 0 && _open % WordBits == 0)
        {
            int word = (_open / WordBits) - 1;
            if (word >= (_outer?.Length ?? 0)) Array.Resize(ref _outer, Math.Max(4, word * 2));
            _outer![word] = _arrays;
        }

        _open++;
        _arrays = (_arrays << 1) | (isArray ? 1UL : 0UL);
        return Token(at, at + 1, isArray ? JsonTokenType.StartArray : JsonTokenType.StartObject);
    }

    private bool Close(int at)
    {
        JsonTokenType type = (_arrays & 1) != 0 ? JsonTokenType.EndArray : JsonTokenType.EndObject;
        _open--;
        _arrays = _open > 0 && _open % WordBits == 0 ? _outer![(_open / WordBits) - 1] : _arrays >> 1;
        return Token(at, at + 1, type);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while ((uint)at < (uint)text.Length && text[at] <= ' ' && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        return at;
    }

    // What the token behind the current one has wrong: all before it is right for both readers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly JsonException Fault()
    {
        try
        {
            var reader = new Utf8JsonReader(_text, new JsonReaderOptions { MaxDepth = maxDepth });
            while (reader.Read())
            {
            }
        }
        catch (JsonException error)
        {
            // The reader appends the position to its text.
            string reason = error.Message;
            int cut = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
            if (cut >= 0) reason = reason[..cut];
            return new JsonException($"not valid JSON at byte {(error.BytePositionInLine ?? 0) + 1}: {reason}", error);
        }

        throw new UnreachableException("one reader takes what the other refuses");
    }
}
