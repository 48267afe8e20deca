using System.Diagnostics;
using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Measurements;

string data = args[0];
foreach (string model in new[] { "codellama-34b-tp2", "mixtral-8x7b-v0-1-tp2", "llama-2-7b-tp1" })
{
    var codegen = InferenceSimExperiment.Read($"{data}/h100/{model}-codegen.requests.json.gz", default).ToArray();
    var roleplay = InferenceSimExperiment.Read($"{data}/h100/{model}-roleplay.requests.json.gz", default).ToArray();
    var s = codegen[1].Server;
    EngineArguments engine = new EngineArguments { NumGpuBlocks = s.NumGpuBlocks!.Value, BlockSize = 16, MaxNumSeqs = s.MaxNumSeqs, MaxNumBatchedTokens = s.MaxNumBatchedTokens, MaxModelLen = 4096 }.Validated("x");
    foreach (var assume in new[] { PromptAssumption.SameLength, PromptAssumption.Different, PromptAssumption.OneText })
    {
        long t = Stopwatch.GetTimestamp();
        var sim = new RunSimulation(codegen[1], engine, assume, default);
        var fit = new SimulatedFit([new FitRun(sim, new FitResiduals(codegen[1]), 1)], false, default);
        var start = FitStart.Of([codegen[1]]);
        var (p, loss) = fit.Find(start, 12);
        Console.WriteLine($"{model} {assume} {Stopwatch.GetElapsedTime(t).TotalSeconds:0.0} s, {fit.Simulations} sims, loss {loss:0.00000} start {fit.Loss(start):0.000}");
        Console.WriteLine(start); Console.WriteLine(p);
        var med = TrainingMedians.Of([codegen[1]]);
        foreach (var run in new[] { codegen[1], codegen[0], roleplay[0] })
        {
            var rows = Accuracy.Of(run, new RunSimulation(run, engine, assume, default).Predict(p.Sample(), null, default), p.OffsetMs, med);
            Console.WriteLine($"   {run.Name,-40} " + string.Join(" ", rows.Where(r => r.Metric is "e2e_mape" or "e2e_mean" or "tpot_mean" or "ttft_mape" or "ttft_p50" or "ttft_p99").Select(r => $"{r.Metric} {r.Error * 100:0.0} ({r.Baseline * 100:0.0})")));
        }
    }
}
