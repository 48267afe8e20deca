using System.Management.Automation;
using System.Management.Automation.Runspaces;
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
    private SweepShard? _shard;
    private ReplaySettings _common = new();
    private ReplaySettings[] _settings = [];

    /// <summary>How requests are placed on workers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
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

    /// <summary>Starts the checkpoint anew when it is of another sweep.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>One share of several, such as 0/4, into the checkpoint.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Shard { get; set; }

    /// <summary>Sessions on machines that run the combinations in place of this one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public PSSession[]? PSSession { get; set; }

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
        _shard = Shard is null ? null : SweepShard.Parse(Shard);
        if (_shard is not null && CheckpointPath is null)
            throw Errors.OptionsConflict.Error("-Shard is for a checkpoint, from which shares are merged; give -CheckpointPath, too");
        foreach (RunWarning warning in SweepChecks.Warnings(usable, IsSynthetic ? Synthesis() : null)) Warn(warning);
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        var workloads = new SweepWorkloads(IsSynthetic, LoadWorkload);
        SweepPoint[] points = [.. _settings.Select(workloads.Point)];
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

    private void Run(SweepPoint[] points, SweepCheckpoint? checkpoint)
    {
        var progress = new ProgressDisplay(this, "Replaying a grid");
        int cutOff = 0;
        foreach (SweepRow row in PSSession is null
            ? Sweep.Run(points, ThrottleLimit, checkpoint, progress.Sweeping(), _shard, Cancellation)
            : OnMachines(points, checkpoint, progress.Sweeping()))
        {
            if (SweepChecks.FaultOf(row) is { } fault)
            {
                WriteError(ErrorRecords.Of(fault, row));
                continue;
            }

            if (row.CutOffRequests > 0) cutOff++;
            WriteObject(row);
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
}
