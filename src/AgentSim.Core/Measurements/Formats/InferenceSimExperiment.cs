using System.Text.Json;
using AgentSim.Imports;

namespace AgentSim.Measurements;

/// <summary>
/// An experiment of inference-perf as inference-sim's training data hold it: <c>NAME.requests.json</c> with the arrivals and
/// lengths, <c>NAME.truth.json</c> with the times, and in <c>NAME.config</c> how the load was made.
/// </summary>
internal static class InferenceSimExperiment
{
    public const string Name = "inference-sim";

    public static bool Is(string path, string head) =>
        Stem(path) is not null && head.StartsWith('{') && head.Contains("\"requests\"",
            StringComparison.Ordinal) | head.Contains("\"experiment\"", StringComparison.Ordinal);

    public static IEnumerable<Measurement> Read(string path, CancellationToken cancellation)
    {
        string stem = Stem(path)!;
        string truthPath = path.Replace(".requests.json", ".truth.json", StringComparison.Ordinal);
        string config = stem + ".config";
        if (!File.Exists(truthPath)) throw Errors.MeasurementInvalid.At(path, 0,
            $"the times of its requests are not beside it; put {Path.GetFileName(truthPath)} there");
        List<string> files = [path, truthPath];
        using JsonDocument sent = MeasurementFile.Json(path), truth = MeasurementFile.Json(truthPath);
        var times = new Dictionary<long, (double? Ttft, double? Latency)>();
        foreach (JsonElement row in truth.RootElement.Items())
        {
            if (row.Number("index") is { } index) times[index] = (row.Real("ttft_s"), row.Real("e2e_s"));
        }

        InferencePerfLoad? load = InferencePerfLoad.Find(config, files);
        List<RunWarning> warnings = [];
        var requests = new List<MeasuredRequest>();
        int failed = 0, counted = 0;
        foreach (JsonElement row in sent.RootElement.Get("requests").Items())
        {
            long index = row.Number("index") ?? requests.Count;
            times.TryGetValue(index, out (double? Ttft, double? Latency) time);
            if (row.Get("has_error").ValueKind == JsonValueKind.True || time.Latency is null || row.Number("input_tokens") is not > 0)
            {
                failed++;
                continue;
            }

            int output = (int)(row.Number("output_tokens") ?? 0);
            if (load?.ForcedOutput is { } forced)
            {
                if (Math.Abs(output - forced) > 0.05 * forced) counted++;
                output = forced;
            }

            requests.Add(new MeasuredRequest
            {
                Id = index.ToString(System.Globalization.CultureInfo.InvariantCulture),
                StartMs = (row.Real("arrival_time_us") ?? 0) / 1000,
                InputTokens = (int)row.Number("input_tokens")!.Value,
                OutputTokens = output,
                TtftMs = time.Ttft * 1000,
                LatencyMs = time.Latency * 1000,
            });
        }

        if (counted > 0) warnings.Add(InferencePerfLoad.OutputsForced(load!.ForcedOutput!.Value, counted, requests.Count));
        requests.Sort((a, b) => a.StartMs.CompareTo(b.StartMs));
        JsonElement engine = sent.RootElement.Get("config");
        Measurement whole = new()
        {
            Name = Path.GetFileName(stem),
            Format = Name,
            Inputs = MeasurementFile.Digests(files, cancellation),
            Server = new MeasuredServer
            {
                Engine = "vllm",
                Model = sent.RootElement.Text("model_id"),
                NumGpuBlocks = engine.Number("kv_blocks_total_gpu"),
                BlockSize = engine.Number("block_size"),
                MaxNumSeqs = engine.Number("max_num_seqs"),
                MaxNumBatchedTokens = engine.Number("max_num_batched_tokens"),
                TensorParallelSize = engine.Number("tensor_parallelism"),
            },
            Requests = requests,
            Warnings = warnings,
            Failed = failed,
        };
        return Stages(whole, load);
    }

    // The stages of a load follow each other; each has as many requests as its rate and time say.
    private static List<Measurement> Stages(Measurement whole, InferencePerfLoad? load)
    {
        if (load is null || load.Stages.Count < 2) return [whole];
        var stages = new List<Measurement>();
        int at = 0;
        for (int stage = 0; stage < load.Stages.Count; stage++)
        {
            int count = stage == load.Stages.Count - 1 ? whole.Requests.Count - at
                : Math.Min(load.Stages[stage], whole.Requests.Count - at);
            if (count <= 0) break;
            double start = whole.Requests[at].StartMs;
            stages.Add(whole with
            {
                Name = $"{whole.Name}#{stage}",
                Stage = stage,
                Requests = [.. whole.Requests.Skip(at).Take(count).Select(request => request with { StartMs = request.StartMs - start })],
            });
            at += count;
        }

        return stages;
    }

    private static string? Stem(string path)
    {
        int at = path.IndexOf(".requests.json", StringComparison.Ordinal);
        return at > 0 ? path[..at] : null;
    }
}
