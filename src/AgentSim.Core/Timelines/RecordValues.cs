using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace AgentSim.Timelines;

/// <summary>Reads the fields of a record as leniently as behaviour 07#B1 does.</summary>
internal static class RecordValues
{
    /// <summary>A field that exists and is not null.</summary>
    public static bool TryGet(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A field that is an object.</summary>
    public static bool TryGetObject(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind == JsonValueKind.Object;

    /// <summary>The items of a field; none when it is no list.</summary>
    public static IReadOnlyList<JsonElement>? Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : null;

    /// <summary>A finite number, also one given as text; everything else is none.</summary>
    public static double? Number(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out JsonElement value)) return null;
        double number = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double read) => read,
            _ => double.NaN,
        };
        return double.IsFinite(number) ? number : null;
    }

    /// <summary>The text of a field; null when it is missing, null or empty.</summary>
    public static string? Text(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out JsonElement value)) return null;
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length > 0 ? text : null;
    }

    /// <summary>Copies those of the fields that exist and are not null.</summary>
    public static void CopyPresent(this Utf8JsonWriter json, JsonElement parent, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (TryGet(parent, name, out JsonElement value)) json.Copy(name, value);
        }
    }

    /// <summary>Copies fields, as null where they do not exist.</summary>
    public static void CopyAll(this Utf8JsonWriter json, JsonElement parent, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (TryGet(parent, name, out JsonElement value)) json.Copy(name, value);
            else json.WriteNull(name);
        }
    }

    /// <summary>Writes a member with a copied value.</summary>
    public static void Copy(this Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        JsonCopy.Write(json, value);
    }

    /// <summary>A JSON object as bytes.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> writeMembers) => Bytes(json =>
    {
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
    });

    /// <summary>A JSON value as bytes.</summary>
    public static byte[] Value(JsonElement value) => Bytes(json => JsonCopy.Write(json, value));

    /// <summary>A JSON object with the members of two, the first not empty.</summary>
    public static byte[] Joined(byte[] first, byte[] second) => second.Length == 2 ? first : [.. first[..^1], (byte)',', .. second[1..]];

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true })) write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
