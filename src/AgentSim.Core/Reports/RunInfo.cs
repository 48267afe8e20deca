using System.Text;
using System.Text.Json;
using AgentSim.Workload;

namespace AgentSim.Reports;

/// <summary>Where a report comes from: all it takes to repeat the run (specification 00, provenance).</summary>
/// <param name="Version">Version of AgentSim.</param>
/// <param name="Inputs">The files read, in the order they were read; empty for workloads that are not read from files.</param>
/// <param name="Settings">
/// Every effective setting by name, defaults included. Values are null, <see cref="bool"/>, <see cref="string"/>, <see cref="long"/>,
/// <see cref="ulong"/>, <see cref="int"/>, <see cref="double"/>, a <see cref="System.Text.Json.JsonElement"/>, or again such a dictionary or
/// a list of such values.
/// </param>
/// <param name="Seed">Seed of the router's random draws.</param>
public sealed record RunInfo(
    string Version, IReadOnlyList<WorkloadInput> Inputs, IReadOnlyDictionary<string, object?> Settings, ulong Seed)
{
    /// <summary>The settings as the JSON object of report files; <see cref="ReadSettings"/> reads it back.</summary>
    public string SettingsText()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = ReportWriter.Encoder })) ReportWriter.WriteValue(json, Settings);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Settings from the text that <see cref="SettingsText"/> gives.</summary>
    /// <param name="json">A JSON object.</param>
    /// <exception cref="AgentSimException"><c>ObjectInvalid</c>: it is none.</exception>
    public static IReadOnlyDictionary<string, object?> ReadSettings(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => Setting(member.Value));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new AgentSimException("ObjectInvalid", $"the stored settings of a run cannot be read: {error.Message}", inner: error);
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
