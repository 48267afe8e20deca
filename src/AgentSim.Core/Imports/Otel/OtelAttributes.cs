using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports.Otel;

/// <summary>
/// The attributes of a span or log record by name: as OTLP writes them (a list of keys with typed values) or as a plain object.
/// Valid only while the JSON they are in is.
/// </summary>
internal sealed class OtelAttributes
{
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    /// <summary>Reads attributes; of names that come twice the last counts.</summary>
    public OtelAttributes(JsonElement attributes)
    {
        if (attributes.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty attribute in attributes.EnumerateObject()) _values[attribute.Name] = Plain(attribute.Value);
            return;
        }

        foreach (JsonElement attribute in attributes.Items())
        {
            if (attribute.Text("key") is { } key) _values[key] = Plain(attribute.Get("value"));
        }
    }

    /// <summary>The names.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The value of the first of some names that there is.</summary>
    public JsonElement Get(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (_values.TryGetValue(name, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
                return value;
        }

        return default;
    }

    /// <summary>Text, or a number as text; null if there is neither.</summary>
    public string? Text(params ReadOnlySpan<string> names) => Get(names) is var value && value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    } is { Length: > 0 } text ? text : null;

    /// <summary>A number, also one written as text; null if there is none.</summary>
    public double? Number(params ReadOnlySpan<string> names) => Get(names) is var value && value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDouble(out double number) => number,
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture,
            out double number) => number,
        _ => double.NaN,
    } is var found && double.IsFinite(found) ? found : null;

    /// <summary>A whole number of tokens, not negative; null if there is none.</summary>
    public long? Tokens(params ReadOnlySpan<string> names) => Get(names) is var value && value.ValueKind switch
    {
        // As text only digits: 1.000 is a thousand to some and one to others.
        JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture,
            out long number) => number,
        JsonValueKind.Number when value.TryGetInt64(out long number) => number,
        JsonValueKind.Number when value.TryGetDouble(out double number) && number < 1L << 53 && number == Math.Floor(number) =>
            (long)number,
        _ => -1,
    } is >= 0 and var found ? found : null;

    /// <summary>JSON that is a value or is in text; null if it is neither.</summary>
    public JsonDocument? Json(params ReadOnlySpan<string> names)
    {
        JsonElement value = Get(names);
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object or JsonValueKind.Array => JsonDocument.Parse(value.GetRawText()),
                JsonValueKind.String => LenientJson.Parse(value.GetString()!),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;   // cut off by a limit on attributes, as exporters do
        }
    }

    // OTLP names the type of each value: {"intValue":"97"}.
    private static JsonElement Plain(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) return value;
        foreach (JsonProperty typed in value.EnumerateObject())
        {
            switch (typed.Name)
            {
                case "stringValue" or "intValue" or "doubleValue" or "boolValue" or "bytesValue":
                    return typed.Value;
                case "arrayValue" or "kvlistValue":
                    return typed.Value.Get("values");
            }
        }

        return value;
    }

    /// <summary>The text of an item of a list, which OTLP writes with its type.</summary>
    public static string? ItemText(JsonElement item) => Plain(item) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
