using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>What a run gained over the first one, as one sentence: latency, rate and cost, and what got worst.</summary>
internal static class GainSentence
{
    // What is asked of every comparison; the words fit into a sentence.
    private static readonly (string Metric, string Words)[] Asked =
    [
        ("p99_e2e_latency_ms", "p99 request latency"), ("median_e2e_latency_ms", "median request latency"),
        ("p99_ttft_ms", "p99 time to first token"), ("request_throughput_rps", "requests per second"), ("gpu_hours", "GPU hours"),
    ];

    /// <param name="changes">Every metric of the first run and the other.</param>
    /// <param name="headlines">The headline metrics among them.</param>
    /// <returns>Without a full stop; empty where there is nothing to compare.</returns>
    public static string Of(IReadOnlyDictionary<string, MetricComparison> changes, IEnumerable<MetricDefinition> headlines)
    {
        List<string> moved = [], same = [];
        foreach ((string name, string words) in Asked)
        {
            if (!changes.TryGetValue(name, out MetricComparison? change) || change.Percent is not { } percent) continue;
            if (change.Verdict == ComparisonVerdict.Same || PageChange.IsSlight(change.Baseline, change.Value, change.Verdict))
                same.Add(words);
            else
                moved.Add($"{words} {Moved(change, percent)}");
        }

        var parts = new List<string>();
        if (moved.Count > 0) parts.Add(string.Join(", ", moved));
        if (same.Count > 0) parts.Add($"about the same: {string.Join(", ", same)}");
        (MetricDefinition Metric, MetricComparison Change)? worst = headlines
            .Where(metric => Asked.All(asked => asked.Metric != metric.Name))
            .Select(metric => ((MetricDefinition, MetricComparison)?)(metric, changes[metric.Name]))
            .Where(each => each!.Value.Item2 is { Verdict: ComparisonVerdict.Worse, Percent: not null } change
                && !PageChange.IsSlight(change.Baseline, change.Value, change.Verdict))
            .MaxBy(each => Math.Abs(each!.Value.Item2.Percent!.Value));
        if (worst is { } found)
            parts.Add($"of the rest, worst is {PeopleText.Title(found.Metric)}: {Moved(found.Change, found.Change.Percent!.Value)}");
        return string.Join("; ", parts);
    }

    private static string Moved(MetricComparison change, double percent) =>
        $"{MetricText.Percent(change.Baseline, change.Value).TrimStart('+', '−')} {(percent < 0.0 ? "lower" : "higher")}";
}
