using System.Management.Automation;
using AgentSim.Serving;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

/// <summary>Starts a server that answers like one with a model, with simulated engines.</summary>
[Cmdlet(VerbsLifecycle.Start, "AgentServer", SupportsShouldProcess = true, DefaultParameterSetName = PortSet)]
[OutputType(typeof(ServerStatus))]
public sealed class StartAgentServerCommand : AgentSimCommand
{
    private const string PortSet = "Port";
    private const string ListenSet = "Listen";

    /// <summary>The port to listen at, on this machine only; 0 takes a free one.</summary>
    [Parameter(Position = 0, ParameterSetName = PortSet)]
    [ValidateRange(0, ushort.MaxValue)]
    [Number(Whole = true)]
    public int Port { get; set; } = 8000;

    /// <summary>Where to listen.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ListenSet)]
    [ValidateNotNullOrEmpty]
    public string Listen { get; set; } = ServerOptions.DefaultListen;

    /// <summary>The name of the served model.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Model { get; set; } = ServerOptions.DefaultModel;

    /// <summary>How many times as fast it answers as the simulated deployment would.</summary>
    [Parameter]
    [Number]
    public double Speed { get; set; } = 1.0;

    /// <summary>How long after an answer's end requests still count as having come with it, milliseconds of the wall clock.</summary>
    [Parameter]
    [Number]
    public double TurnaroundMs { get; set; } = ServerOptions.DefaultTurnaroundMs;

    /// <summary>The engine of every worker: <see cref="Engines.EngineArguments"/>, a hashtable or JSON text.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? Engine { get; set; }

    /// <summary>Number of workers.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int Workers { get; set; } = 1;

    /// <summary>The engine of the prefill workers of separate pools.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? PrefillEngine { get; set; }

    /// <summary>The engine of the decode workers of separate pools.</summary>
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

    /// <summary>A timing profile of New-AgentTimingProfile, or its file: the latencies of a deployment.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? TimingProfile { get; set; }

    /// <summary>How requests are placed on workers.</summary>
    [Parameter]
    [EnumName]
    public RouterMode RouterMode { get; set; }

    /// <summary>Settings of the KV router: <see cref="Routing.RouterSettings"/>, a hashtable or JSON text.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public object? RouterConfig { get; set; }

    /// <summary>File with queue policies of the KV router.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RouterPolicyPath { get; set; }

    /// <summary>The model that selects a profile of the policy file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ModelName { get; set; }

    /// <summary>Seed of the router's draws.</summary>
    [Parameter]
    [Number(Whole = true)]
    public ulong RouterSeed { get; set; } = ReplaySettings.DefaultRouterSeed;

    /// <inheritdoc/>
    protected override void Start()
    {
        ReplaySettings settings = Settings();
        foreach (RunWarning warning in SettingWarnings.Of(settings, null)) WriteWarning(warning.In(ParameterNames.Wording));
        ServerOptions options = new()
        {
            Listen = ParameterSetName == ListenSet ? Listen : FormattableString.Invariant($"http://127.0.0.1:{Port}"),
            Model = Model,
            Speed = Speed,
            TurnaroundMs = TurnaroundMs,
        };
        if (!ShouldProcess(options.Listen, "Serve simulated answers")) return;
        var running = new RunningServer(options, settings);
        RunningServers.Add(running);
        WriteObject(running.Status(this));
    }

    private ReplaySettings Settings()
    {
        SettingsReader reader = new(this);
        reader.CheckPools(PrefillEngine is not null, DecodeEngine is not null);
        return reader.Calibrated(
            new ReplaySettings
            {
                Engine = reader.Engine(Engine, Setting.Engine),
                Workers = Workers,
                Pools = PrefillEngine is null || DecodeEngine is null ? null
                    : reader.Pools(PrefillEngine, DecodeEngine, PrefillWorkers, DecodeWorkers),
                RouterMode = RouterMode,
                Router = reader.Router(RouterConfig, RouterPolicyPath),
                RouterSeed = RouterSeed,
                ModelName = ModelName,
            },
            TimingProfile);
    }
}
