using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports.Table;

/// <summary>
/// Results of vLLM's benchmark with all requests (its option save-detailed): one object whose arrays have an entry for each. Prompts
/// are not in it, so nothing is shared.
/// </summary>
internal static class VllmBenchFile
{
    /// <summary>The rows of a result.</summary>
    /// <exception cref="AgentSimException"><c>ImportStartMissing</c>: it has no start times and the call does not say when to
    /// start.</exception>
    public static IEnumerable<TableRow> Rows(JsonElement result, SourcePlace place, ImportSink sink)
    {
        JsonElement[] inputs = [.. result.Get("input_lens").Items()], outputs = [.. result.Get("output_lens").Items()];
        JsonElement[] starts = [.. result.Get("start_times").Items()], latencies = [.. result.Get("latencies").Items()];
        JsonElement[] ttfts = [.. result.Get("ttfts").Items()], itls = [.. result.Get("itls").Items()],
            errors = [.. result.Get("errors").Items()];
        if (starts.Length == 0 && sink.Options.Start == SessionStart.Keep)
        {
            throw place.Error(Errors.ImportStartMissing, 
                "this result does not say when requests started (newer versions of vLLM write start_times); let them " +
                    "start together or at a rate");
        }

        string? model = result.Text("model_id") ?? result.Text("tokenizer_id");
        for (int i = 0; i < inputs.Length; i++)
        {
            long? input = inputs[i].AsNumber(), output = i < outputs.Length ? outputs[i].AsNumber() : null;
            if (input is not > 0 || output is not > 0 || (i < errors.Length && errors[i].ValueKind == JsonValueKind.String
                && errors[i].GetString() is { Length: > 0 }))
            {
                sink.Drop(DropReason.Failed);
                continue;
            }

            double start = Real(starts, i) ?? 0;
            double? ttft = Real(ttfts, i), latency = Real(latencies, i);
            latency ??= ttft + (i < itls.Length ? itls[i].Items()
                .Sum(gap => gap.ValueKind == JsonValueKind.Number ? gap.GetDouble() : 0) : null);
            yield return new TableRow
            {
                Place = place,
                Id = i.ToString(CultureInfo.InvariantCulture),
                StartMs = start * 1000,
                EndMs = latency is { } seconds ? (start + seconds) * 1000 : null,
                Input = input.Value,
                Output = output.Value,
                TtftMs = ttft > 0 ? ttft * 1000 : null,
                Model = model,
            };
        }
    }

    private static double? Real(JsonElement[] values, int index) =>
        index < values.Length && values[index].ValueKind == JsonValueKind.Number && values[index].TryGetDouble(out double value)
            && double.IsFinite(value) && value >= 0 ? value : null;
}
