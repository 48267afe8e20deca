using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Measurements;
using MathNet.Numerics;

namespace AgentSim.CalibrationBars;

/// <summary>Bars of profiles that come from operators and passes.</summary>
internal static class OperatorBars
{
    public static void V4(string data, BarTable table)
    {
        var options = new CalibrationOptions { HeldOut =
            [.. MeasurementReader.Read([$"{data}/llmservingsim/RTX4090/Llama-3.1-8B/requests.jsonl"])] };
        TimingProfile profile = Calibrator.FromOperators(OperatorTables.Read(
            $"{data}/llmservingsim/perf/RTX4090/meta-llama/Llama-3.1-8B/tp1", 32), options);
        table.Add("V4", "operator tables", "RTX 4090 run", profile.Errors[0].Rows, "e2e_mape", 0.04);
        foreach (string metric in (string[])["e2e_mean", "tpot_mean", "ttft_p50", "throughput"])
            table.Add("V4", "operator tables", "RTX 4090 run", profile.Errors[0].Rows, metric, null);
    }

    public static void V7(string data, BarTable table)
    {
        Measurement planner = MeasurementReader.Read([$"{data}/dynamo-planner"])[0];
        MeasuredStep[] prefill = [.. planner.Steps.Where(step => step.NewTokens > 0)];
        double[] fit = Fit.Polynomial([.. prefill.Select(step => (double)step.NewTokens)], [.. prefill.Select(step => step.Ms)], 2);
        double[] reference = [16.50143, 1.518344e-2, 4.20999e-7];
        for (int i = 0; i < 3; i++) table.Add("V7", "planner folder", "built-in constants", $"prefill t^{i}", reference[i], fit[i],
            (fit[i] / reference[i]) - 1, null, 1e-5);
    }

    public static void V8(string data, BarTable table)
    {
        foreach ((string name, int layers) in ((string, int)[])[("RTX4090/meta-llama/Llama-3.1-8B/tp1", 32),
            ("RTXPRO6000/Qwen/Qwen3-32B/tp2", 64), ("RTXPRO6000/meta-llama/Llama-3.1-8B/tp1", 32)])
        {
            string folder = $"{data}/llmservingsim/perf/{name}";
            OperatorTables all = OperatorTables.Read(folder, layers);
            // Every second chunk and every second number of cached tokens is not used.
            OperatorTables half = OperatorTables.Read(folder, layers, (chunk, before) => !IsLeftOut(before)
                && (!IsLeftOut(chunk) || chunk == 2048));
            (double with, double worst) = Miss(all, OperatorProfile.Of(half));
            (double without, double worstWithout) = Miss(all, OperatorProfile.Of(half, withCached: false));
            table.Add("V8", "every second point", name, "prefill MAPE", null, null, with, without, 0.05);
            table.Add("V8", "every second point", name, "prefill worst (baseline: no table)", null, null, worst, worstWithout, null);
        }
    }

    private static bool IsLeftOut(double tokens) => tokens > 0 && (int)Math.Round(Math.Log2(tokens)) % 2 == 1;

    private static (double Mean, double Worst) Miss(OperatorTables real, ProfileTables tables)
    {
        var model = new ProfileModel(tables, 1, 1);
        List<double> misses = [];
        foreach (double chunk in (double[])[128, 256, 512, 1024, 2048])
        {
            foreach (double before in (double[])[0, 32, 128, 512, 2048, 8192, 16384])
            {
                if (!IsLeftOut(chunk) && !IsLeftOut(before)) continue;
                long reached = (long)(chunk + before);
                double simulated = model.Prefill(1, reached, (long)before) + model.Decode(reached, 1 << 20, reached);
                misses.Add(Math.Abs((simulated / real.PrefillPass(chunk, before)) - 1));
            }
        }

        return (misses.Average(), misses.Max());
    }
}
