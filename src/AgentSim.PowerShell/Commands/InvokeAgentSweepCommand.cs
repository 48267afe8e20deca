using System.Management.Automation;
using AgentSim.Engines;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>Replays one workload with all combinations of some settings, several at the same time.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "AgentSweep", DefaultParameterSetName = InputObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(SweepRow))]
public sealed partial class InvokeAgentSweepCommand : ReplayInputCommand
{
    private readonly Dictionary<long, ReplayWorkload> _workloads = [];
    private ReplaySettings _common = new();
    private ReplaySettings[] _settings = [];

    /// <summary>How requests are placed on workers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [EnumName]
    public RouterMode[] RouterMode { get; set; } = [Simulation.RouterMode.RoundRobin];

    /// <summary>Numbers of workers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int[] Workers { get; set; } = [1];

    /// <summary>Engines: <see cref="EngineArguments"/>, hashtables or JSON texts.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object[]? Engine { get; set; }

    /// <summary>The engine of the prefill workers of disaggregated replays.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? PrefillEngine { get; set; }

    /// <summary>The engine of the decode workers of disaggregated replays.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? DecodeEngine { get; set; }

    /// <summary>Numbers of prefill workers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int[] PrefillWorkers { get; set; } = [1];

    /// <summary>Numbers of decode workers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int[] DecodeWorkers { get; set; } = [1];

    /// <summary>Settings of the KV router: <see cref="Routing.RouterSettings"/>, hashtables or JSON texts.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object[]? RouterConfig { get; set; }

    /// <summary>Seeds of the router's draws.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number(Whole = true)]
    public ulong[] RouterSeed { get; set; } = [ReplaySettings.DefaultRouterSeed];

    /// <summary>Closed loops: at most so many active sessions.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int[]? Concurrency { get; set; }

    /// <summary>Divisors of arrival times and delays.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] ArrivalSpeedupRatio { get; set; } = [1.0];

    /// <summary>How many replays run at the same time.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int ThrottleLimit { get; set; } = Environment.ProcessorCount;

    /// <summary>File that keeps what is finished, so that the sweep can go on after an interruption.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CheckpointPath { get; set; }

    /// <summary>Metrics that rows have as properties, too, by their names in reports; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MetricCompleter))]
    public string[]? Metric { get; set; }

    /// <summary>Starts the checkpoint anew when it is of another sweep.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override bool HasKvRouter => RouterMode.Contains(Simulation.RouterMode.KvRouter);

    /// <inheritdoc/>
    protected override void Start()
    {
        CheckPoolParameters(PrefillEngine is not null, DecodeEngine is not null);
        _common = CommonSettings();
        _settings = [.. Grid().Points(_common).Select(Calibrated)];
        IReadOnlyList<ReplaySettings> usable = SweepChecks.Usable(_settings, Format);
        if (Force && CheckpointPath is null) throw Errors.OptionsConflict.Error("-Force is for a checkpoint; give -CheckpointPath, too");
        foreach (RunWarning warning in SweepChecks.Warnings(usable, IsSynthetic ? Synthesis() : null)) Warn(warning);
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        WriteVerbose($"Replaying {_settings.Length} combinations, at most {ThrottleLimit} at the same time");
        SweepPoint[] points = [.. _settings.Select(settings => new SweepPoint(WorkloadFor(settings), settings))];
        if (CheckpointPath is null)
        {
            Run(points, null);
            return;
        }

        string target = FileSystemPath(CheckpointPath);
        if (!ShouldProcess(target, "Keep the finished points of the sweep")) return;
        using SweepCheckpoint checkpoint = SweepCheckpoint.Open(target, points[0].Workload, _common, Force);
        Run(points, checkpoint);
    }

    // The row itself, with a property more for each metric: what takes rows takes it, and Export-Csv has the metrics.
    private PSObject WithMetrics(SweepRow row)
    {
        var shown = new PSObject(row);
        WildcardPattern[] patterns = [.. Metric!.Select(name => new WildcardPattern(name, WildcardOptions.IgnoreCase))];
        foreach (Metrics.Metric metric in row.Metrics.Where(metric => patterns.Any(pattern => pattern.IsMatch(metric.Name))))
        {
            if (shown.Properties[metric.Name] is null) shown.Properties.Add(new PSNoteProperty(metric.Name, metric.Value));
        }

        return shown;
    }

    private void Run(SweepPoint[] points, SweepCheckpoint? checkpoint)
    {
        var progress = new ProgressDisplay(this, "Replaying a grid");
        int cutOff = 0;
        foreach (SweepRow row in Sweep.Run(points, ThrottleLimit, checkpoint, progress.Sweeping(), Cancellation))
        {
            if (SweepChecks.FaultOf(row) is { } fault)
            {
                WriteError(ErrorRecords.Of(fault, row));
                continue;
            }

            if (row.CutOffRequests > 0) cutOff++;
            WriteObject(Metric is null ? row : WithMetrics(row));
        }

        progress.Complete();
        if (cutOff > 0) WriteWarning(
            $"-{nameof(MaxSimTimeSeconds)} cut {cutOff} of {points.Length} combinations short: their numbers are about the requests that " +
                "ended; CutOffRequests says how many did not");
    }

    private SweepGrid Grid() => new()
    {
        Engines = Engine is null ? [EngineConfig.Default] : [.. Engine.Select(engine => ToEngine(engine, Setting.Engine))],
        Workers = Workers,
        Pools = Pools(),
        RouterModes = RouterMode,
        Routers = RouterConfig is null ? [ToRouter(null)] : [.. RouterConfig.Select(ToRouter)],
        RouterSeeds = RouterSeed,
        Concurrencies = Concurrency is null ? [null] : [.. Concurrency.Select(sessions => (int?)sessions)],
        ArrivalSpeedupRatios = ArrivalSpeedupRatio,
        Knobs = Knobs().All(),
    };

    private PoolSettings[] Pools()
    {
        if (PrefillEngine is null || DecodeEngine is null) return [];
        PoolSettings first = ToPools(PrefillEngine, DecodeEngine, 1, 1);
        return [.. from prefill in PrefillWorkers from decode in DecodeWorkers select first with { PrefillWorkers = prefill,
            DecodeWorkers = decode }];
    }

    // Synthetic load is made for a block size; a trace is the same for all.
    private ReplayWorkload WorkloadFor(ReplaySettings settings)
    {
        EngineConfig engine = settings.Pools?.Prefill ?? settings.Engine;
        long key = IsSynthetic ? engine.BlockSize : 0;
        if (!_workloads.TryGetValue(key, out ReplayWorkload? workload)) _workloads.Add(key, workload = LoadWorkload(engine));
        return workload;
    }
}
