using System.IO.Compression;
using System.Text.Json;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>Results in the form of the files, and their differences from stored ones.</summary>
internal static class ResultJson
{
    private const double Relative = 1e-9;

    // Real time, and what is derived from it.
    private static readonly HashSet<string> Unrepeatable = ["wall_time_ms", "processed_tokens_per_s", "processed_output_tokens_per_s"];

    /// <summary>False for metrics of real time.</summary>
    public static bool IsRepeatable(string name) => !Unrepeatable.Contains(name);

    public static byte[] ReportBytes(ReplayResult result)
    {
        using MemoryStream stream = new();
        ReportWriter.Write(stream, result.Summary, result.Run);
        return stream.ToArray();
    }

    public static byte[] RequestBytes(ReplayResult result)
    {
        using MemoryStream stream = new();
        RequestLogWriter.Write(stream, result.Requests);
        return stream.ToArray();
    }

    /// <summary>The report file without the lines that differ from run to run.</summary>
    public static string RepeatableReport(ReplayResult result) =>
        string.Join('\n', System.Text.Encoding.UTF8.GetString(ReportBytes(result)).Split('\n')
            .Where(line => !Unrepeatable.Any(line.Contains)));

    public static JsonElement Report(ReplayResult result) => Parse(ReportBytes(result));

    public static List<JsonElement> Requests(ReplayResult result) => ParseLines(new StreamReader(new MemoryStream(RequestBytes(result))));

    public static List<JsonElement> ReadGzippedLines(string path) =>
        ParseLines(new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress)));

    /// <summary>Every key whose value differs: integers and texts exactly, reals to 1e-9 relative (absolute below 1).</summary>
    public static IEnumerable<string> Differences(JsonElement expected, JsonElement actual)
    {
        foreach (JsonProperty property in expected.EnumerateObject())
        {
            if (Unrepeatable.Contains(property.Name)) continue;
            if (!actual.TryGetProperty(property.Name, out JsonElement value)) yield return $"{property.Name} is missing";
            else if (!AreSame(property.Value, value)) yield return $"{property.Name} is {value}, expected {property.Value}";
        }
    }

    private static bool AreSame(JsonElement expected, JsonElement actual)
    {
        if (expected.ValueKind != JsonValueKind.Number || actual.ValueKind != JsonValueKind.Number)
            return expected.ToString() == actual.ToString() && expected.ValueKind == actual.ValueKind;
        if (expected.TryGetInt64(out long whole) && actual.TryGetInt64(out long other)) return whole == other;
        double a = expected.GetDouble(), b = actual.GetDouble();
        return a == b || Math.Abs(a - b) <= Relative * Math.Max(Math.Max(Math.Abs(a), Math.Abs(b)), 1.0);
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static List<JsonElement> ParseLines(StreamReader reader)
    {
        using (reader)
        {
            List<JsonElement> lines = [];
            while (reader.ReadLine() is string line)
            {
                using JsonDocument document = JsonDocument.Parse(line);
                lines.Add(document.RootElement.Clone());
            }

            return lines;
        }
    }
}
