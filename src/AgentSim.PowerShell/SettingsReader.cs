using System.Management.Automation;
using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.PowerShell.Commands;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.PowerShell;

/// <summary>Makes engines, routers and timing of the parameters of a call; reads each file once.</summary>
internal sealed class SettingsReader(PSCmdlet command)
{
    private const string PolicyVariable = "DYN_ROUTER_POLICY_CONFIG";

    private readonly LoadedFiles _files = new();
    private TimingProfile? _profile;

    /// <summary>The settings with a timing profile; null: none was given.</summary>
    public ReplaySettings Calibrated(ReplaySettings settings, object? profile)
    {
        if (profile is null) return settings;
        object given = profile is PSObject wrapped ? PropertyBagConverter.Restore(wrapped).BaseObject : profile;
        _profile ??= given switch
        {
            TimingProfile ready => ready,
            FileInfo file => TimingProfile.Read(file.FullName),
            string path => TimingProfile.Read(FileSystemPath(path)),
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
    public EngineConfig Engine(object? value, Term name, WorkerType? role = null)
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
        return arguments.Resolve(name, _files);
    }

    /// <summary>The two pools; the parameter decides what the workers of an engine do.</summary>
    public PoolSettings Pools(object prefill, object decode, int prefillWorkers, int decodeWorkers) => new(
        Engine(prefill, Setting.PrefillEngine, WorkerType.Prefill),
        Engine(decode, Setting.DecodeEngine, WorkerType.Decode),
        prefillWorkers,
        decodeWorkers);

    /// <summary>A router from a parameter's value, with the policy file that applies; null: the default.</summary>
    public RouterConfig Router(object? value, string? policyPath)
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
        string? policy = policyPath ?? Environment.GetEnvironmentVariable(PolicyVariable) ?? settings.RouterPolicyConfig;
        // A blank one is for the settings to refuse.
        if (!string.IsNullOrWhiteSpace(policy)) settings = settings with { RouterPolicyConfig = FileSystemPath(policy) };
        return settings.Resolve(name, _files);
    }

    /// <summary>Refuses parameters of pools that do not go together.</summary>
    public void CheckPools(bool hasPrefill, bool hasDecode)
    {
        bool Given(string parameter) => command.MyInvocation.BoundParameters.ContainsKey(parameter);
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

    private static AgentSimException Conflict(string message) => Errors.OptionsConflict.Error(message);

    private string FileSystemPath(string path) => PathCommand.FileSystemPath(command, path);
}
