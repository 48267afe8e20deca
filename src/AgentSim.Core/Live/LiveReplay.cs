using System.Security.Cryptography;
using AgentSim.Agents;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>Replays a workload on a real server, in wall-clock time, with a result like that of a simulated replay.</summary>
public static class LiveReplay
{
    private const double LeadMs = 20;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>What a run is going to send.</summary>
    /// <param name="workload">What to replay.</param>
    /// <param name="settings">When requests start; what is said there of engines and routers has no effect.</param>
    /// <param name="live">Where to send them.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException">The settings do not fit each other or the workload.</exception>
    public static LivePreview Preview(
        ReplayWorkload workload, ReplaySettings settings, LiveSettings live, CancellationToken cancellation = default) =>
        LivePreview.Of(Prepare(workload, settings, live, cancellation), settings, live.Endpoint);

    /// <summary>
    /// Runs to the end, or until it is stopped: then, within a second, with what was measured until then (<see cref="RunInfo.Partial"/>).
    /// </summary>
    /// <param name="workload">What to replay.</param>
    /// <param name="settings">When requests start; what is said there of engines and routers has no effect.</param>
    /// <param name="live">Where to send them.</param>
    /// <param name="progress">Told now and then how far the run is.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="AgentSimException">The settings do not fit, or the server cannot be used at all.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before the first request.</exception>
    public static ReplayResult Run(
        ReplayWorkload workload, ReplaySettings settings, LiveSettings live, IProgress<ReplayProgress>? progress = null,
            CancellationToken cancellation = default)
    {
        workload = Prepare(workload, settings, live, cancellation);
        WorkloadColumns load = workload.Columns;
        var clock = new LiveClock();
        using var client = new LiveClient(live, clock);
        RunServer server = ServerFacts.Ask(client, live, cancellation);
        ulong salt = live.Salt ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        bool isKnown = server.Engine is "vllm" or "agentsim";
        bool saltsCache = live.CacheSalt == CacheSaltUse.Always || (live.CacheSalt == CacheSaltUse.Auto && isKnown);
        var prompts = new PromptPieces(load);
        var writer = new PromptWriter(live, salt);
        var bodies = new RequestBody(live, writer, saltsCache ? FormattableString.Invariant($"agentsim-{salt:x16}") : null,
            wantsIds: isKnown && prompts.WantsIds && live.PromptMode == PromptMode.Tokens);
        if (live.PromptMode == PromptMode.Text) TextCalibration.Run(client, bodies, writer, clock, cancellation);
        Rehearsal.Run(live, bodies, cancellation);

        LoadDriver driver = Driver(load, settings);
        using var dispatch = new LiveDispatch(load, driver, settings, client, bodies, prompts, clock) { BeforeSend = live.BeforeSend };
        GC.Collect();   // what came before would otherwise be collected while requests wait
        TimeSpan used = Environment.CpuUsage.TotalTime;
        clock.Start(LeadMs);
        double begin = clock.Now;
        Task running = Task.Factory.StartNew(
            () => dispatch.Run(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!((IAsyncResult)running).AsyncWaitHandle.WaitOne(Tick)) progress?.Report(dispatch.Progress);
        double wall = clock.Now - begin;
        double share = (Environment.CpuUsage.TotalTime - used).TotalMilliseconds / Math.Max(1e-3, wall) / Environment.ProcessorCount;
        running.GetAwaiter().GetResult();

        bool isPartial = cancellation.IsCancellationRequested;
        server = ServerFacts.AskAgain(client, server, isPartial);
        var records = new LiveRecords(load, prompts, dispatch.Answers, isInterrupted: isPartial);
        var kept = LiveVerdict.Client(dispatch.Answers, share);
        return Result(workload, settings, live, records, new LiveOutcome(server, kept, salt, wall, isPartial)
        {
            Said = [.. LiveVerdict.Of(records, kept, live, isPartial), .. LiveVerdict.Remarks(records, prompts, live)],
        }, cancellation);
    }

    /// <summary>The error of a run whose numbers do not hold, for who has shown them; null: they do.</summary>
    /// <param name="result">The result of a live replay.</param>
    public static AgentSimException? Fault(ReplayResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Run.Valid != false) return null;
        string? Said(WarningCode code) => result.Warnings.FirstOrDefault(warning => warning.Code == code.Id)?.Message;
        if (Said(WarningCodes.LiveCountsOff) is { } counts) return Errors.LiveCountsOff.Error(counts);
        return Errors.LiveRunInvalid.Error(
            Said(WarningCodes.LiveRunInvalid) ?? Said(WarningCodes.LiveInterrupted) ?? "the run is not valid");
    }

