using System.Text.Json;
using AgentSim.Json;
using AgentSim.Metrics;
using AgentSim.Workload;

namespace AgentSim.Reports;

/// <summary>Writes the report file: one JSON object, keys in ascending order, and the object <c>run</c> (behaviour 06#6 and
/// 00#differences).</summary>
public static class ReportWriter
{
    /// <summary>Writes the report file to a stream, UTF-8 with line feeds.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="report">The metrics.</param>
    /// <param name="run">Where they come from; becomes the object <c>run</c>.</param>
    public static void Write(Stream stream, ReplayReport report, RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(run);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n",
            Encoder = JsonLineWriter.Encoder }))
        {
            // The metrics in the order of their names; between them the run, and the objects that groups of metrics have for themselves.
            var members = new SortedDictionary<string, Action>(StringComparer.Ordinal)
            {
                [EmptyMetrics.RunKey] = () => WriteRun(json, run, report),
            };
            MetricCatalog catalog = MetricCatalog.Current;
            foreach (IGrouping<string?, Metric> group in report.Metrics.GroupBy(metric => catalog.Find(metric.Name)?.Row.Group.Key))
            {
                if (group.Key is { } key) members[key] = () => WriteGroup(json, key, group);
                else foreach (Metric metric in group) members[metric.Name] = () => WriteMetric(json, metric);
            }

            json.WriteStartObject();
            foreach (Action write in members.Values) write();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static void WriteGroup(Utf8JsonWriter json, string key, IEnumerable<Metric> metrics)
    {
        json.WriteStartObject(key);
        foreach (Metric metric in metrics) WriteMetric(json, metric);
        json.WriteEndObject();
    }

    private static void WriteMetric(Utf8JsonWriter json, Metric metric)
    {
        json.WritePropertyName(metric.Name);
        // The reference's number also for a metric without samples; run.empty_metrics says that it is none.
        if (metric.IsWhole) json.WriteNumberValue((long)metric.Written);
        else if (double.IsFinite(metric.Written)) json.WriteReal(metric.Written);
        else throw Errors.ResultNotFinite.Error(
            $"{metric.Name} is no finite number: times of the load or the engine are too large; make them smaller");
    }

    private static void WriteRun(Utf8JsonWriter json, RunInfo run, ReplayReport report)
    {
        json.WriteStartObject(EmptyMetrics.RunKey);
        if (run.Calibration is { } calibration) WriteCalibration(json, calibration);
        if (run.Client is { } client) LiveRunWriter.Client(json, client);
        json.WriteNumber("cut_off_requests", report.CutOffRequests);
        json.WriteStartArray(EmptyMetrics.Key);
        foreach (string name in report.EmptyMetrics) json.WriteStringValue(name);
        json.WriteEndArray();
        if (run.Server is not null) LiveRunWriter.Failures(json, run.Failures);
        json.WriteStartArray("inputs");
        foreach (WorkloadInput input in run.Inputs)
        {
            json.WriteStartObject();
            if (input.Bytes is { } bytes) json.WriteNumber("bytes", bytes);
            if (input.EditedItems is { } edited) json.WriteNumber("edited_items", edited);
            if (input.Items is { } items) json.WriteNumber("items", items);
            json.WriteString("path", input.Path);
            if (input.Sha256 is { } digest) json.WriteString("sha256", digest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (run.Name is { } given) json.WriteString("name", given);
        if (run.Server is not null) json.WriteBoolean("partial", run.Partial);
        json.WriteNumber("seed", run.Seed);
        if (run.Server is { } server) LiveRunWriter.Server(json, server);
        json.WritePropertyName("settings");
        WriteValue(json, run.Settings);
        json.WriteString("timing", run.Timing);
        if (run.Valid is { } valid) json.WriteBoolean("valid", valid);
        json.WriteString("version", run.Version);
        WriteWarnings(json, run.Warnings);
        json.WriteEndObject();
    }

    private static void WriteCalibration(Utf8JsonWriter json, RunCalibration calibration)
    {
        json.WriteStartObject("calibration");
        json.WriteString("deployment", calibration.Deployment);
        json.WriteStartArray("errors");
        foreach (StatedError error in calibration.Errors)
        {
            json.WriteStartObject();
            if (error.Baseline is { } baseline && double.IsFinite(baseline))
            {
                json.WritePropertyName("baseline");
                json.WriteReal(baseline);
            }

            if (double.IsFinite(error.Error))
            {
                json.WritePropertyName("error");
                json.WriteReal(error.Error);
            }

            json.WriteString("metric", error.Metric);
            json.WriteString("run", error.Run);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("extrapolated", calibration.IsExtrapolated);
        json.WritePropertyName("outside_share");
        json.WriteReal(calibration.OutsideShare);
        json.WriteString("profile", calibration.Profile);
        json.WriteString("sha256", calibration.Sha256);
        json.WriteEndObject();
    }

    private static void WriteWarnings(Utf8JsonWriter json, IReadOnlyList<RunWarning> warnings)
    {
        if (warnings.Count == 0) return;
        json.WriteStartArray("warnings");
        foreach (RunWarning warning in warnings)
        {
            json.WriteStartObject();
            json.WriteString("code", warning.Code);
            json.WriteNumber("count", warning.Count);
            json.WriteString("message", warning.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case string text: json.WriteStringValue(text); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteReal(number); break;
            case JsonElement element: element.WriteTo(json); break;
            case IReadOnlyDictionary<string, object?> group:
                json.WriteStartObject();
                foreach ((string name, object? member) in group)
                {
                    json.WritePropertyName(name);
                    WriteValue(json, member);
                }

                json.WriteEndObject();
                break;
            case System.Collections.IEnumerable list:
                json.WriteStartArray();
                foreach (object? item in list) WriteValue(json, item);
                json.WriteEndArray();
                break;
            default: throw new ArgumentException($"a setting of type {value.GetType()} has no JSON form", nameof(value));
        }
    }
}
