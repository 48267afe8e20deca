using System.ComponentModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using AgentSim.Engines;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that replays one workload with all combinations of some settings, several at the same time.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class GridCommand : ReplayInputCommand
{
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
    [PathName]
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

    /// <summary>The share to run; null: all.</summary>
    private protected SweepShard? Share { get; private set; }

    /// <inheritdoc/>
    private protected override bool HasKvRouter => RouterMode.Contains(Simulation.RouterMode.KvRouter);

    /// <summary>What all combinations have in common, and the settings of each.</summary>
    private protected (ReplaySettings Common, ReplaySettings[] Settings) Combinations()
    {
        CheckPoolParameters(PrefillEngine is not null, DecodeEngine is not null);
        ReplaySettings common = CommonSettings();
        return (common, [.. Grid().Points(common).Select(Calibrated)]);
    }

    /// <summary>Checks what says where replays run and are kept.</summary>
    private protected void CheckPlaces()
    {
        if (Force && CheckpointPath is null) throw Errors.OptionsConflict.Error("-Force is for a checkpoint; give -CheckpointPath, too");
        Share = Shard is null ? null : SweepShard.Parse(Shard);
        if (Share is not null && CheckpointPath is null)
            throw Errors.OptionsConflict.Error("-Shard is for a checkpoint, from which shares are merged; give -CheckpointPath, too");
    }

    /// <summary>Combinations with the workload, which is read when all input has come.</summary>
    private protected SweepPoint[] Points(IEnumerable<ReplaySettings> settings)
    {
        var workloads = new SweepWorkloads(IsSynthetic, LoadWorkload);
        return [.. settings.Select(workloads.Point)];
    }

    /// <summary>Does the work with the checkpoint, if there is to be one and it is wanted.</summary>
    private protected void WithCheckpoint(string action, ReplayWorkload workload, ReplaySettings common, Action<SweepCheckpoint?> work)
    {
        if (CheckpointPath is null)
        {
            work(null);
            return;
        }

        string target = FileSystemPath(CheckpointPath);
        if (!ShouldProcess(target, action)) return;
        using SweepCheckpoint checkpoint = SweepCheckpoint.Open(target, workload, common, Force);
        work(checkpoint);
    }

    /// <summary>What a job is given in place of parameters that name files; it was asked already whether to write.</summary>
    private protected IReadOnlyDictionary<string, object?> Resolved()
    {
        SweepGrid grid = Grid();
        var resolved = new Dictionary<string, object?> { [nameof(RouterConfig)] = grid.Routers.ToArray() };
        if (Engine is not null) resolved[nameof(Engine)] = grid.Engines.ToArray();
        if (grid.Pools is [var pools, ..])
        {
            resolved[nameof(PrefillEngine)] = pools.Prefill;
            resolved[nameof(DecodeEngine)] = pools.Decode;
        }

        if (CheckpointPath is not null)
        {
            resolved[nameof(CheckpointPath)] = FileSystemPath(CheckpointPath);
            resolved["Confirm"] = false;
        }

        return resolved;
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
