using System.Globalization;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>One member of an option's JSON object, with typed access; every mismatch is an error that names the member.</summary>
internal readonly struct JsonOptionsValue(JsonElement element, string option, string path, ErrorCode errorId)
{
    /// <summary>True for an explicit <c>null</c>.</summary>
    public bool IsNull => element.ValueKind == JsonValueKind.Null;

    /// <summary>An integer from 0; values that do not fit 63 bits are read as the largest that does.</summary>
    public long Count() => (long)Math.Min(Unsigned(ulong.MaxValue), long.MaxValue);

    /// <summary>An integer from 0 to <paramref name="max"/>, written without point and exponent.</summary>
    public ulong Unsigned(ulong max)
    {
        if (element.ValueKind != JsonValueKind.Number) throw WrongType("an integer");
        string text = element.GetRawText();
        if (text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0) throw Fail($"must be an integer, written without point and exponent (is {text})");
        if (text == "-0") return 0;
        if (text[0] == '-') throw Fail($"must not be negative (is {text})");
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) || value > max)
            throw Fail($"must be at most {max.ToString(CultureInfo.InvariantCulture)} (is {text})");
        return value;
    }

    /// <summary>A finite number, correctly rounded.</summary>
    public double Number()
    {
        if (element.ValueKind != JsonValueKind.Number) throw WrongType("a number");
        double value = element.GetDouble();
        return double.IsFinite(value) ? value : throw Fail("is too large for a number");
    }

    /// <summary>true or false.</summary>
    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongType("true or false"),
    };

    /// <summary>A string.</summary>
    public string Text() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw WrongType("a string");

    /// <summary>One of a closed set of strings.</summary>
    public T Choice<T>(JsonOptionsChoice<T> choice)
        where T : struct, Enum
    {
        string text = Text();
        return choice.TryFind(text, out T value)
            ? value
            : throw Fail($"must be one of {string.Join(", ", choice.Names)} (is {Quote.Of(text)})");
    }

    /// <summary>An error about this member.</summary>
    public AgentSimException Fail(string message) => errorId.Error($"{option}: {path} {message}");

    private AgentSimException WrongType(string wanted) =>
        Fail(IsNull ? "must not be null; leave it out for the default" : $"must be {wanted}");

    /// <summary>The members of a nested object, as <paramref name="table"/> describes them.</summary>
    public T Nested<T>(JsonOptionsTable<T> table, T start)
    {
        if (element.ValueKind != JsonValueKind.Object) throw WrongType("an object");
        return table.Read(start, element, option, path, errorId);
    }
}

/// <summary>A closed set of strings.</summary>
internal sealed class JsonOptionsChoice<T>(bool ignoreCase, params (string Name, T Value)[] entries)
    where T : struct, Enum
{
    /// <summary>The allowed strings.</summary>
    public IEnumerable<string> Names => entries.Select(e => e.Name);

    public bool TryFind(string text, out T value)
    {
        foreach ((string name, T entry) in entries)
        {
            if (string.Equals(name, text, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            {
                value = entry;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>How <paramref name="value"/> is written.</summary>
    public string NameOf(T value)
    {
        int index = 0;
        while (!entries[index].Value.Equals(value)) index++;
        return entries[index].Name;
    }
}
