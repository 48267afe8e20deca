using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports;

/// <summary>Lenient access to JSON: what is missing or of another kind is null.</summary>
internal static class LenientJson
{
    public static JsonElement Get(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement found) ? found : default;

    public static string? Text(this JsonElement value, string name) =>
        value.Get(name) is { ValueKind: JsonValueKind.String } text ? Text(text) : null;

    public static long? Number(this JsonElement value, string name) => value.Get(name).AsNumber();

    public static long? AsNumber(this JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number) return null;
        if (value.TryGetInt64(out long number)) return number;
        return value.TryGetDouble(out double real) && Math.Abs(real) < 1L << 53 ? (long)real : null;
    }

    public static double? Real(this JsonElement value, string name) =>
        value.Get(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out double real)
            && double.IsFinite(real) ? real : null;

    /// <summary>A time in ISO 8601, in milliseconds since 1970; one without a zone is UTC.</summary>
    public static long? Time(this JsonElement value, string name) => Time(value.Text(name));

    public static long? Time(string? text) =>
        text is not null && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time)
            ? time.ToUnixTimeMilliseconds() : null;

    // Half a pair or bytes that are no UTF-8 are no text.
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The JSON in a text, which may have been cut anywhere.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JsonDocument Parse(string text)
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(text);
        LoneSurrogates.Mend(json);
        return JsonDocument.Parse(json);
    }

    /// <summary>The items of an array; none for anything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
