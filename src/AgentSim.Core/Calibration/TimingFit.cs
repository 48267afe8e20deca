using AgentSim.Engines;
using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>A run that is fitted to.</summary>
/// <param name="Run">The measurement.</param>
/// <param name="Fitted">Requests from the beginning that count; the others only load the server. Null: all.</param>
internal sealed record TrainingRun(Measurement Run, int? Fitted = null);

/// <summary>The result of a fit.</summary>
/// <param name="Parameters">The timing.</param>
/// <param name="Loss">The sum of the squared residuals that is left.</param>
/// <param name="Simulations">Simulations it took.</param>
/// <param name="Coefficients">The parameters by name, with their intervals.</param>
internal sealed record TimingFitResult(TimingParameters Parameters, double Loss, int Simulations, IReadOnlyList<Coefficient> Coefficients);

/// <summary>
/// Fits a timing to requests: from several beginnings on the first requests of every run, and from the best of what they came to
/// on all requests.
/// </summary>
internal static class TimingFit
{
    private const int CoarseRequests = 1000;
    private const int CoarseIterations = 16;
    private const double KneeStart = 64;
    private const double KneeGain = 0.7;
    private const int FineIterations = 6;

    public static TimingFitResult Of(IReadOnlyList<TrainingRun> runs, EngineConfig engine, Func<Measurement, PromptAssumption> prompts,
        bool fitsPairs, CancellationToken cancellation)
    {
        IReadOnlyList<TimingParameters> starts = FitStart.Of([.. runs.Select(run => run.Fitted is { } count
            ? run.Run with { Requests = [.. run.Run.Requests.Take(count)] } : run.Run)]);
        bool isCoarse = runs.Any(run => run.Run.Requests.Count > CoarseRequests);
        FitRun[] all = [.. runs.Select(Prepare)];
        FitRun[] some = isCoarse ? [.. runs.Select(run => Prepare(Beginning(run)))] : all;
        int simulations = 0;
        (TimingParameters Parameters, double Loss) best = (default, double.PositiveInfinity);
        foreach (TimingParameters start in starts)
        {
            (TimingParameters Parameters, double Loss) found = Find(some,
                fitsPairs ? start with { S2 = start.S2 > 0 ? start.S2 : start.S1 / 20_000 } : start with { S2 = 0 }, CoarseIterations);
            if (found.Loss < best.Loss) best = found;
        }

        // A knee is one more thing to be wrong about: it has to explain much.
        (TimingParameters Parameters, double Loss) bent = Find(some, best.Parameters with { N0 = KneeStart }, CoarseIterations);
        if (bent.Loss < KneeGain * best.Loss) best = bent;
        if (isCoarse) best = Find(all, best.Parameters, FineIterations);
        if (runs.All(run => run.Run.KnowsPrompts))
        {
            (TimingParameters Parameters, double Loss) polished = Find(all, best.Parameters, FineIterations, SimulatedFit.NarrowStep);
            if (polished.Loss < best.Loss) best = polished;
        }

        TimingParameters parameters = best.Parameters;
        (double Low, double High)[]? intervals = new SimulatedFit(all, fitsPairs, parameters.N0 > 0, SimulatedFit.WideStep, cancellation)
            .Intervals(parameters);
        string[] names = ["B0", "B1", "B2", "S0", "S1", "offset", .. fitsPairs ? (string[])["S2"] : [],
            .. parameters.N0 > 0 ? (string[])["N0"] : []];
        double[] values = [parameters.B0, parameters.B1, parameters.B2, parameters.S0, parameters.S1, parameters.OffsetMs,
            .. fitsPairs ? (double[])[parameters.S2] : [], .. parameters.N0 > 0 ? (double[])[parameters.N0] : []];
        return new TimingFitResult(parameters, best.Loss, simulations,
            [.. names.Select((name, i) => new Coefficient(name, values[i], intervals?[i].Low, intervals?[i].High))]);

        (TimingParameters Parameters, double Loss) Find(FitRun[] of, TimingParameters start, int iterations,
            double step = SimulatedFit.WideStep)
        {
            var fit = new SimulatedFit(of, fitsPairs, start.N0 > 0, step, cancellation);
            (TimingParameters Parameters, double Loss) found = fit.Find(start, iterations);
            simulations += fit.Simulations;
            return found;
        }

        FitRun Prepare(TrainingRun run) => new(new RunSimulation(run.Run, engine, prompts(run.Run), cancellation),
            new FitResiduals(run.Run, run.Fitted), 1 / Math.Sqrt(runs.Count));
    }

    private static TrainingRun Beginning(TrainingRun run) => run.Run.Requests.Count <= CoarseRequests
        ? run : new TrainingRun(run.Run with { Requests = [.. run.Run.Requests.Take(CoarseRequests)] }, run.Fitted);
}
