namespace AgentSim.Metrics;

/// <summary>Tests reports against limits, a baseline, or both.</summary>
public static class LimitTest
{
    /// <summary>Tests every limit.</summary>
    /// <param name="metrics">The report.</param>
    /// <param name="limits">What the metrics may be; at least one.</param>
    /// <param name="baseline">What relative limits refer to; null without a baseline.</param>
    /// <exception cref="AgentSimException"><c>BaselineMissing</c>: a limit is relative and there is no baseline.</exception>
    public static IReadOnlyList<LimitResult> Run(IReadOnlyList<Metric> metrics, IReadOnlyList<MetricLimit> limits,
        IReadOnlyList<Metric>? baseline = null)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(limits);
        RequireBaseline(limits, baseline);
        return [.. limits.Select(limit => limit.Test(
            ReportMetrics.Find(metrics, limit.Metric), baseline is null ? null : ReportMetrics.Find(baseline, limit.Metric)))];
    }

    /// <summary>Refuses relative limits that have nothing to refer to.</summary>
    /// <param name="limits">What the metrics may be.</param>
    /// <param name="baseline">What relative limits refer to; null without a baseline.</param>
    /// <exception cref="AgentSimException"><c>BaselineMissing</c>.</exception>
    public static void RequireBaseline(IEnumerable<MetricLimit> limits, IReadOnlyList<Metric>? baseline)
    {
        if (baseline is null && limits.FirstOrDefault(limit => limit.NeedsBaseline) is { } relative)
            throw Errors.BaselineMissing.Error(
                $"the limit {relative.Text} of {relative.Metric} is relative; give a baseline for it to refer to");
    }

    /// <summary>The limits that say: no metric of the baseline may get worse. Those without samples there cannot.</summary>
    /// <param name="baseline">The baseline.</param>
    /// <param name="tolerancePercent">How much worse is still fine, in percent.</param>
    /// <exception cref="AgentSimException"><c>BaselineEmpty</c>: the baseline measured nothing, so that nothing could be worse.</exception>
    public static IReadOnlyList<MetricLimit> NoWorse(IReadOnlyList<Metric> baseline, double tolerancePercent = 0.0)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        Metric[] measured = [.. baseline.Where(metric => metric.HasSamples && MetricNames.Of(metric.Name) != MetricDirection.None)];
        if (ReportMetrics.Find(baseline, "completed_requests") == 0.0) throw Empty("no request completed");
        if (measured.Length == 0) throw Empty("it has no metric that could get worse");
        return [.. measured.Select(metric => MetricLimit.NoWorse(metric.Name, tolerancePercent))];
    }

    private static AgentSimException Empty(string reason) =>
        Errors.BaselineEmpty.Error($"nothing can be worse than the baseline: {reason}; name the report of a run that measured something");
}
