using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Measurements;

string data = args[0];
{
    var tables = OperatorTables.Read($"{data}/llmservingsim/perf/RTX4090/meta-llama/Llama-3.1-8B/tp1", 32);
    var run = LlmServingSimRun.Read($"{data}/llmservingsim/RTX4090/Llama-3.1-8B/requests.jsonl", default);
    var engine = new EngineArguments { NumGpuBlocks = run.Server.NumGpuBlocks!.Value, BlockSize = 16, MaxNumSeqs = 256, MaxNumBatchedTokens = 2048 }.Validated("x");
    foreach (bool cached in new[] { true, false })
    {
        var rows = Accuracy.Of(run, new RunSimulation(run, engine, PromptAssumption.Recorded, default).Predict(OperatorProfile.Of(tables, cached), null, default), 0, null);
        Console.WriteLine($"V4 cached {cached} known {run.KnowsPrompts} " + string.Join(" ", rows.Select(r => $"{r.Metric} {r.Error * 100:0.0}")));
    }
}
foreach (var (gpu, layers) in new[] { ("RTX4090/meta-llama/Llama-3.1-8B/tp1", 32), ("RTXPRO6000/Qwen/Qwen3-32B/tp2", 64), ("RTXPRO6000/meta-llama/Llama-3.1-8B/tp1", 32) })
{
    var all = OperatorTables.Read($"{data}/llmservingsim/perf/{gpu}", layers);
    bool Odd(double v) => v > 0 && (int)Math.Round(Math.Log2(v)) % 2 == 1;
    var half = OperatorTables.Read($"{data}/llmservingsim/perf/{gpu}", layers, (chunk, before) => !Odd(before) && (!Odd(chunk) || chunk == 2048));
    foreach (bool cached in new[] { true, false })
    {
        var model = new ProfileModel(OperatorProfile.Of(half, cached), 1, 1);
        double sum = 0; int n = 0;
        foreach (double chunk in new double[] { 128, 256, 512, 1024, 2048 })
            foreach (double before in new double[] { 32, 128, 512, 2048, 8192 })
            {
                double real = all.PrefillPass(chunk, before), sim = model.Prefill(1, (long)(chunk + before), (long)before) + model.Decode((long)(chunk + before), 1 << 20, (long)(chunk + before));
                sum += Math.Abs(sim / real - 1); n++;
            }
        Console.WriteLine($"V8 {gpu} cached {cached} {sum / n * 100:0.00} % of {n}");
    }
}
