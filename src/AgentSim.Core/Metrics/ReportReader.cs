using System.Text.Json;
using AgentSim.Files;
using AgentSim.Json;
using AgentSim.Rows;

namespace AgentSim.Metrics;

/// <summary>Reads report files, those of AgentSim and those of the reference (behaviour 06#6).</summary>
public static class ReportReader
{
    private static ErrorCode InvalidId => Errors.ReportInvalid;

    /// <summary>
    /// The metrics of a report file: its numbers, in the order of the file. Those are marked that have no samples, as
    /// <c>run.empty_metrics</c>
    /// says, or the counts of the report. Other members are passed over.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AgentSimException">The file cannot be read, or is no report (<c>ReportInvalid</c>).</exception>
    public static IReadOnlyList<Metric> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return ReadMetrics(path);
        }
        catch (AgentSimException error) when (error.Code == InvalidId)
        {
            throw FormatAdvice.Add(error, path, null);
        }
    }

    private static Metric[] ReadMetrics(string path)
    {
        using FileStream file = InputFiles.Open(path);
        Metric[] metrics = [.. Parse(file, path).Where(metric => MetricNames.IsKnown(metric.Name))];
        foreach (Metric metric in metrics)
        {
            if (!double.IsFinite(metric.Written)) throw Invalid(path, $"{metric.Name} is too large for a number");
        }

        return metrics.Length > 0 ? metrics : throw Invalid(path, "the file holds no metric");
    }

    private static Metric[] Parse(FileStream file, string path)
    {
        try
        {
            ReadOnlyMemory<byte> text = EncodedText.Of(BoundedFile.Read(file, InputLimits.Report, path), path, InvalidId);
            using JsonDocument document = JsonDocument.Parse(text);
            if (Surrogates.HasLone(text.Span)) throw Invalid(path, "a string holds one half of a surrogate pair");
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Invalid(path, "the file holds no JSON object");
            return EmptyMetrics.Mark([.. Holders(document.RootElement).SelectMany(Numbers)], NamedEmpty(document.RootElement, path));
        }
        catch (JsonException error)
        {
            throw InvalidId.At(path, (error.LineNumber ?? 0) + 1,
                $"this is not valid JSON; name a report as {Setting.ReportWriter} writes it", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Errors.InputUnreadable.At(path, 0, $"cannot be read: {error.Message}", error);
        }
    }

    // The report itself, and the objects in it that groups of metrics have for themselves.
    private static IEnumerable<JsonElement> Holders(JsonElement report)
    {
        yield return report;
        foreach (MetricGroup group in MetricCatalog.Current.Objects)
        {
            if (report.TryGetProperty(group.Key!, out JsonElement holder) && holder.ValueKind == JsonValueKind.Object) yield return holder;
        }
    }

    private static IEnumerable<Metric> Numbers(JsonElement holder) =>
        holder.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Number).Select(Number);

    private static string[] NamedEmpty(JsonElement report, string path)
    {
        if (!report.TryGetProperty(EmptyMetrics.RunKey, out JsonElement run) || run.ValueKind != JsonValueKind.Object) return [];
        if (!run.TryGetProperty(EmptyMetrics.Key, out JsonElement names)) return [];
        if (names.ValueKind != JsonValueKind.Array || names.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
            throw Invalid(path, $"{EmptyMetrics.RunKey}.{EmptyMetrics.Key} is no list of names");
        return [.. names.EnumerateArray().Select(name => name.GetString()!)];
    }

    private static Metric Number(JsonProperty member) =>
        new(member.Name, member.Value.GetDouble(), member.Value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0);

    private static AgentSimException Invalid(string path, string message) =>
        InvalidId.At(path, 0, $"{message}; name a report as {Setting.ReportWriter} writes it");
}
