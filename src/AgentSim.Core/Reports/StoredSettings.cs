using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>The settings of a run as text that gives them back in their order and types, for objects that are stored or sent.</summary>
public static class StoredSettings
{
    /// <summary>The settings as the JSON object of report files.</summary>
    /// <param name="run">The run.</param>
    public static string Write(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JsonLineWriter.Encoder }))
            ReportWriter.WriteValue(json, run.Settings);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Settings from the text that <see cref="Write"/> gives.</summary>
    /// <param name="json">A JSON object.</param>
    /// <exception cref="AgentSimException"><c>ObjectInvalid</c>: it is none.</exception>
    public static IReadOnlyDictionary<string, object?> Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => Setting(member.Value));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Errors.ObjectInvalid.Error($"the stored settings of a run cannot be read: {error.Message}", inner: error);
        }
    }

    private static object? Setting(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => Number(value),
        _ => value.Clone(),
    };

    // Of the types that settings have the smallest that holds it; a number with a point is a real one.
    private static object Number(JsonElement value)
    {
        if (value.GetRawText().AsSpan().ContainsAny(".eE")) return value.GetDouble();
        if (value.TryGetInt32(out int whole)) return whole;
        return value.TryGetInt64(out long large) ? large : value.GetUInt64();
    }
}
