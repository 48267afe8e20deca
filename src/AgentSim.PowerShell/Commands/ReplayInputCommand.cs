using System.ComponentModel;
using System.Management.Automation;
using AgentSim.Engines;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that replays a workload on simulated engines.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class ReplayInputCommand : WorkloadInputCommand
{
    // One for the call, so that each file is read once, however many engines and routers of a sweep name it.
    private SettingsReader Reader => field ??= new SettingsReader(this);

    /// <summary>File with queue policies of the KV router.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string? RouterPolicyPath { get; set; }

    /// <summary>The served model, which selects a profile of the policy file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ModelName { get; set; }

    /// <summary>A timing profile of New-AgentTimingProfile, or its file: the latencies of a deployment.</summary>
    [Parameter]
    [ValidateNotNull]
    [PathName]
    public object? TimingProfile { get; set; }

    /// <summary>Stops the simulated clock after this many seconds.</summary>
    [Parameter]
    [Number]
    public double? MaxSimTimeSeconds { get; set; }

    /// <summary>Request traces and recordings: only requests to this model.</summary>
    [Parameter(ParameterSetName = RecordSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    public string? Model { get; set; }

    /// <inheritdoc/>
    private protected override string? ChosenModel => Model;

    /// <summary>Settings with what is common to all replays of this call, and defaults.</summary>
    private protected ReplaySettings CommonSettings()
    {
        return new ReplaySettings
        {
            ModelName = ModelName,
            ReportsAgents = Agents,
            MaxSimTimeMs = MaxSimTimeSeconds * 1000.0,
            ServiceLevel = Sla,
            Warnings = IgnoredParameters().ToArray() is { Length: > 0 } ignored ? ignored : [],
        };
    }

    /// <summary>The settings with the timing profile that was given, if any.</summary>
    private protected ReplaySettings Calibrated(ReplaySettings settings) => Reader.Calibrated(settings, TimingProfile);

    /// <summary>An engine from a parameter's value; null: the default.</summary>
    private protected EngineConfig ToEngine(object? value, Term name, WorkerType? role = null) => Reader.Engine(value, name, role);

    /// <summary>The two pools; the parameter decides what the workers of an engine do.</summary>
    private protected PoolSettings ToPools(object prefill, object decode, int prefillWorkers, int decodeWorkers) =>
        Reader.Pools(prefill, decode, prefillWorkers, decodeWorkers);

    /// <summary>A router from a parameter's value, with the policy file that applies; null: the default.</summary>
    private protected RouterConfig ToRouter(object? value) => Reader.Router(value, RouterPolicyPath);

    private protected void CheckPoolParameters(bool hasPrefill, bool hasDecode) => Reader.CheckPools(hasPrefill, hasDecode);

    /// <summary>Whether any replay of this call has the KV router.</summary>
    private protected abstract bool HasKvRouter { get; }

    // What settings and workloads do not show by themselves, because it was given and is not in them.
    private IEnumerable<RunWarning> IgnoredParameters()
    {
        if (RouterPolicyPath is not null && !HasKvRouter)
            yield return new RunWarning(WarningCodes.OptionIgnored,
                $"{Setting.RouterPolicy} has no effect with {Setting.RouterMode} {Setting.RoundRobin}; use {Setting.KvRouter}");
    }
}
