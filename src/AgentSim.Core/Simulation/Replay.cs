using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using AgentSim.Agents;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Prompts;
using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>Replays a workload on simulated workers.</summary>
public static class Replay
{
    /// <summary>Version of AgentSim, as written into reports.</summary>
    public static string Version { get; } =
        typeof(Replay).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Runs a replay to its end.</summary>
    /// <param name="workload">What to replay; unchanged, and usable by other runs at the same time.</param>
    /// <param name="settings">How to replay it.</param>
    /// <param name="progress">Told now and then how far the run is.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="AgentSimException">The settings do not fit the workload, or a request can never run.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped the run.</exception>
    public static ReplayResult Run(ReplayWorkload workload, ReplaySettings settings, IProgress<ReplayProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(settings);
        ReplayChecks.Check(workload, settings);
        workload = AppliedKnobs.To(workload, settings.Knobs, cancellation);
        WorkloadColumns load = workload.Columns;
        if (settings.MaxSimTimeMs is null) Feasibility.Check(load, settings, cancellation);

        long start = Stopwatch.GetTimestamp();
        EngineConfig engine = settings.Pools?.Decode ?? settings.Engine;
        PromptCatalog prompts = PromptCatalogs.Create(load, checked((int)engine.BlockSize));
        bool hasSessions = RunTimes.HasSessions(load);
        RunRecorder recorder = new(load, settings.MaxSimTimeMs is not null) { RecordsWaits = hasSessions };
        LoadDriver driver = LoadDriver.Create(
            load, new LoadOptions(settings.Concurrency, settings.ArrivalSpeedupRatio, settings.Knobs.ConcurrentTasks));
        List<KvUseSample> kvUse = [];
        EnvelopeCounter? envelope = settings.Calibration?.Envelope is { } fitted ? new EnvelopeCounter(fitted) : null;
        ReplaySettings observed = envelope is null ? settings : settings with { Observer = envelope };
        RuntimeParts parts = new(driver, prompts, recorder, load, observed, progress, cancellation) { KvUse = settings.RecordsKvUse
            ? kvUse : null };
        HandoffRecorder? handoffs = settings.Pools is null ? null : new HandoffRecorder(recorder);
        ReplayRuntime runtime = Create(parts, handoffs);
        runtime.Run();
        double wallTimeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        RunCosts costs = new()
        {
            PrefillWorkerSeconds = runtime.PrefillWorkerSeconds,
            DecodeWorkerSeconds = runtime.DecodeWorkerSeconds,
            PrefillGpusPerWorker = settings.Pools?.Prefill.GpusPerWorker ?? 0,
            DecodeGpusPerWorker = engine.GpusPerWorker,
            WallTimeMs = wallTimeMs,
        };
        RunTimes? times = !hasSessions ? null : new RunTimes(load, recorder.OutcomeArray)
        {
            Handoffs = handoffs?.Outcomes,
            TransferEnds = handoffs?.TransferEnds,
            Readmissions = recorder.Readmissions,
            SpeedupRatio = settings.Concurrency is null ? settings.ArrivalSpeedupRatio : 1.0,
            TaskStarts = driver.TaskStarts,
            Workers = settings.Pools is { } split ? split.PrefillWorkers + split.DecodeWorkers : settings.Workers,
        };
        AgentResults? agents = settings.ReportsAgents && times is not null ? AgentCollector.Collect(times, cancellation) : null;
        ReplayReport report = ReplayReportBuilder.Build(recorder.Outcomes, recorder.Gaps, costs, settings.ServiceLevel, agents?.Summary);
        RequestResults requests = new(recorder.OutcomeArray, handoffs?.Outcomes, new RequestNames(load, settings));
        RunCalibration? calibration = RunTiming.Of(settings.Calibration, envelope);
        RunInfo run = new(Version, workload.Inputs, RunSettings.Describe(workload, settings), settings.RouterSeed)
        {
            Calibration = calibration,
            Timing = RunTiming.Describe(settings, calibration),
            Name = settings.RunName,
            // An array, which scripts can index.
            Warnings = (RunWarning[])[.. workload.Warnings, .. SettingWarnings.Of(settings, workload.Synthetic),
                .. RunTiming.Warnings(calibration), .. OfRun(load, driver), .. OfOutcomes(recorder.OutcomeArray),
                .. OfAgents(settings, hasSessions)],
        };
        return new ReplayResult(report, requests, run, settings)
        {
            Agents = agents,
            Times = times,
            KvUse = kvUse,
            Origin = (load, settings),
            Gaps = recorder.Gaps,
        };
    }

    /// <summary>Runs a replay for what its requests did alone, by ordinal - 1: what calibration does some dozens of times.</summary>
    internal static RequestOutcome[] Outcomes(ReplayWorkload workload, ReplaySettings settings, CancellationToken cancellation)
    {
        WorkloadColumns load = workload.Columns;
        RunRecorder recorder = new(load, settings.MaxSimTimeMs is not null);
        LoadDriver driver = LoadDriver.Create(load, new LoadOptions(settings.Concurrency, settings.ArrivalSpeedupRatio));
        PromptCatalog prompts = PromptCatalogs.Create(load, checked((int)settings.Engine.BlockSize));
        RuntimeParts parts = new(driver, prompts, recorder, load, settings, null, cancellation);
        Create(parts, null).Run();
        return recorder.OutcomeArray;
    }

    // Nothing in the numbers shows them: latencies and rates are those of the requests that completed.
    private static IEnumerable<RunWarning> OfOutcomes(RequestOutcome[] outcomes)
    {
        int rejected = 0, ended = 0;
        foreach (ref readonly RequestOutcome outcome in outcomes.AsSpan())
        {
            if (outcome.Status == TerminalStatus.Rejected) rejected++;
            if (outcome.Status != TerminalStatus.None) ended++;
        }

        if (rejected == 0) return [];
        string rest = rejected == ended ? "none completed" : "they are in no latency and no rate";
        return [new RunWarning(WarningCodes.RequestsRejected, string.Create(CultureInfo.InvariantCulture,
            $"{rejected} of {ended} requests that ended were rejected, since a worker's KV cache cannot hold them; {rest}"), rejected)];
    }

    private static IEnumerable<RunWarning> OfAgents(ReplaySettings settings, bool hasSessions)
    {
        if (settings.ReportsAgents && !hasSessions)
            yield return new RunWarning(WarningCodes.AgentsNone,
                "there are no sessions and tasks to report: every session of this load is one request, and none waits for another");
    }

    private static IEnumerable<RunWarning> OfRun(WorkloadColumns load, LoadDriver driver)
    {
        if (driver.HeldByTime == 0) yield break;
        int dependent = load.Agentic!.DependencyCount.Count(count => count > 0);
        yield return new RunWarning(WarningCodes.TimesRecorded, string.Create(CultureInfo.InvariantCulture,
            $"{driver.HeldByTime} of {dependent} requests with dependencies ({100.0 * driver.HeldByTime / dependent:0.#} %) started at " +
                $"their recorded time (not_before_ms), "
            + $"although what they waited for had ended: rows of version 2 keep recorded times, so that a faster engine does not shorten " +
            $"the run; rows of version 1 start as soon as they can"),
            driver.HeldByTime);
    }

    private static ReplayRuntime Create(RuntimeParts parts, HandoffRecorder? handoffs)
    {
        try
        {
            return RuntimeFactory.Create(parts, handoffs);
        }
        catch (Exception error) when (error is OutOfMemoryException or OverflowException)
        {
            throw Errors.TooManyWorkers.Error("so many workers and ranks do not fit into memory; use fewer", inner: error);
        }
    }
}
