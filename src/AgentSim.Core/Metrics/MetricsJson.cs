using System.Globalization;
using System.Text;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Metrics;

/// <summary>Metrics as one JSON object in a line, which gives them back as they were, also NaN and infinity.</summary>
internal static class MetricsJson
{
    public static string Write(IReadOnlyList<Metric> metrics)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (Metric metric in metrics)
            {
                json.WritePropertyName(metric.Name);
                if (metric.IsWhole && double.IsFinite(metric.Value)) json.WriteNumberValue((long)metric.Value);
                else if (double.IsFinite(metric.Value)) json.WriteReal(metric.Value);
                else json.WriteStringValue(metric.Value.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <exception cref="AgentSimException"><c>ObjectInvalid</c>: the text is none of <see cref="Write"/>.</exception>
    public static IReadOnlyList<Metric> Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateObject().Select(Metric)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Errors.ObjectInvalid.Error($"the stored metrics cannot be read: {error.Message}", inner: error);
        }
    }

    private static Metric Metric(JsonProperty member) => member.Value.ValueKind == JsonValueKind.String
        ? new Metric(member.Name, NumberText.Read(member.Value.GetString()!, member.Name), IsWhole: false)
        : new Metric(member.Name, member.Value.GetDouble(), member.Value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0);
}
