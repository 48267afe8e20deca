using System.Globalization;
using AgentSim.Engines;
using AgentSim.Measurements;
using AgentSim.Simulation;

namespace AgentSim.Calibration;

/// <summary>Makes timing profiles of measurements.</summary>
public static class Calibrator
{
    private const string Formula =
        "decode(a, c) = B0 + B1*a/c + B2*a; prefill(n, c) = S0 + S1*n*n/(n + N0) + S2*n*(c + n/2); milliseconds of engine time, a active " +
        "KV tokens, c mean context or cached tokens, n new tokens";

    private const double MostFailures = 0.01;
    private const double ManyCached = 0.05;        // of the requests have to have cached prompts for S2 to be fitted

    /// <summary>Fits a profile to runs.</summary>
    /// <param name="runs">The runs to fit to.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellation">Stops the fit.</param>
    /// <exception cref="AgentSimException">The runs cannot be fitted to, or something has to be known of the server that is
    /// not.</exception>
    public static TimingProfile Fit(IReadOnlyList<Measurement> runs, CalibrationOptions options, IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(options);
        if (runs.Count == 0) throw Errors.CalibrationDataMissing.Error("there is no run to fit to; name a measurement");
        if (runs.All(run => run.Steps.Count > 0 && run.Requests.Count == 0)) return FromSteps(runs, options);
        if (options.HeldOut.Count == 0 && runs.Any(run => run.IsHeldOut) && runs.Any(run => !run.IsHeldOut))
        {
            options = options with { HeldOut = [.. runs.Where(run => run.IsHeldOut)] };
            runs = [.. runs.Where(run => !run.IsHeldOut)];
        }

        List<RunWarning> warnings = [];
        MeasuredServer server = runs.Aggregate(options.Server, (known, run) => known.Or(run.Server));
        EngineConfig engine = MeasuredEngine.Of(server, warnings);
        runs = [.. runs.Select(run => Checked(run, options, warnings))];
        Measurement[] held = [.. options.HeldOut.Select(run => Checked(run, options, warnings))];
        if (runs.Any(run => !run.KnowsPrompts)) warnings.Add(OfPrompts(options.Prompts));

        TrainingRun[] training = [.. runs.Select(run => new TrainingRun(run, FittedOf(run, held.Length, options.HeldOutShare)))];
        bool pairs = FitsPairs(runs, out RunWarning? noPairs);
        if (noPairs is not null) warnings.Add(noPairs);
        progress?.Report(string.Create(CultureInfo.InvariantCulture,
            $"Fitting to {training.Sum(run => run.Fitted ?? run.Run.Requests.Count)} requests"));
        TimingFitResult fit = TimingFit.Of(training, engine, run => Prompts(run, options), pairs, cancellation);
        progress?.Report("Predicting what was held out");
        ProfileTables tables = fit.Parameters.Sample();
        TrainingMedians? medians = TrainingMedians.Of(training.Select(run => run.Fitted is { } count
            ? run.Run with { Requests = [.. run.Run.Requests.Take(count)] } : run.Run));
        var envelope = new EnvelopeRecorder();
        List<HeldOutErrors> errors = [];
        foreach (TrainingRun run in training)
        {
            Prediction prediction = new RunSimulation(run.Run, engine, Prompts(run.Run, options), cancellation)
                .Predict(tables, envelope, cancellation);
            if (run.Fitted is not { } count || count >= run.Run.Requests.Count) continue;
            errors.Add(new HeldOutErrors(run.Run.Name, $"last {run.Run.Requests.Count - count} of {run.Run.Requests.Count} requests",
                Accuracy.Of(run.Run, prediction, fit.Parameters.OffsetMs, medians, count)));
        }

        foreach (Measurement run in held)
        {
            Prediction prediction = new RunSimulation(run, engine, Prompts(run, options), cancellation).Predict(tables, null, cancellation);
            errors.Add(new HeldOutErrors(run.Name, "whole run", Accuracy.Of(run, prediction, fit.Parameters.OffsetMs, medians)));
        }

        if (errors.Count == 0) warnings.Add(new RunWarning(WarningCodes.CalibrationUntested,
            "nothing was held out, since only aggregates are known of the runs: no error is stated; hold out a run"));
        return new TimingProfile(tables)
        {
            Server = Of(engine, server),
            Sources = [.. runs.Concat(held).SelectMany(run => run.Inputs).DistinctBy(input => (input.Path, input.Sha256))],
            Formula = Formula,
            Coefficients = fit.Coefficients,
            ClientOffsetMs = fit.Parameters.OffsetMs,
            Prompts = options.Prompts ?? (runs.All(run => run.KnowsPrompts) ? PromptAssumption.Recorded : PromptAssumption.Different),
            Envelope = envelope.Envelope,
            Training = medians,
            Errors = errors,
            Warnings = warnings,
            Version = Replay.Version,
        };
    }

