using System.Diagnostics;
using System.Reflection;
using AgentSim.Engines;
using AgentSim.Reports;
using AgentSim.Routing;
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
    public static ReplayResult Run(ReplayWorkload workload, ReplaySettings settings, IProgress<ReplayProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(settings);
        ReplayChecks.Check(workload, settings);
        WorkloadColumns load = workload.Columns;
        if (settings.MaxSimTimeMs is null) Feasibility.Check(load, settings.Engine);

        long start = Stopwatch.GetTimestamp();
        PromptCatalog prompts = PromptCatalog.Create(load, (int)settings.Engine.BlockSize);
        RunRecorder recorder = new(load, settings.MaxSimTimeMs is not null);
        LoadDriver driver = new(load, new LoadOptions(settings.Concurrency, settings.ArrivalSpeedupRatio));
        RuntimeParts parts = new(driver, prompts, recorder, load, settings, progress, cancellation);
        ReplayRuntime runtime = CreateRuntime(parts);
        runtime.Run();
        double wallTimeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        RunCosts costs = new()
        {
            PrefillWorkerSeconds = runtime.PrefillWorkerSeconds,
            DecodeWorkerSeconds = runtime.DecodeWorkerSeconds,
            DecodeGpusPerWorker = checked((int)settings.Engine.GpusPerWorker),
            WallTimeMs = wallTimeMs,
        };
        ReplayReport report = ReplayReportBuilder.Build(recorder.Outcomes, recorder.Gaps, costs, settings.ServiceLevel);
        RequestResults requests = new(recorder.OutcomeArray, new RequestNames(load, settings));
        return new ReplayResult(report, requests, new RunInfo(Version, workload.Inputs, RunSettings.Describe(workload, settings), settings.RouterSeed));
    }

    private static ReplayRuntime CreateRuntime(RuntimeParts parts)
    {
        ReplaySettings settings = parts.Settings;
        int ranksPerWorker = (int)settings.Engine.DpSize;
        SimulatedEngine engine = SimulatedEngine.Create(new EngineServices(settings.Engine, parts.Prompts, parts.Recorder));
        if (settings.Workers == 1 && ranksPerWorker == 1 && settings.RouterMode == RouterMode.RoundRobin)
        {
            return new SingleWorkerRuntime(parts, engine.CreateRank(0, out _));
        }

        Scheduler[] ranks = new Scheduler[settings.Workers * ranksPerWorker];
        IPrefixCache[] caches = new IPrefixCache[ranks.Length];
        for (int rank = 0; rank < ranks.Length; rank++) ranks[rank] = engine.CreateRank(rank, out caches[rank]);
        return new MultiWorkerRuntime(parts, ranks, settings.Workers, CreatePlacement(parts, caches));
    }

    private static Placement CreatePlacement(RuntimeParts parts, IPrefixCache[] caches)
    {
        ReplaySettings settings = parts.Settings;
        EngineArguments engine = settings.Engine;
        if (settings.RouterMode == RouterMode.RoundRobin) return new RoundRobinPlacement(settings.Workers, (int)engine.DpSize);
        RouterSettings router = engine.RouterQueuePolicy is RouterQueuePolicy policy ? settings.Router.WithQueuePolicy(policy) : settings.Router;
        KvRouter kvRouter = new(router, settings.Router.LoadPolicy()?.SelectProfile(settings.ModelName), caches.Length, (int)engine.BlockSize, engine.RouterTokenBudget, caches, settings.RouterSeed);
        return new KvPlacement(kvRouter, parts.Load, parts.Prompts);
    }
}
