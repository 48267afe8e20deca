using System.Dynamic;
using System.Linq.Expressions;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Statistics;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>What a replay gives.</summary>
public sealed class ReplayResult : IDynamicMetaObjectProvider
{
    private readonly Lazy<IReadOnlyList<WorkerResult>> _workers;

    internal ReplayResult(ReplayReport summary, IReadOnlyList<RequestResult> requests, RunInfo run, ReplaySettings settings)
    {
        (Summary, Requests, Run) = (summary, requests, run);
        _workers = new(() => WorkerResults.Of(requests, settings));
    }

    /// <summary>All metrics (specification 06, 4).</summary>
    public ReplayReport Summary { get; }

    /// <summary>One record per request that ended, by arrival time and then ordinal (specification 06, 7).</summary>
    public IReadOnlyList<RequestResult> Requests { get; }

    /// <summary>What each worker did: prefill workers first, then those that decode; data-parallel ranks count one by one.</summary>
    public IReadOnlyList<WorkerResult> Workers => _workers.Value;

    /// <summary>KV blocks in use, worker by worker in the order of time; empty unless <see cref="ReplaySettings.RecordsKvUse"/> is set.</summary>
    public IReadOnlyList<KvUseSample> KvUse { get; internal init; } = [];

    /// <summary>What was replayed and how, which timelines link requests by.</summary>
    internal (WorkloadColumns Load, ReplaySettings Settings) Origin { get; init; }

    /// <summary>The gaps between tokens.</summary>
    internal GapStatistics Gaps { get; init; } = new();

    /// <summary>Where the result comes from: version, inputs, settings, seed, warnings.</summary>
    public RunInfo Run { get; }

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) => new StrictNames(parameter, this, typeof(ReplayResult));
    /// <summary>What the numbers have to be read with: rows that were cut, options without effect, and the like.</summary>
    public IReadOnlyList<RunWarning> Warnings => Run.Warnings;
}
