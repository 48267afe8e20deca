using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that replays a workload on simulated engines.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ReplayInputCommand : WorkloadInputCommand
{
    private Calibration.TimingProfile? _profile;

    private const string PolicyVariable = "DYN_ROUTER_POLICY_CONFIG";

    // Each file is read once, however many engines and routers of a sweep name it.
    private readonly LoadedFiles _configFiles = new();

    /// <summary>File with queue policies of the KV router.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RouterPolicyPath { get; set; }

    /// <summary>The served model, which selects a profile of the policy file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ModelName { get; set; }

    /// <summary>A timing profile of New-AgentTimingProfile, or its file: the latencies of a deployment.</summary>
    [Parameter]
    [ValidateNotNull]
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
    private protected ReplaySettings Calibrated(ReplaySettings settings)
    {
        if (TimingProfile is null) return settings;
        object given = TimingProfile is PSObject wrapped ? PropertyBagConverter.Restore(wrapped).BaseObject : TimingProfile;
        _profile ??= given switch
        {
            Calibration.TimingProfile profile => profile,
            FileInfo file => Calibration.TimingProfile.Read(file.FullName),
            string path => Calibration.TimingProfile.Read(FileSystemPath(path)),
            _ => throw Errors.CalibrationInvalid.Usage(
                $"a {given.GetType().Name} is no timing profile; give what New-AgentTimingProfile returns, or the path of an .npz file"),
        };
        return settings.With(_profile);
    }

    /// <summary>An engine from a parameter's value; null: the default.</summary>
    /// <param name="value">Arguments as an object, a hashtable or JSON text, or an engine of a call that goes on in a job.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="role">What the workers do unless the arguments say so; null: all.</param>
    // Paths inside the arguments mean the location of the session, which need not be that of the process. Files are read at once,
    // also in a sweep: one that cannot be used is no combination that makes no sense.
    private protected EngineConfig ToEngine(object? value, Term name, WorkerType? role = null)
    {
        object? unwrapped = Unwrap(value);
        if (unwrapped is EngineConfig ready) return ready;
        EngineArguments arguments = unwrapped switch
        {
            null => EngineArguments.Default,
            EngineArguments given => given.Validated(name),
            { } given => EngineArguments.Parse(new JsonArgument(name, Errors.EngineArgumentsInvalid).Text(given), name),
        };
        if (arguments.PlannerProfileData is { } path) arguments = arguments with { PlannerProfileData = FileSystemPath(path) };
        if (role is { } type && arguments.WorkerType == WorkerType.Aggregated) arguments = arguments with { WorkerType = type };
        return arguments.Resolve(name, _configFiles);
    }

    /// <summary>The two pools; the parameter decides what the workers of an engine do.</summary>
    private protected PoolSettings ToPools(object prefill, object decode, int prefillWorkers, int decodeWorkers) => new(
        ToEngine(prefill, Setting.PrefillEngine, WorkerType.Prefill),
        ToEngine(decode, Setting.DecodeEngine, WorkerType.Decode),
        prefillWorkers,
        decodeWorkers);

    /// <summary>A router from a parameter's value, with the policy file that applies; null: the default.</summary>
    private protected RouterConfig ToRouter(object? value)
    {
        Term name = Setting.RouterConfig;
        object? unwrapped = Unwrap(value);
        if (unwrapped is RouterConfig ready) return ready;
        RouterSettings settings = unwrapped switch
        {
            null => RouterSettings.Default,
            RouterSettings given => given,
            { } given => RouterSettings.Parse(new JsonArgument(name, Errors.RouterConfigInvalid).Text(given), name),
        };
        if (settings.RouterTrackingKeyFile is { } key) settings = settings with { RouterTrackingKeyFile = FileSystemPath(key) };
        string? policy = RouterPolicyPath ?? Environment.GetEnvironmentVariable(PolicyVariable) ?? settings.RouterPolicyConfig;
        if (!string.IsNullOrEmpty(policy)) settings = settings with { RouterPolicyConfig = FileSystemPath(policy) };
        return settings.Resolve(name, _configFiles);
    }

    private protected void CheckPoolParameters(bool hasPrefill, bool hasDecode)
    {
        bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
        if (!hasPrefill && !hasDecode)
        {
            if (Given(nameof(InvokeAgentReplayCommand.PrefillWorkers)) || Given(nameof(InvokeAgentReplayCommand.DecodeWorkers)))
                throw Conflict("-PrefillWorkers and -DecodeWorkers are for separate pools; give -PrefillEngine and -DecodeEngine " +
                    "as well, or use -Workers");
            return;
        }

        if (!hasPrefill || !hasDecode) throw Conflict("separate pools need both -PrefillEngine and -DecodeEngine");
        if (Given(nameof(InvokeAgentReplayCommand.Engine)))
            throw Conflict("-Engine cannot be combined with -PrefillEngine and -DecodeEngine");
        if (Given(nameof(InvokeAgentReplayCommand.Workers)))
            throw Conflict("-Workers is for workers that do both; use -PrefillWorkers and -DecodeWorkers");
    }

    // A configuration may come from a file or another session.
    private static object? Unwrap(object? argument)
    {
        if (argument is not PSObject given) return argument;
        PSObject restored = PropertyBagConverter.Restore(given);
        return restored.BaseObject is EngineArguments or RouterSettings or EngineConfig or RouterConfig ? restored.BaseObject : given;
    }

    /// <summary>Whether any replay of this call has the KV router.</summary>
    private protected abstract bool HasKvRouter { get; }

    private static AgentSimException Conflict(string message) => Errors.OptionsConflict.Error(message);

    // What settings and workloads do not show by themselves, because it was given and is not in them.
    private IEnumerable<RunWarning> IgnoredParameters()
    {
        if (RouterPolicyPath is not null && !HasKvRouter)
            yield return new RunWarning(WarningCodes.OptionIgnored,
                $"{Setting.RouterPolicy} has no effect with {Setting.RouterMode} {Setting.RoundRobin}; use {Setting.KvRouter}");
    }
}
