using System.Globalization;
using System.Text.Json;
using AgentSim.Imports;

namespace AgentSim.Measurements;

/// <summary>A result of <c>vllm bench serve</c> with all requests (save-detailed): one object whose arrays have an entry for each
/// request.</summary>
internal static class VllmBenchRun
{
    public const string Name = "vllm-bench";

    public static bool Is(string head) => head.StartsWith('{') && (head.Contains("\"endpoint_type\"", StringComparison.Ordinal)
        || head.Contains("\"tokenizer_id\"", StringComparison.Ordinal) || head.Contains("\"input_lens\"", StringComparison.Ordinal));

    public static Measurement Read(string path, CancellationToken cancellation)
    {
        using JsonDocument document = MeasurementFile.Json(path);
        JsonElement root = document.RootElement;
        JsonElement[] inputs = All("input_lens"), outputs = All("output_lens"), starts = All("start_times"), ttfts = All("ttfts"),
            itls = All("itls"), errors = All("errors");
        if (inputs.Length == 0 || ttfts.Length != inputs.Length)
            throw Errors.MeasurementInvalid.At(path, 0,
                "this result has no single requests; run the benchmark with save-result and save-detailed");
        List<RunWarning> warnings = [];
        int? concurrency = null;
        if (starts.Length != inputs.Length)
        {
            concurrency = (int?)root.Number("max_concurrency")
                ?? throw Errors.MeasurementInvalid.At(path, 0,
                    "this result does not say when requests started (newer versions of vLLM write start_times), and has no " +
                        "max_concurrency; measure anew");
            warnings.Add(new RunWarning(WarningCodes.MeasuredStartsUnknown,
                $"the result does not say when requests started; it is taken as a closed loop of {concurrency}", inputs.Length));
        }

        var requests = new List<MeasuredRequest>();
        int failed = 0, doubled = 0;
        double first = starts.Length > 0 ? starts.Select((_, i) => Real(starts, i) ?? double.PositiveInfinity).Min() : 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            long? input = inputs[i].AsNumber(), output = i < outputs.Length ? outputs[i].AsNumber() : null;
            bool error = i < errors.Length && errors[i].ValueKind == JsonValueKind.String && !errors[i].ValueEquals("");
            if (error || input is not > 0 || output is not > 0 || Real(ttfts, i) is not > 0)
            {
                failed++;
                continue;
            }

            double ttft = Real(ttfts, i)!.Value;
            JsonElement[] gaps = i < itls.Length ? [.. itls[i].Items()] : [];
            if (output > 8 && gaps.Length > 1.8 * (output - 1)) doubled++;
            double decode = gaps.Sum(gap => gap.ValueKind == JsonValueKind.Number ? gap.GetDouble() : 0);
            requests.Add(new MeasuredRequest
            {
                Id = i.ToString(CultureInfo.InvariantCulture),
                StartMs = starts.Length > 0 ? ((Real(starts, i) ?? first) - first) * 1000 : 0,
                InputTokens = (int)input.Value,
                OutputTokens = (int)output.Value,
                TtftMs = ttft * 1000,
                LatencyMs = gaps.Length > 0 || output == 1 ? (ttft + decode) * 1000 : null,
            });
        }

        if (doubled > requests.Count / 2)
            warnings.Add(new RunWarning(WarningCodes.MeasuredGapsHalved,
                "it has two stream events a token; times per token are those between first and last token", doubled));
        return new Measurement
        {
            Name = Path.GetFileName(path),
            Format = Name,
            Inputs = MeasurementFile.Digests([path], cancellation),
            Server = new MeasuredServer { Engine = "vllm", Model = root.Text("model_id") },
            Requests = [.. requests.OrderBy(request => request.StartMs)],
            Concurrency = concurrency,
            Warnings = warnings,
            Failed = failed,
        };

        JsonElement[] All(string name) => [.. root.Get(name).Items()];
    }

    private static double? Real(JsonElement[] values, int index) =>
        index < values.Length && values[index].ValueKind == JsonValueKind.Number && values[index].TryGetDouble(out double value)
            && double.IsFinite(value) && value >= 0 ? value : null;
}