    internal static LoadDriver Driver(WorkloadColumns load, ReplaySettings settings) =>
        LoadDriver.Create(load, new LoadOptions(settings.Concurrency, settings.ArrivalSpeedupRatio, settings.Knobs.ConcurrentTasks));

    private static ReplayWorkload Prepare(
        ReplayWorkload workload, ReplaySettings settings, LiveSettings live, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(live);
        live.Check();
        if (settings.MaxSimTimeMs is { } most && !(double.IsFinite(most) && most > 0.0))
        {
            throw Errors.LiveSettingsInvalid.Error(
                FormattableString.Invariant($"{Setting.MaxSeconds} must be finite and more than 0 (is {most / 1000.0})"));
        }

        ReplayChecks.Check(workload, settings);
        return AppliedKnobs.To(workload, settings.Knobs, cancellation);
    }

    private static ReplayResult Result(
        ReplayWorkload workload, ReplaySettings settings, LiveSettings live, LiveRecords records, LiveOutcome outcome,
            CancellationToken cancellation)
    {
        WorkloadColumns load = workload.Columns;
        RunTimes? times = !RunTimes.HasSessions(load) ? null : new RunTimes(load, records.Outcomes)
        {
            SpeedupRatio = settings.Concurrency is null ? settings.ArrivalSpeedupRatio : 1.0,
        };
        CancellationToken collecting = outcome.IsPartial ? CancellationToken.None : cancellation;
        AgentResults? agents = settings.ReportsAgents && times is not null ? AgentCollector.Collect(times, collecting) : null;
        RunCosts costs = new() { WallTimeMs = outcome.WallMs };   // how many GPUs the server has is not known
        ReplayReport report = ReplayReportBuilder.Build(
            records.Outcomes, records.Gaps, costs, settings.ServiceLevel, agents?.Summary, records.KnowsCached);
        RequestResults requests = new(records.Outcomes, null, new LiveNames(load), records.Facts);
        bool isValid = !outcome.IsPartial && !outcome.Said.Any(LiveVerdict.IsFault);
        if (requests.Count > 0)
        {
            ref LiveFacts? first = ref records.Facts[requests[0].Ordinal - 1];
            first = first! with { Head = LiveHead.Of(outcome.Server, settings, live, isValid) };
        }

        RunInfo run = new(
            Replay.Version, workload.Inputs, LiveRunSettings.Describe(workload, settings, live, outcome.Salt), outcome.Salt)
        {
            Server = outcome.Server,
            Client = outcome.Client,
            Failures = records.Failures,
            Valid = isValid,
            Partial = outcome.IsPartial,
            Timing = $"measured live: {outcome.Server}; waiting in the server's queue counts as prefill",
            Name = settings.RunName,
            Warnings = (RunWarning[])[.. workload.Warnings, .. settings.Warnings, .. outcome.Said],
        };
        return new ReplayResult(report, requests, run, settings)
        {
            Agents = agents,
            Times = times,
            Origin = (load, settings),
            Gaps = records.Gaps,
        };
    }

    /// <summary>What a run came to besides its requests.</summary>
    private sealed record LiveOutcome(RunServer Server, RunClient Client, ulong Salt, double WallMs, bool IsPartial)
    {
        public IReadOnlyList<RunWarning> Said { get; init; } = [];
    }
}
