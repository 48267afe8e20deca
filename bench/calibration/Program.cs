using System.Diagnostics;
using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Measurements;

string data = args[0];
void Show(string id, IReadOnlyList<TrainingRun> train, EngineArguments engine, PromptAssumption prompts, bool pairs, IEnumerable<(Measurement, int)> test)
{
    long t = Stopwatch.GetTimestamp();
    var fit = TimingFit.Of(train, engine, _ => prompts, pairs, default);
    var p = fit.Parameters;
    Console.WriteLine($"{id} {prompts} {Stopwatch.GetElapsedTime(t).TotalSeconds:0.0} s, {fit.Simulations} sims, loss {fit.Loss*1e6:0} B0 {p.B0:0.00} B1 {p.B1:0.0000} B2 {p.B2:0.000000} S0 {p.S0:0.0} S1 {p.S1:0.0000} off {p.OffsetMs:0.0} N0 {p.N0:0}");
    var med = TrainingMedians.Of(train.Select(r => r.Run with { Requests = r.Run.Requests.Take(r.Fitted ?? int.MaxValue).ToArray() }));
    foreach (var (run, from) in test)
    {
        var rows = Accuracy.Of(run, new RunSimulation(run, engine, prompts, default).Predict(p.Sample(), null, default), p.OffsetMs, med, from);
        Console.WriteLine($"   {run.Name,-30} " + string.Join(" ", rows.Where(r => r.Metric is not ("e2e_p50" or "ttft_mean" or "tpot_mape" or "e2e_p99")).Select(r => $"{r.Metric} {r.Error * 100:0.0} ({r.Baseline * 100:0.0})")));
    }
}
foreach (string model in new[] { "codellama-34b-tp2", "mixtral-8x7b-v0-1-tp2", "llama-2-7b-tp1" })
{
    var codegen = InferenceSimExperiment.Read($"{data}/h100/{model}-codegen.requests.json.gz", default).ToArray();
    var roleplay = InferenceSimExperiment.Read($"{data}/h100/{model}-roleplay.requests.json.gz", default).ToArray();
    var s = codegen[1].Server;
    EngineArguments engine = new EngineArguments { NumGpuBlocks = s.NumGpuBlocks!.Value, BlockSize = 16, MaxNumSeqs = s.MaxNumSeqs, MaxNumBatchedTokens = s.MaxNumBatchedTokens, MaxModelLen = 4096 }.Validated("x");
    foreach (var assume in args[1].Split(",").Select(Enum.Parse<PromptAssumption>))
        Show(model, [new TrainingRun(codegen[1])], engine, assume, false, [(codegen[1], 0), (codegen[0], 0), (roleplay[0], 0)]);
}
{
    Measurement Stage(int n) => InferencePerfStage.Read($"{data}/kubecon/vllm/stage_{n}_lifecycle.json", default);
    var engine = new EngineArguments { NumGpuBlocks = 27000, BlockSize = 16, MaxNumSeqs = 128, MaxNumBatchedTokens = int.Parse(args[2]), MaxModelLen = 512, EnablePrefixCaching = false, EnableChunkedPrefill = false }.Validated("x");
    Show("V3", [new(Stage(0)), new(Stage(1)), new(Stage(5))], engine, PromptAssumption.Different, false, new[] { 0, 1, 5, 2, 4, 6 }.Select(n => (Stage(n), 0)));
}
{
    var run = LlmServingSimRun.Read($"{data}/llmservingsim/RTXPRO6000/Qwen3-32B/requests.jsonl", default);
    var engine = new EngineArguments { NumGpuBlocks = 33000, BlockSize = 16, MaxNumSeqs = 128, MaxNumBatchedTokens = 2048 }.Validated("x");
    foreach (bool pairs in new[] { false, true })
        Show("V5", [new(run, 150)], engine, PromptAssumption.Recorded, pairs, [(run, 0), (run, 150)]);
}
