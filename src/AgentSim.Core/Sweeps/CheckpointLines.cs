using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Metrics;

namespace AgentSim.Sweeps;

/// <summary>The lines of a checkpoint file.</summary>
internal static class CheckpointLines
{
    private static ErrorCode InvalidId => Errors.CheckpointInvalid;
    private const string FormatKey = "agentsim_sweep";
    private const int FormatVersion = 1;
    private const string CutOffKey = "cut_off_requests";
    private const string OutsideKey = "outside_share";
    private const int LongestHeader = 512;

    public static byte[] Header(string digest) => Line(json =>
    {
        json.WriteNumber(FormatKey, FormatVersion);
        json.WriteString("digest", digest);
    });

    public static byte[] Line(string point, SweepOutcome outcome) => Line(json =>
    {
        json.WriteString("point", point);
        if (outcome.Error is not null)
        {
            json.WriteString("error_id", outcome.ErrorId);
            json.WriteString("error", outcome.Error);
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

    /// <summary>True for an empty file and one that begins with this header.</summary>
    public static bool IsHeader(FileStream file, byte[] header)
    {
        byte[] start = new byte[header.Length];
        file.Position = 0;
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return start.AsSpan(0, length).SequenceEqual(header.AsSpan(0, length));
    }

    /// <summary>Reads the points and returns where the next line goes, which is 0 for a file without a whole header.</summary>
    public static long Read(FileStream file, string path, byte[] header, Dictionary<string, SweepOutcome> known)
    {
        if (!IsHeader(file, header)) throw Refused(file, path);
        file.Position = 0;
        long end = 0;
        for (long number = 1; NextLine(file) is { } line; number++)
        {
            end += line.Length + 1;
            if (number > 1) Add(known, line, path, number);
        }

        return end;
    }

    // Whatever the file is, it is not ours to change.
    private static AgentSimException Refused(FileStream file, string path)
    {
        file.Position = 0;
        byte[] start = new byte[LongestHeader];
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        bool isCheckpoint = start.AsSpan(0, length).StartsWith(Encoding.UTF8.GetBytes($"{{\"{FormatKey}\":"));
        return isCheckpoint
            ? Errors.CheckpointMismatch.At(path, 1,
                "this checkpoint is of another workload, other settings or another version; name another file or have it replaced")
            : InvalidId.At(path, 1, "this is no checkpoint of a sweep; name another file");
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
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            Metric[] metrics = [.. root.GetProperty("metrics").EnumerateObject().Select(Metric)];
            string? error = root.TryGetProperty("error", out JsonElement message) ? message.GetString() : null;
            string? errorId = root.TryGetProperty("error_id", out JsonElement id) ? id.GetString() : null;
            string[] empty = root.TryGetProperty(EmptyMetrics.Key, out JsonElement names)
                ? [.. names.EnumerateArray().Select(name => name.GetString() ?? "")] : [];
            long cutOff = root.TryGetProperty(CutOffKey, out JsonElement requests) ? requests.GetInt64() : 0;
            double? outside = root.TryGetProperty(OutsideKey, out JsonElement share) ? share.GetDouble() : null;
            known[root.GetProperty("point").GetString() ?? ""] = new SweepOutcome(EmptyMetrics.Mark(metrics, empty), errorId,
                error) { CutOffRequests = cutOff, OutsideShare = outside };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw InvalidId.At(path, number, "this line is no point of a sweep; remove the line or the file", fault);
        }
    }

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