    // Passes say all by themselves, and nothing of the server's limits is needed.
    private static TimingProfile FromSteps(IReadOnlyList<Measurement> runs, CalibrationOptions options)
    {
        TimingParameters of = StepFit.Of([.. runs.SelectMany(run => run.Steps)]);
        return new TimingProfile(of.Sample())
        {
            Server = runs.Aggregate(options.Server, (known, run) => known.Or(run.Server)),
            Sources = [.. runs.SelectMany(run => run.Inputs)],
            Formula = Formula,
            Coefficients = [new("B0", of.B0, null, null), new("B1", of.B1, null, null), new("B2", of.B2, null, null),
                new("S0", of.S0, null, null), new("S1", of.S1, null, null), new("S2", of.S2, null, null)],
            Warnings = [new RunWarning(WarningCodes.CalibrationUntested,
                "the profile is of single passes, and no run was held out: no error is stated; hold out a run")],
            Version = Replay.Version,
        };
    }

    /// <summary>Makes a profile of operator tables, which are not fitted to.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="options">What is known of the server, and runs to state errors of.</param>
    /// <param name="cancellation">Stops it.</param>
    public static TimingProfile FromOperators(OperatorTables tables, CalibrationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(options);
        List<RunWarning> warnings = [];
        if (options.Server.TensorParallelSize > 1)
            warnings.Add(new RunWarning(WarningCodes.CalibrationCommunicationMissing,
                "the tables have no communication between GPUs: passes of several GPUs take longer than the profile says"));
        ProfileTables arrays = OperatorProfile.Of(tables);
        Measurement[] held = [.. options.HeldOut.Select(run => Checked(run, options, warnings))];
        MeasuredServer server = held.Aggregate(options.Server, (known, run) => known.Or(run.Server));
        List<HeldOutErrors> errors = [];
        if (held.Length > 0)
        {
            EngineConfig engine = MeasuredEngine.Of(server, warnings);
            server = Of(engine, server);
            foreach (Measurement run in held)
                errors.Add(new HeldOutErrors(run.Name, "whole run", Accuracy.Of(run,
                    new RunSimulation(run, engine, Prompts(run, options), cancellation).Predict(arrays, null, cancellation), 0, null)));
        }
        else
        {
            warnings.Add(new RunWarning(WarningCodes.CalibrationUntested,
                "no run was held out: no error is stated; hold out a run of the server"));
        }

        return new TimingProfile(arrays)
        {
            Server = server,
            Sources = [.. MeasurementFile.Digests(OperatorTables.FilesOf(tables.Folder), cancellation),
                .. held.SelectMany(run => run.Inputs)],
            Prompts = options.Prompts ?? PromptAssumption.Recorded,
            Errors = errors,
            Warnings = warnings,
            Version = Replay.Version,
        };
    }

    /// <summary>The prompts of a run as they are simulated.</summary>
    internal static PromptAssumption Prompts(Measurement run, CalibrationOptions options) =>
        options.Prompts is { } given && given != PromptAssumption.Recorded ? given : run.KnowsPrompts ? PromptAssumption.Recorded
            : PromptAssumption.Different;

