using AgentSim.Calibration;
using AgentSim.Draws;
using AgentSim.Engines;
using AgentSim.Measurements;
using MathNet.Numerics;

namespace AgentSim.Tests.Calibration;

/// <summary>Fits find what the data were made with.</summary>
public class FitTests
{
    private static readonly string Planner = TestData.PathOf("calibration", "planner");

    [Fact]
    public void Passes_with_noise_give_their_parameters_back_those_of_cached_prompts_included()
    {
        var truth = new TimingParameters(6, 0.05, 6e-5, 3, 0.02, 1.5e-6, 0);
        var draws = new ChaCha12(5);
        List<MeasuredStep> steps = [];
        for (int i = 0; i < 20_000; i++)
        {
            int batch = 1 + (int)draws.NextBelow(64);
            long kv = batch * (200L + draws.NextBelow(20_000));
            bool isPrefill = i % 3 == 0;
            long fresh = isPrefill ? 16 + draws.NextBelow(4_000) : 0, cached = isPrefill ? draws.NextBelow(100_000) : 0;
            double ms = truth.Decode(kv, (double)kv / batch) + (isPrefill ? truth.Prefill(fresh, cached) : 0);
            steps.Add(new MeasuredStep(ms * (1 + (0.05 * Normal(draws))), isPrefill ? 1 : 0, fresh, cached, batch, kv));
        }

        TimingParameters found = StepFit.Of(steps);
        Assert.InRange(found.B0 / truth.B0, 0.98, 1.02);
        Assert.InRange(found.B1 / truth.B1, 0.98, 1.02);
        Assert.InRange(found.B2 / truth.B2, 0.98, 1.02);
        Assert.InRange(found.S1 / truth.S1, 0.98, 1.02);
        Assert.InRange(found.S2 / truth.S2, 0.98, 1.02);
    }

    // The reference's built-in polynomials are the quadratic fits of this profile.
    [Fact]
    public void The_sample_profile_of_the_planner_fits_the_built_in_polynomials()
    {
        Dictionary<string, NumpyArray> prefill = Arrays("prefill_raw_data.npz", "prefill_isl", "prefill_ttft");
        double[] fit = Fit.Polynomial(prefill["prefill_isl"].Vector("prefill_isl"), prefill["prefill_ttft"].Vector("prefill_ttft"), 2);
        Assert.Equal(16.50143, fit[0], 5);
        Assert.Equal(1.518344e-2, fit[1], 8);
        Assert.Equal(4.20999e-7, fit[2], 12);
        Dictionary<string, NumpyArray> decode = Arrays("decode_raw_data.npz", "x_kv_usage", "z_itl");
        double[] step = Fit.Polynomial(decode["x_kv_usage"].Vector("x_kv_usage"), decode["z_itl"].Vector("z_itl"), 2);
        Assert.InRange(step[0], 5.73, 5.75);
        Assert.InRange(step[1], 54.00, 54.02);
        Assert.InRange(step[2], -25.75, -25.73);
    }

    [Fact]
    public void A_simulated_run_is_predicted_and_the_same_run_gives_the_same_profile()
    {
        Measurement run = Simulated(new TimingParameters(8, 0.04, 3e-5, 2, 0.015, 0, 15));
        TimingProfile profile = Calibrator.Fit([run], new CalibrationOptions());
        HeldOutErrors held = Assert.Single(profile.Errors);
        Assert.Equal("last 100 of 300 requests", held.HeldOut);
        Assert.InRange(held.Rows.Single(row => row.Metric == "e2e_mape").Error, 0, 0.05);
        Assert.All(profile.Coefficients, coefficient => Assert.InRange(coefficient.Value, coefficient.Low!.Value, coefficient.High!.Value));
        using var folder = new TempFolder();
        profile.Write(folder.File("a.npz"));
        Calibrator.Fit([run], new CalibrationOptions()).Write(folder.File("b.npz"));
        Assert.Equal(File.ReadAllBytes(folder.File("a.npz")), File.ReadAllBytes(folder.File("b.npz")));
        Assert.Equal(File.ReadAllText(folder.File("a.calibration.json")), File.ReadAllText(folder.File("b.calibration.json")));
    }

    // Requests that are all alike leave most parameters open: then nothing bounds them, and no interval says that something does.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 40)]
    [InlineData(2, 40)]
    [InlineData(2, 1)]
    [InlineData(20, 40)]
    public void Requests_that_determine_no_parameters_give_no_interval_beyond_all_numbers(int shapes, int perMoment)
    {
        MeasuredRequest[] requests = [.. Enumerable.Range(0, 300).Select(i => new MeasuredRequest
        {
            StartMs = 1000.0 * (i / perMoment), InputTokens = i % shapes == 0 ? 5 : 550, OutputTokens = i % shapes == 0 ? 2 : 5,
            TtftMs = i % shapes == 0 ? 10 : 100, LatencyMs = i % shapes == 0 ? 50 : 500,
        })];
        var run = new Measurement
        {
            Name = "alike", Format = "test", Requests = requests, Server = new MeasuredServer { NumGpuBlocks = 1000 },
        };
        TimingProfile profile = Calibrator.Fit([run], new CalibrationOptions());
        Assert.All(profile.Coefficients, coefficient =>
        {
            Assert.True(double.IsFinite(coefficient.Value));
            Assert.True(coefficient.Low is not { } low || double.IsFinite(low), $"{coefficient}");
            Assert.True(coefficient.High is not { } high || double.IsFinite(high), $"{coefficient}");
        });
    }

    private static Dictionary<string, NumpyArray> Arrays(string file, params string[] names)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Planner, file));
        return NumpyArray.ReadArchive(stream, names, allowsWhole: true);
    }

    private static Measurement Simulated(TimingParameters truth)
    {
        var draws = new ChaCha12(11);
        double time = 0;
        MeasuredRequest[] requests = [.. Enumerable.Range(0, 300).Select(i =>
        {
            time += -200 * Math.Log(1 - draws.NextDouble());
            return new MeasuredRequest { StartMs = time, InputTokens = 100 + (int)draws.NextBelow(1500),
                OutputTokens = 20 + (int)draws.NextBelow(200) };
        })];
        var load = new Measurement { Name = "simulated", Format = "test", Requests = requests,
            Server = new MeasuredServer { NumGpuBlocks = 20_000, BlockSize = 16, MaxNumSeqs = 128, MaxNumBatchedTokens = 2048 } };
        Prediction real = new RunSimulation(load, MeasuredEngine.Of(load.Server, []), PromptAssumption.Different, default)
            .Predict(truth.Sample(), null, default);
        return load with
        {
            Requests = [.. requests.Select((request, i) =>
            {
                double ttft = real.TtftMs[i] + truth.OffsetMs;
                return request with { TtftMs = ttft * (1 + (0.05 * Normal(draws))),
                    LatencyMs = ttft + ((real.LatencyMs[i] - real.TtftMs[i]) * (1 + (0.05 * Normal(draws)))) };
            })],
        };
    }

    private static double Normal(ChaCha12 draws) =>
        Math.Sqrt(-2 * Math.Log(1 - draws.NextDouble())) * Math.Cos(2 * Math.PI * draws.NextDouble());
}
