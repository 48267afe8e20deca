using AgentSim.Files;
using AgentSim.Imports;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary>The combinations that options of a sweep ask for, and the workload that they share.</summary>
internal sealed class SweepPlan
{
    private readonly IReadOnlyList<string> _files;
    private readonly ReplayPlan _first;
    private readonly bool _isRecording;
    private readonly HashSet<RunWarning> _said = [];

    /// <exception cref="AgentSimException">The first rule broken.</exception>
    public SweepPlan(OptionValues values, IReadOnlyList<string> files)
    {
        _files = files;
        string? policy = Environment.GetEnvironmentVariable("DYN_ROUTER_POLICY_CONFIG");
        ReplayArguments[] calls = [.. SweepOptions.Combinations(values).Select(call => new ReplayArguments(call, files))];
        foreach (ReplayArguments call in calls) UsageChecks.Check(call);
        ReplayPlan[] plans = [.. calls.Select(call => ReplayPlan.From(call, policy))];
        (_first, _isRecording) = (plans[0], calls[0].IsRecording);
        Settings = [.. plans.Select(plan => plan.Settings)];
    }

    /// <summary>The settings of each combination.</summary>
    public IReadOnlyList<ReplaySettings> Settings { get; }

    /// <summary>The synthetic load, if it is one.</summary>
    public SyntheticOptions? Synthetic => _first.Synthetic;

    /// <summary>Format of the workload; null for synthetic load.</summary>
    public TraceFormat? Format => Synthetic is null ? _first.Workload.Format : null;

    /// <summary>The files that are read.</summary>
    public IEnumerable<string> Inputs => _isRecording ? LogImport.Files(_files, _first.Workload.Import) : InputFiles.Expand(_files);

    /// <summary>Says warnings, the same one once.</summary>
    public void Warn(IEnumerable<RunWarning> warnings)
    {
        foreach (RunWarning warning in warnings) Warn(warning);
    }

    /// <summary>Reads the workload: the points, by the order of the settings.</summary>
    public SweepPoint[] Load(CancellationToken cancellation)
    {
        var workloads = new SweepWorkloads(Synthetic is not null, blockSize => Synthetic is { } synthetic
            ? SyntheticLoad.Create(synthetic, blockSize, cancellation)
            : WorkloadLoader.Load(_files, _first.Workload with { OnWarning = Warn }, null, cancellation));
        return [.. Settings.Select(workloads.Point)];
    }

    private void Warn(RunWarning warning)
    {
        if (_said.Add(warning)) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
    }
}