    /// <summary>A run that can be simulated, with its warnings told.</summary>
    internal static Measurement Checked(Measurement run, CalibrationOptions options, List<RunWarning> warnings)
    {
        int all = run.Requests.Count + run.Failed;
        if (run.Requests.Count == 0) throw Errors.CalibrationDataMissing.Error($"{run.Name} has no requests with their times");
        if (!options.AllowFailures && run.Failed > MostFailures * all)
        {
            throw Errors.MeasurementFailures.Error(string.Create(CultureInfo.InvariantCulture,
                $"{run.Name}: {run.Failed} of {all} requests failed ({100.0 * run.Failed / all:0.#} %), so that the load is not what was " +
                    $"sent; measure anew, or allow failures"));
        }

        warnings.AddRange(run.Warnings.Where(warning => !warnings.Contains(warning)));
        return run.Concurrency is null && options.Concurrency is { } concurrency
            && run.Warnings.Any(warning => warning.Code == WarningCodes.MeasuredRequestsLate.Id)
            ? run with { Concurrency = concurrency } : run;
    }

    private static int? FittedOf(Measurement run, int heldOut, double share) =>
        heldOut > 0 || run.Aggregates is not null || share <= 0 ? null
            : Math.Max(1, run.Requests.Count - (int)Math.Round(run.Requests.Count * share));

    // Attention over cached tokens can only be told from requests that had some.
    private static bool FitsPairs(IReadOnlyList<Measurement> runs, out RunWarning? none)
    {
        int requests = runs.Sum(run => run.Requests.Count);
        int cached = runs.Where(run => run.KnowsPrompts).Sum(run =>
            run.Requests.Count(request => request.CachedTokens > 0 || run.Requests.Count > 0 && SharesPrompt(run, request)));
        none = cached >= ManyCached * requests ? null : new RunWarning(WarningCodes.CalibrationCachedUnknown,
            "too few prompts are known to be cached for the cost of attention over cached tokens (S2) to be fitted: prefill behind long " +
                "cached prompts, as agents have it, will take longer than the profile says; calibrate with a capture of agents, " +
                "or with operator tables");
        return none is null;
    }

    private static bool SharesPrompt(Measurement run, MeasuredRequest request) =>
        request.BlockIds is { Count: > 1 } ids && FirstBlocks(run).TryGetValue(ids[1], out int count) && count > 1;

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Measurement, Dictionary<ulong, int>> Firsts = [];

    private static Dictionary<ulong, int> FirstBlocks(Measurement run) => Firsts.GetValue(run, static of =>
    {
        var counts = new Dictionary<ulong, int>();
        foreach (MeasuredRequest request in of.Requests)
        {
            if (request.BlockIds is { Count: > 1 } ids) counts[ids[1]] = counts.GetValueOrDefault(ids[1]) + 1;
        }

        return counts;
    });

    internal static RunWarning OfPrompts(PromptAssumption? given) =>
        new(WarningCodes.CalibrationPromptsAssumed, given is null or PromptAssumption.Recorded
        ? $"which prompts are equal is not recorded; they are taken as {PromptNames.Of(PromptAssumption.Different)} (another assumption " +
        "moves latencies by 10 % and more)"
        : $"which prompts are equal is not recorded; they are taken as {PromptNames.Of(given.Value)}, as the call or the profile says");

    private static MeasuredServer Of(EngineConfig engine, MeasuredServer server) => server with
    {
        Engine = engine.EngineType.Name,
        NumGpuBlocks = engine.NumGpuBlocks,
        BlockSize = engine.BlockSize,
        MaxNumSeqs = engine.MaxNumSeqs,
        MaxNumBatchedTokens = engine.MaxNumBatchedTokens,
        EnablePrefixCaching = engine.EnablePrefixCaching,
        EnableChunkedPrefill = engine.EnableChunkedPrefill,
    };
}
