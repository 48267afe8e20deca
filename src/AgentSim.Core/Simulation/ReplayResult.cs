using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using AgentSim.Agents;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Statistics;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>What a replay gives.</summary>
public sealed class ReplayResult : IDynamicMetaObjectProvider
{
    private readonly Lazy<IReadOnlyList<WorkerResult>> _workers;
    private readonly (WorkloadColumns Load, ReplaySettings Settings)? _origin;
    private readonly GapStatistics? _gaps;
    private AgentResults? _agents;
    private LoadAssessment? _load;

    internal ReplayResult(ReplayReport summary, IReadOnlyList<RequestResult> requests, RunInfo run, ReplaySettings settings)
    {
        (Summary, Requests, Run) = (summary, requests, run);
        _workers = new(() => WorkerResults.Of(requests, settings));
    }

    // One that was stored, or sent from another session: without the workload and the gaps between tokens.
    [JsonConstructor]
    internal ReplayResult(
        ReplayReport summary, IReadOnlyList<RequestResult> requests, IReadOnlyList<WorkerResult> workers, IReadOnlyList<KvUseSample> kvUse,
            RunInfo run,
        AgentResults? agents = null)
    {
        (Summary, Requests, KvUse, Run, Agents) = (summary, requests, kvUse, run, agents);
        _workers = new(workers);
    }

    /// <summary>All metrics (behaviour 06#4).</summary>
    public ReplayReport Summary { get; }

    /// <summary>One record per request that ended, by arrival time and then ordinal (behaviour 06#7).</summary>
    public IReadOnlyList<RequestResult> Requests { get; }

    /// <summary>What each worker did: prefill workers first, then those that decode; data-parallel ranks count one by one.</summary>
    public IReadOnlyList<WorkerResult> Workers => _workers.Value;

    /// <summary>
    /// KV blocks in use, worker by worker in the order of time; empty unless <see cref="ReplaySettings.RecordsKvUse"/> is set.
    /// </summary>
    public IReadOnlyList<KvUseSample> KvUse { get; internal init; } = [];

    /// <summary>The sessions and tasks, if the replay was asked for them and its load has any; null otherwise.</summary>
    public AgentResults? Agents { get; internal init; }

    /// <summary>Whether the load was more than the workers could do, by the records of the requests.</summary>
    public LoadAssessment Load => _load ??= LoadAssessor.Of(Requests, Workers, Run, Summary.CutOffRequests);

    /// <summary>
    /// What sessions and tasks are computed from; null where the load has none, or the result comes from a file or another session.
    /// </summary>
    internal RunTimes? Times { get; init; }

    /// <summary>The sessions and tasks, whether or not the replay was asked for them; null where there are none.</summary>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException"><c>ResultStored</c>: the result comes from a file or another session, and was stored
    /// without.</exception>
    public AgentResults? FindAgents(CancellationToken cancellation = default)
    {
        if (Agents is not null) return Agents;
        if (_origin is null)
        {
            throw Errors.ResultStored.Error(
                "this result comes from a file or another session and was stored without its sessions and tasks; ask the replay for them " +
                    "before it is stored, or look in the session that replayed it");
        }

        return Times is null ? null : _agents ??= AgentCollector.Collect(Times, cancellation);
    }

    /// <summary>What was replayed and how, which timelines link requests by.</summary>
    /// <exception cref="AgentSimException"><c>ResultStored</c>: the result comes from a file or another session.</exception>
    internal (WorkloadColumns Load, ReplaySettings Settings) Origin
    {
        get => _origin ?? throw Stored();
        init => _origin = value;
    }

    /// <summary>The gaps between tokens.</summary>
    /// <exception cref="AgentSimException"><c>ResultStored</c>: the result comes from a file or another session.</exception>
    internal GapStatistics Gaps
    {
        get => _gaps ?? throw Stored();
        init => _gaps = value;
    }

    /// <summary>The bounds of latency that requests had to keep; null when there were none.</summary>
    internal ServiceLevel? ServiceLevel
    {
        get
        {
            if (_origin is { } origin) return origin.Settings.ServiceLevel;
            var level = new ServiceLevel(Bound("sla_ttft_ms"), Bound("sla_itl_ms"), Bound("sla_e2e_ms"));
            return level.IsEmpty ? null : level;
        }
    }

    /// <summary>Where the result comes from: version, inputs, settings, seed, warnings.</summary>
    public RunInfo Run { get; }

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(ReplayResult));

    /// <summary>What the numbers have to be read with: rows that were cut, options without effect, and the like.</summary>
    public IReadOnlyList<RunWarning> Warnings => Run.Warnings;

    private double? Bound(string name) => Run.Settings.TryGetValue(name, out object? bound)
        && bound is IConvertible number ? number.ToDouble(CultureInfo.InvariantCulture) : null;

    private static AgentSimException Stored() => Errors.ResultStored.Error(
        "this result comes from a file or another session, which have its metrics and requests but not its workload; make pages and " +
            "timelines in the session that replayed it");
}
