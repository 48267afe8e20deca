using AgentSim.Metrics;
using AgentSim.Simulation;

namespace AgentSim.Reports;

/// <summary>A run as a report for readers shows it.</summary>
/// <param name="Result">The run.</param>
/// <param name="Name">What the report calls it; null: by the settings in which it differs from the others.</param>
public sealed record ReportedRun(ReplayResult Result, string? Name = null)
{
    /// <summary>The limits that it was tested against, with the outcomes.</summary>
    public IReadOnlyList<LimitResult> Limits { get; init; } = [];
}

/// <summary>Tests the runs of a report.</summary>
public static class RunLimits
{
    /// <summary>The runs with the outcomes of limits; those relative to a baseline test all runs but the first against the first.</summary>
    /// <param name="runs">At least one.</param>
    /// <param name="limits">What their metrics may be.</param>
    /// <exception cref="AgentSimException"><c>BaselineMissing</c>: a limit is relative and there is a single run.</exception>
    public static IReadOnlyList<ReportedRun> Test(IReadOnlyList<ReportedRun> runs, IReadOnlyList<MetricLimit> limits)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(limits);
        IReadOnlyList<Metric>? baseline = runs.Count > 1 ? runs[0].Result.Summary.Metrics : null;
        LimitTest.RequireBaseline(limits, baseline);
        return
        [
            .. runs.Select((run, i) => run with
            {
                Limits = LimitTest.Run(run.Result.Summary.Metrics, [.. limits.Where(limit => i > 0 || !limit.NeedsBaseline)], baseline),
            }),
        ];
    }
}
