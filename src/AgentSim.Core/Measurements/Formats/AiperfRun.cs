using System.Text.Json;
using AgentSim.Imports;

namespace AgentSim.Measurements;

/// <summary>The records of AIPerf (<c>profile_export.jsonl</c>): one request a line.</summary>
internal static class AiperfRun
{
    public const string Name = "aiperf";

    public static bool Is(string head) => head.StartsWith('{') && head.Contains("\"x_correlation_id\"", StringComparison.Ordinal)
        && head.Contains("\"metrics\"", StringComparison.Ordinal);

    public static Measurement Read(string path, CancellationToken cancellation)
    {
        var requests = new List<MeasuredRequest>();
        int failed = 0;
        long first = long.MaxValue;
        var starts = new List<long>();
        foreach ((JsonElement row, _) in MeasurementFile.JsonLines(path, cancellation))
        {
            JsonElement metadata = row.Get("metadata"), metrics = row.Get("metrics");
            if (metadata.Text("credit_phase") is { } phase && phase != "profiling") continue;   // its warm-up
            if (row.Get("error").ValueKind == JsonValueKind.Object || Value("request_latency") is not { } latency
                || Value("input_sequence_length") is not > 0
                || Value("output_sequence_length") is not > 0 || Start() is not { } start)
            {
                failed++;
                continue;
            }

            first = Math.Min(first, start);
            starts.Add(start);
            requests.Add(new MeasuredRequest
            {
                Id = metadata.Text("x_request_id"),
                InputTokens = (int)Value("input_sequence_length")!.Value,
                OutputTokens = (int)Value("output_sequence_length")!.Value,
                TtftMs = Value("ttft") ?? Value("time_to_first_token"),
                LatencyMs = latency,
            });

            double? Value(string name) => metrics.Get(name).Real("value");

            long? Start() => metadata.Number("request_start_ns") ?? metrics.Get("min_request_timestamp").Number("value")
                ?? metadata.Number("timestamp_ns");
        }

        if (requests.Count == 0) throw Errors.MeasurementInvalid.At(path, 0,
            "no request succeeded and has its times; give the profile_export.jsonl of a streaming run");
        return new Measurement
        {
            Name = Path.GetFileName(path),
            Format = Name,
            Inputs = MeasurementFile.Digests([path], cancellation),
            Requests = [.. requests.Select((request, i) => request with { StartMs = (starts[i] - first) / 1e6 })
                .OrderBy(request => request.StartMs)],
            Failed = failed,
        };
    }
}
