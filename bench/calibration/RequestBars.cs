using AgentSim.Calibration;
using AgentSim.Measurements;

namespace AgentSim.CalibrationBars;

/// <summary>Bars of profiles that are fitted to requests.</summary>
internal static class RequestBars
{
    // Counted over all three trainings, this assumption leaves the least loss (2: V1).
    private const PromptAssumption OfV1 = PromptAssumption.Different;

    public static void V1(string data, BarTable table)
    {
        foreach (string model in (string[])["codellama-34b-tp2", "mixtral-8x7b-v0-1-tp2", "llama-2-7b-tp1"])
        {
            string codegen = $"{data}/h100/{model}-codegen.requests.json.gz", roleplay = $"{data}/h100/{model}-roleplay.requests.json.gz";
            var options = new CalibrationOptions { Prompts = OfV1, HeldOut = [.. MeasurementReader.Read([codegen + "#0", roleplay])] };
            TimingProfile profile = Calibrator.Fit(MeasurementReader.Read([codegen + "#1"]), options);
            foreach (HeldOutErrors run in profile.Errors)
            {
                bool isStage = run.Run.EndsWith("#0", StringComparison.Ordinal);
                AccuracyRow e2e = run.Rows.First(row => row.Metric == "e2e_mape");
                table.Add("V1", "codegen 10/s", Short(run.Run), run.Rows, "e2e_mape",
                    isStage ? Math.Min(0.05, e2e.Baseline!.Value / 2) : 0.05);
                table.Add("V1", "codegen 10/s", Short(run.Run), run.Rows, "e2e_mean", 0.05);
                table.Add("V1", "codegen 10/s", Short(run.Run), run.Rows, "tpot_mean", 0.05);
                table.Add("V1", "codegen 10/s", Short(run.Run), run.Rows, "ttft_p50", 0.12);
                table.Add("V1", "codegen 10/s", Short(run.Run), run.Rows, "ttft_mape", 0.20);
                table.Add("V1", "codegen 10/s", Short(run.Run), run.Rows, "ttft_p99", null);
            }
        }
    }

    public static void V3(string data, BarTable table)
    {
        string Stage(int stage) => $"{data}/kubecon/vllm/stage_{stage}_lifecycle.json";
        var options = new CalibrationOptions
        {
            // As its manifest says; the number of blocks is an estimate.
            Server = new MeasuredServer { NumGpuBlocks = 27_000, BlockSize = 16, MaxNumSeqs = 128, MaxNumBatchedTokens = 8192,
                MaxModelLen = 512, EnablePrefixCaching = false, EnableChunkedPrefill = false },
            HeldOut = [.. MeasurementReader.Read([Stage(2), Stage(4), Stage(6)])],
        };
        TimingProfile profile = Calibrator.Fit(MeasurementReader.Read([Stage(0), Stage(1), Stage(5)]), options);
        foreach (HeldOutErrors run in profile.Errors)
        {
            bool isOpen = run.Run.Contains("stage_2", StringComparison.Ordinal);
            table.Add("V3", "stages 0, 1, 5", Short(run.Run), run.Rows, "e2e_mean", isOpen ? 0.08 : null);
            table.Add("V3", "stages 0, 1, 5", Short(run.Run), run.Rows, "ttft_p50", null);
            table.Add("V3", "stages 0, 1, 5", Short(run.Run), run.Rows, "throughput", isOpen ? null : 0.06);
        }
    }

    public static void V5(string data, BarTable table)
    {
        IReadOnlyList<Measurement> run = MeasurementReader.Read([$"{data}/llmservingsim/RTXPRO6000/Qwen3-32B/requests.jsonl"]);
        // the blocks are an estimate
        var options = new CalibrationOptions { Server = new MeasuredServer { NumGpuBlocks = 33_000 }, HeldOutShare = 0.5 };
        HeldOutErrors last = Calibrator.Fit(run, options).Errors[0];
        table.Add("V5", "first 150 requests", "last 150", last.Rows, "e2e_mape", 0.06);
        foreach (string metric in (string[])["e2e_mean", "tpot_mean", "ttft_p50", "ttft_p99"])
            table.Add("V5", "first 150 requests", "last 150", last.Rows, metric, null);
    }

    private static string Short(string name) => name.Replace("_lifecycle", "", StringComparison.Ordinal);
}
