using System.Text;
using System.Text.Json;
using AgentSim.Files;
using AgentSim.Json;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>The lines of a checkpoint file.</summary>
internal static class CheckpointLines
{
    private static ErrorCode InvalidId => Errors.CheckpointInvalid;
    private const string FormatKey = "agentsim_sweep";
    private const int FormatVersion = 2;
    private const string CutOffKey = "cut_off_requests";
    private const string OutsideKey = "outside_share";
    private const string TemplateKey = "error_template";
    private const int LongestHeader = 1024;

    public static byte[] Line(CheckpointHeader header) => Line(json =>
    {
        json.WriteNumber(FormatKey, FormatVersion);
        json.WriteString(nameof(header.Version).ToLowerInvariant(), header.Version);
        json.WriteString(nameof(header.Workload).ToLowerInvariant(), header.Workload);
        json.WriteString(nameof(header.Settings).ToLowerInvariant(), header.Settings);
    });

    public static byte[] Line(IReadOnlyList<SweptPoint> grid) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new GridLine(grid), SweepJson.Default.GridLine), (byte)'\n'];

    public static byte[] Line(string point, SweepOutcome outcome) => Line(json =>
    {
        json.WriteString("point", point);
        if (outcome.Error is not null)
        {
            json.WriteString("error_id", outcome.ErrorId);
            json.WriteString("error", outcome.Error);
            if (outcome.Template is { } template && template != outcome.Error) json.WriteString(TemplateKey, template);
        }

        json.WriteStartObject("metrics");
        foreach (Metric metric in outcome.Metrics)
        {
            json.WritePropertyName(metric.Name);
            if (metric.IsWhole) json.WriteNumberValue((long)metric.Written);
            else json.WriteReal(metric.Written);
        }

        json.WriteEndObject();
        if (outcome.CutOffRequests > 0) json.WriteNumber(CutOffKey, outcome.CutOffRequests);
        if (outcome.OutsideShare is { } outside) json.WriteNumber(OutsideKey, outside);
        json.WriteStartArray(EmptyMetrics.Key);
        foreach (string name in EmptyMetrics.In(outcome.Metrics)) json.WriteStringValue(name);
        json.WriteEndArray();
    });

    /// <summary>The header of a file, which may be of another sweep; null where there is none, as in an empty file.</summary>
    /// <exception cref="AgentSimException"><c>CheckpointInvalid</c>, or <c>CheckpointMismatch</c>: another format.</exception>
    public static CheckpointHeader? Header(FileStream file, string path)
    {
        file.Position = 0;
        byte[] start = new byte[LongestHeader];
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        int end = start.AsSpan(0, length).IndexOf((byte)'\n');
        byte[] key = Encoding.UTF8.GetBytes($"{{\"{FormatKey}\":");
        if (!start.AsSpan(0, Math.Min(length, key.Length)).SequenceEqual(key.AsSpan(0, Math.Min(length, key.Length)))
            || (end < 0 && length == start.Length))
            throw InvalidId.At(path, 1, "this is no checkpoint of a sweep; name another file");   // not ours to change
        if (end < 0) return null;   // cut off
        try
        {
            using JsonDocument document = JsonDocument.Parse(start.AsMemory(0, end));
            JsonElement root = document.RootElement;
            if (root.GetProperty(FormatKey).GetInt32() != FormatVersion)
                throw Errors.CheckpointMismatch.At(path, 1, "this checkpoint is of another version; name another file or have it replaced");
            return new CheckpointHeader(Text("version"), Text("workload"), Text("settings"));

            string Text(string name) => root.GetProperty(name).GetString() ?? "";
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw InvalidId.At(path, 1, "this is no checkpoint of a sweep; name another file", fault);
        }
    }

    /// <summary>Reads what follows the header.</summary>
    public static CheckpointContent Read(FileStream file, string path)
    {
        file.Position = 0;
        var content = new CheckpointContent();
        for (long number = 1; NextLine(file) is { } line; number++)
        {
            if (EncodedText.InvalidAt(line) >= 0) throw InvalidId.At(path, number, $"{EncodedText.InvalidLine}, or remove it");
            content.End += line.Length + 1;
            if (number == 1) continue;
            if (line.AsSpan().StartsWith(GridStart)) content.Grid = Grid(line, path, number);
            else Add(content.Outcomes, line, path, number);
        }

        return content;
    }

    private static ReadOnlySpan<byte> GridStart => "{\"grid\":"u8;

    private static IReadOnlyList<SweptPoint> Grid(byte[] line, string path, long number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SweepJson.Default.GridLine)?.Grid ?? throw new JsonException();
        }
        catch (JsonException fault)
        {
            throw InvalidId.At(path, number, "this line is no grid of a sweep; remove the file", fault);
        }
    }

    // Without its line feed; null at the end, and for a line that was cut off.
    private static byte[]? NextLine(FileStream file)
    {
        var line = new MemoryStream();
        Span<byte> buffer = stackalloc byte[8192];
        while (true)
        {
            int length = file.Read(buffer);
            if (length == 0) return null;
            int feed = buffer[..length].IndexOf((byte)'\n');
            line.Write(buffer[..(feed < 0 ? length : feed)]);
            if (feed < 0) continue;
            file.Position -= length - feed - 1;
            return line.ToArray();
        }
    }

    private static void Add(Dictionary<string, SweepOutcome> known, byte[] line, string path, long number)
    {
        try
        {
            (string point, SweepOutcome outcome) = Outcome(line);
            known[point] = outcome;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw InvalidId.At(path, number, "this line is no point of a sweep; remove the line or the file", fault);
        }
    }

    /// <summary>The point and the outcome of a line.</summary>
    /// <exception cref="Exception">The line is none; of one of several types.</exception>
    public static (string Point, SweepOutcome Outcome) Outcome(ReadOnlyMemory<byte> line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        Metric[] metrics = [.. root.GetProperty("metrics").EnumerateObject().Select(Metric)];
        string? error = Text(root, "error");
        string[] empty = root.TryGetProperty(EmptyMetrics.Key, out JsonElement names)
            ? [.. names.EnumerateArray().Select(name => name.GetString() ?? "")] : [];
        long cutOff = root.TryGetProperty(CutOffKey, out JsonElement requests) ? requests.GetInt64() : 0;
        double? outside = root.TryGetProperty(OutsideKey, out JsonElement share) ? share.GetDouble() : null;
        return (root.GetProperty("point").GetString() ?? "", new SweepOutcome(EmptyMetrics.Mark(metrics, empty), Text(root, "error_id"),
            error) { CutOffRequests = cutOff, OutsideShare = outside, Template = Text(root, TemplateKey) ?? error });
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;

    private static Metric Metric(JsonProperty property) =>
        new(property.Name, property.Value.GetDouble(), property.Value.GetRawText().AsSpan().IndexOfAny('.', 'e') < 0);

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }
}

/// <summary>What a checkpoint is of, apart from its grid.</summary>
/// <param name="Version">Version of AgentSim.</param>
/// <param name="Workload">Digest of the workload.</param>
/// <param name="Settings">Digest of the settings that all points share.</param>
internal sealed record CheckpointHeader(string Version, string Workload, string Settings)
{
    public static CheckpointHeader Of(ReplayWorkload workload, ReplaySettings settings) =>
        new(Replay.Version, WorkloadDigest.Of(workload), SweepDigests.Common(settings));

    /// <summary>In what another one differs, in words; null: in nothing.</summary>
    public string? Difference(CheckpointHeader other) =>
        other.Version != Version ? $"another version of AgentSim ({Quote.Of(other.Version)}, not {Quote.Of(Version)})"
        : other.Workload != Workload ? "another workload"
        : other.Settings != Settings ? "other settings"
        : null;
}

/// <summary>What a checkpoint holds.</summary>
internal sealed class CheckpointContent
{
    /// <summary>The last grid that was swept into it; empty: none.</summary>
    public IReadOnlyList<SweptPoint> Grid { get; set; } = [];

    public Dictionary<string, SweepOutcome> Outcomes { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the next line goes.</summary>
    public long End { get; set; }
}
