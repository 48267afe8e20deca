using System.Globalization;
using System.Text.Json;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Workload;

namespace AgentSim.Reports;

/// <summary>A report file as an object: its metrics and where they come from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Written">When the file was last written, local time.</param>
/// <param name="Metrics">Its metrics in the order of the file.</param>
/// <param name="Run">Where they come from; null where the file does not say, as those of the reference.</param>
public sealed record StoredReport(string Path, DateTime Written, IReadOnlyList<Metric> Metrics, RunInfo? Run)
{
    /// <summary>What the run was named, else the name of the file.</summary>
    public string Name => Run?.Name ?? System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Requests that a time cap cut off: they are in no other number.</summary>
    public long CutOffRequests { get; init; }

    /// <summary>What the numbers have to be read with.</summary>
    public IReadOnlyList<RunWarning> Warnings => Run?.Warnings ?? [];

    /// <summary>Reads a report file, one of AgentSim or of the reference.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AgentSimException">It cannot be read, or is no report (<c>ReportInvalid</c>).</exception>
    public static StoredReport Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        IReadOnlyList<Metric> metrics = ReportReader.Read(path);
        using FileStream file = InputFiles.Open(path);
        using JsonDocument document = JsonDocument.Parse(file);
        bool hasRun = document.RootElement.TryGetProperty(EmptyMetrics.RunKey, out JsonElement run)
            && run.ValueKind == JsonValueKind.Object;
        try
        {
            return new StoredReport(path, File.GetLastWriteTime(path), metrics, hasRun ? ReadRun(run) : null)
            {
                CutOffRequests = hasRun && run.TryGetProperty("cut_off_requests", out JsonElement cutOff) ? cutOff.GetInt64() : 0,
            };
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Errors.ReportInvalid.At(path, 0, $"what it says of its run is not as reports have it: {error.Message}", error);
        }
    }

    /// <summary>Name and file.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Path}, {Metrics.Count} metrics)");

    private static RunInfo ReadRun(JsonElement run) => new(
        Text(run, "version") ?? "",
        [.. List(run, "inputs").Select(input =>
            new WorkloadInput(Text(input, "path") ?? "", Whole(input, "bytes"), Text(input, "sha256"))
            {
                Items = (int?)Whole(input, "items"),
                EditedItems = (int?)Whole(input, "edited_items"),
            })],
        run.TryGetProperty("settings", out JsonElement settings) ? StoredSettings.Read(settings.GetRawText())
            : new Dictionary<string, object?>(),
        run.TryGetProperty("seed", out JsonElement seed) ? seed.GetUInt64() : 0)
    {
        Name = Text(run, "name"),
        Timing = Text(run, "timing") ?? "",
        Valid = run.TryGetProperty("valid", out JsonElement valid) ? valid.GetBoolean() : null,
        Partial = run.TryGetProperty("partial", out JsonElement partial) && partial.GetBoolean(),
        Calibration = run.TryGetProperty("calibration", out JsonElement calibration) ? ReadCalibration(calibration) : null,
        Warnings = (RunWarning[])[.. List(run, "warnings").Select(warning =>
            new RunWarning(Text(warning, "code") ?? "", Text(warning, "message") ?? "", warning.GetProperty("count").GetInt64()))],
    };

    private static RunCalibration ReadCalibration(JsonElement item) => new(
        Text(item, "profile") ?? "", Text(item, "sha256") ?? "", Text(item, "deployment") ?? "",
        [.. List(item, "errors").Select(error => new StatedError(
            Text(error, "run") ?? "", Text(error, "metric") ?? "", Number(error, "error") ?? double.NaN, Number(error, "baseline")))],
        Number(item, "outside_share") ?? 0.0);

    private static double? Number(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.GetDouble()
        : null;

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.GetString()
        : null;

    private static long? Whole(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;

    private static JsonElement[] List(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) ? [.. value.EnumerateArray()] : [];
}
