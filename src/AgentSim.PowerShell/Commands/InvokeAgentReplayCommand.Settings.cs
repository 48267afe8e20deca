using System.Management.Automation;
using AgentSim.Engines;
using AgentSim.Reports;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

// How the workload is replayed. What only Core can judge, and words better, is left to its checks.
public sealed partial class InvokeAgentReplayCommand
{
    private const string PolicyVariable = "DYN_ROUTER_POLICY_CONFIG";

    /// <summary>How requests are placed on workers.</summary>
    [Parameter]
    public RouterMode RouterMode { get; set; }

    /// <summary>Number of workers.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Workers { get; set; } = 1;

    /// <summary>Engine arguments: JSON text, a hashtable, or <see cref="EngineArguments"/>.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? EngineArgument { get; set; }

    /// <summary>Settings of the KV router: JSON text, a hashtable, or <see cref="RouterSettings"/>.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? RouterConfig { get; set; }

    /// <summary>File with queue policies of the KV router.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RouterPolicyPath { get; set; }

    /// <summary>The served model, which selects a profile of the policy file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ModelName { get; set; }

    /// <summary>Seed of the router's draws.</summary>
    [Parameter]
    public ulong RouterSeed { get; set; } = ReplaySettings.DefaultRouterSeed;

    /// <summary>Closed loop: at most this many active sessions.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Concurrency { get; set; }

    /// <summary>Divides arrival times and delays.</summary>
    [Parameter]
    public double ArrivalSpeedupRatio { get; set; } = 1.0;

    /// <summary>Stops the simulated clock after this many seconds.</summary>
    [Parameter]
    public double? MaxSimTimeSeconds { get; set; }

    /// <summary>Goodput: longest time to first token, milliseconds.</summary>
    [Parameter]
    public double? SlaTtftMs { get; set; }

    /// <summary>Goodput: longest mean gap between tokens, milliseconds.</summary>
    [Parameter]
    public double? SlaItlMs { get; set; }

    /// <summary>Goodput: longest request latency, milliseconds.</summary>
    [Parameter]
    public double? SlaE2eMs { get; set; }

    private ReplaySettings CreateSettings()
    {
        ServiceLevel level = new(SlaTtftMs, SlaItlMs, SlaE2eMs);
        RouterSettings router = CreateRouterSettings();
        router.LoadPolicy();   // an unreadable policy file is an error with round robin, too, and before any trace is read
        return new ReplaySettings
        {
            Engine = CreateEngineArguments(),
            Workers = Workers,
            RouterMode = RouterMode,
            Router = router,
            ModelName = ModelName,
            RouterSeed = RouterSeed,
            Concurrency = Concurrency,
            ArrivalSpeedupRatio = ArrivalSpeedupRatio,
            MaxSimTimeMs = MaxSimTimeSeconds * 1000.0,
            ServiceLevel = level.IsEmpty ? null : level,
        };
    }

    // Paths inside the arguments mean the location of the session, which need not be that of the process.
    private EngineArguments CreateEngineArguments()
    {
        const string name = "-" + nameof(EngineArgument);
        EngineArguments arguments = Value(EngineArgument) switch
        {
            null => EngineArguments.Default,
            EngineArguments given => given.Validated(name),
            { } given => EngineArguments.Parse(new JsonArgument(name, "EngineArgumentsInvalid").Text(given), name),
        };
        return arguments.PlannerProfileData is { } path ? arguments with { PlannerProfileData = FileSystemPath(path) } : arguments;
    }

    private RouterSettings CreateRouterSettings()
    {
        const string name = "-" + nameof(RouterConfig);
        RouterSettings settings = Value(RouterConfig) switch
        {
            null => RouterSettings.Default,
            RouterSettings given => given,
            { } given => RouterSettings.Parse(new JsonArgument(name, "RouterConfigInvalid").Text(given), name),
        };
        settings.Validate(name);
        if (settings.RouterTrackingKeyFile is { } key) settings = settings with { RouterTrackingKeyFile = FileSystemPath(key) };
        string? policy = RouterPolicyPath ?? Environment.GetEnvironmentVariable(PolicyVariable) ?? settings.RouterPolicyConfig;
        return string.IsNullOrEmpty(policy) ? settings : settings with { RouterPolicyConfig = FileSystemPath(policy) };
    }

    private static object? Value(object? argument) => argument is PSObject { BaseObject: EngineArguments or RouterSettings } wrapped ? wrapped.BaseObject : argument;
}
