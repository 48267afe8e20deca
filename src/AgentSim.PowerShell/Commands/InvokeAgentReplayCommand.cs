using System.Management.Automation;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>Replays a workload on simulated engines. All input together is one workload and gives one result.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "AgentReplay", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(ReplayResult), typeof(Job))]
public sealed partial class InvokeAgentReplayCommand : ReplayInputCommand
{
    private ReplaySettings _settings = new();

    /// <summary>How requests are placed on workers.</summary>
    [Parameter]
    [EnumName]
    public RouterMode RouterMode { get; set; }

    /// <summary>Number of workers.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int Workers { get; set; } = 1;

    /// <summary>The engine of every worker: <see cref="Engines.EngineArguments"/>, a hashtable or JSON text.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? Engine { get; set; }

    /// <summary>The engine of the prefill workers of a disaggregated replay.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? PrefillEngine { get; set; }

    /// <summary>The engine of the decode workers of a disaggregated replay.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? DecodeEngine { get; set; }

    /// <summary>Number of prefill workers.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int PrefillWorkers { get; set; } = 1;

    /// <summary>Number of decode workers.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int DecodeWorkers { get; set; } = 1;

    /// <summary>Settings of the KV router: <see cref="Routing.RouterSettings"/>, a hashtable or JSON text.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? RouterConfig { get; set; }

    /// <summary>Seed of the router's draws.</summary>
    [Parameter]
    [Number(Whole = true)]
    public ulong RouterSeed { get; set; } = ReplaySettings.DefaultRouterSeed;

    /// <summary>Closed loop: at most this many active sessions.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? Concurrency { get; set; }

    /// <summary>Divides arrival times and delays.</summary>
    [Parameter]
    [Number]
    public double ArrivalSpeedupRatio { get; set; } = 1.0;

    /// <summary>What reports and comparisons call the run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Records how many KV blocks are in use, for Export-AgentTimeline.</summary>
    [Parameter]
    public SwitchParameter RecordKvUse { get; set; }

    /// <summary>Replays in the background, as a thread job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    private protected override bool HasKvRouter => RouterMode == RouterMode.KvRouter;

    /// <inheritdoc/>
    protected override void Start()
    {
        if (IsAgain) return;
        CheckPoolParameters(PrefillEngine is not null, DecodeEngine is not null);
        _settings = CommonSettings() with
        {
            Engine = ToEngine(Engine, Setting.Engine),
            Workers = Workers,
            Pools = PrefillEngine is null || DecodeEngine is null ? null
                : ToPools(PrefillEngine, DecodeEngine, PrefillWorkers, DecodeWorkers),
            RouterMode = RouterMode,
            Router = ToRouter(RouterConfig),
            RouterSeed = RouterSeed,
            Concurrency = Concurrency,
            RecordsKvUse = RecordKvUse,
            RunName = Name,
            ArrivalSpeedupRatio = ArrivalSpeedupRatio,
            Knobs = Knobs(),
        };
        _settings = Calibrated(_settings);
        ReplayChecks.CheckSettings(_settings, Format);
        if (AsJob) return;   // the job says so, with what it finds out later
        foreach (RunWarning warning in SettingWarnings.Of(_settings, IsSynthetic ? Synthesis() : null)) Warn(warning);
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (AsJob) WriteObject(StartJob(Resolved()));
        else if (IsAgain) foreach (SweepRow row in _again) RunAgain(row.GetPoint());
        else Run(LoadWorkload((_settings.Pools?.Prefill ?? _settings.Engine).BlockSize));
    }

    private void Run(ReplayWorkload workload)
    {
        Say(workload);
        var progress = new ProgressDisplay(this, "Replaying");
        ReplayResult result = Replay.Run(workload, _settings, progress.Replaying(), Cancellation);
        progress.Complete();
        WriteVerbose(result.Load.ToString());
        foreach (RunWarning warning in result.Warnings) Warn(warning);   // those that only the run could show
        WriteObject(result);
    }

    private Dictionary<string, object?> Resolved()
    {
        var resolved = new Dictionary<string, object?>();
        if (IsAgain) return resolved;
        if (Engine is not null) resolved[nameof(Engine)] = _settings.Engine;
        if (_settings.Pools is { } pools)
        {
            resolved[nameof(PrefillEngine)] = pools.Prefill;
            resolved[nameof(DecodeEngine)] = pools.Decode;
        }

        resolved[nameof(RouterConfig)] = _settings.Router;
        return resolved;
    }

    private void Say(ReplayWorkload workload)
    {
        string files = workload.Inputs.Count == 0 ? "" : $" from {string.Join(", ", workload.Inputs.Select(input => input.Path))}";
        WriteVerbose($"The workload has {PeopleUnits.Count(workload.RequestCount, "request")}{files}");
        string workers = _settings.Pools is { } pools
            ? $"{PeopleUnits.Count(pools.PrefillWorkers, "prefill worker")} ({pools.Prefill}) and " +
                $"{PeopleUnits.Count(pools.DecodeWorkers, "decode worker")} ({pools.Decode})"
            : $"{PeopleUnits.Count(_settings.Workers, "worker")} ({_settings.Engine})";
        WriteVerbose($"Replaying on {workers}, router {_settings.RouterMode}");
    }
}
