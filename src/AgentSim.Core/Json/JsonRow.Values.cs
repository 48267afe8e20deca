using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <content>The current value as what a field has to be: text, integer, number, true or false.</content>
internal ref partial struct JsonRow
{
    /// <summary>Whether the current value is an object; false for null.</summary>
    /// <exception cref="JsonException">It is anything else.</exception>
    public readonly bool IsObject(string name) => TokenType == JsonTokenType.StartObject
        || (TokenType == JsonTokenType.Null ? false : throw Wrong(name, "an object"));

    /// <summary>Whether the current value is an array; false for null.</summary>
    /// <exception cref="JsonException">It is anything else.</exception>
    public readonly bool IsArray(string name) => TokenType == JsonTokenType.StartArray
        || (TokenType == JsonTokenType.Null ? false : throw Wrong(name, "an array"));

    /// <summary>The current string.</summary>
    public readonly string Text(string name)
    {
        if (TokenType != JsonTokenType.String) throw Wrong(name, "a string");
        if (HasLoneSurrogate()) throw LoneSurrogate();
        return _cursor.IsEscaped ? Unescaped() : Encoding.UTF8.GetString(_cursor.Value);
    }

    /// <summary>The current string, which other rows most likely have, too.</summary>
    public readonly string CommonText(string name) =>
        _texts is not null && TokenType == JsonTokenType.String && !_cursor.IsEscaped ? _texts.Get(_cursor.Value) : Text(name);

    /// <summary>The current number as an unsigned integer.</summary>
    public readonly ulong UInt64(string name)
    {
        if (IsUInt64(out ulong value)) return value;
        throw Wrong(name, "an integer from 0 to 18446744073709551615");
    }

    /// <summary>The current number as a 32-bit unsigned integer.</summary>
    public readonly uint UInt32(string name)
    {
        if (TokenType == JsonTokenType.Number && _cursor.TryUInt64(out ulong value) && value <= uint.MaxValue) return (uint)value;
        throw Wrong(name, "an integer from 0 to 4294967295");
    }

    /// <summary>The current number as a 32-bit integer.</summary>
    public readonly int Int32(string name)
    {
        bool fits = int.TryParse(Raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value);
        if (TokenType == JsonTokenType.Number && fits && (value != 0 || Raw[0] != '-')) return value;
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
        return value <= long.MaxValue ? (long)value
            : throw new JsonException($"{Quote.Of(name)} is {value}; the largest supported count is {long.MaxValue}");
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
        if (ShortDecimal.TryParse(_cursor.Value, out value)) return true;
        value = double.Parse(_cursor.Value, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value);
    }

    /// <summary>Whether the current value is a non-negative 64-bit integer.</summary>
    public readonly bool IsUInt64(out ulong value)
    {
        value = 0;
        return TokenType == JsonTokenType.Number && _cursor.TryUInt64(out value);
    }
}
