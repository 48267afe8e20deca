using AgentSim.Calibration;
using AgentSim.Draws;
using AgentSim.Measurements;

namespace AgentSim.CalibrationBars;

/// <summary>A run that is simulated with known parameters, with noise: does the fit find them?</summary>
internal static class SyntheticBar
{
    private static readonly TimingParameters Truth = new(B0: 6.0, B1: 0.05, B2: 6e-5, S0: 3.0, S1: 0.02, S2: 1.5e-6, OffsetMs: 20);

    public static void Run(BarTable table)
    {
        var server = new MeasuredServer { Engine = "vllm", NumGpuBlocks = 60_000, BlockSize = 16, MaxNumSeqs = 128,
            MaxNumBatchedTokens = 8192 };
        Measurement load = Load();
        Prediction real = new RunSimulation(load, MeasuredEngine.Of(server, []), PromptAssumption.Recorded, default)
            .Predict(Truth.Sample(), null, default);
        var noise = new ChaCha12(7);
        Measurement measured = load with
        {
            Server = server,
            Requests = [.. load.Requests.Select((request, i) =>
            {
                double ttft = (real.TtftMs[i] + Truth.OffsetMs) * (1 + (0.05 * Normal(noise)));
                double decode = (real.LatencyMs[i] - real.TtftMs[i]) * (1 + (0.05 * Normal(noise)));
                return request with { TtftMs = ttft, LatencyMs = ttft + decode };
            })],
        };
        TimingProfile profile = Calibrator.Fit([measured], new CalibrationOptions());
        (string Name, double Value)[] truths = [("B0", Truth.B0), ("B1", Truth.B1), ("B2", Truth.B2), ("S0", Truth.S0), ("S1", Truth.S1),
            ("S2", Truth.S2), ("offset", Truth.OffsetMs)];
        foreach ((string name, double value) in truths)
        {
            double found = profile.Coefficients.FirstOrDefault(coefficient => coefficient.Name == name)?.Value ?? 0;
            table.Add("synthetic", "simulated agents", "known parameters", name, value, found, (found / value) - 1, null, 0.02);
        }
    }

    // Agents whose prompts grow from turn to turn, at changing rates; and now and then a prompt of another length by itself.
    private static Measurement Load()
    {
        var draws = new ChaCha12(3);
        var requests = new List<MeasuredRequest>();
        ulong next = 1;
        for (int agent = 0; agent < 240; agent++)
        {
            double time = (agent * 2500) + (30_000 * draws.NextDouble());
            List<ulong> prompt = [];
            int turns = 4 + (int)draws.NextBelow(12);
            for (int turn = 0; turn < turns; turn++)
            {
                int grown = turn == 0 ? 20 + (int)draws.NextBelow(500) : 4 + (int)draws.NextBelow(turn % 4 == 3 ? 200u : 50u);
                for (int block = 0; block < grown; block++) prompt.Add(next++);
                requests.Add(new MeasuredRequest { StartMs = time, InputTokens = prompt.Count * 16,
                    OutputTokens = 20 + (int)draws.NextBelow(300), BlockIds = [.. prompt] });
                time += 6000 + (20_000 * draws.NextDouble());
            }
        }

        return new Measurement { Name = "synthetic", Format = "synthetic", Requests = [.. requests.OrderBy(request => request.StartMs)],
            TraceBlockSize = 16 };
    }

    private static double Normal(ChaCha12 draws) =>
        Math.Sqrt(-2 * Math.Log(1 - draws.NextDouble())) * Math.Cos(2 * Math.PI * draws.NextDouble());
}
