namespace AgentSim.Metrics;

/// <summary>
/// Which metrics have no samples. The reference writes 0 for these, and AgentSim does, too, in the places where it does; who
/// reads a file finds out by what the file says of itself (<c>run.empty_metrics</c>), or else by its counts.
/// </summary>
internal static class EmptyMetrics
{
    /// <summary>The object of a report file that says where the report comes from.</summary>
    public const string RunKey = "run";

    /// <summary>Its list of the metrics without samples.</summary>
    public const string Key = "empty_metrics";

    /// <summary>The names of the metrics without samples, in their order.</summary>
    public static string[] In(IEnumerable<Metric> metrics) =>
        [.. metrics.Where(metric => !metric.HasSamples).Select(metric => metric.Name)];

    /// <summary>The metrics of a file, with those marked that have no samples.</summary>
    /// <param name="written">The numbers of the file.</param>
    /// <param name="named">Those that the file says to have no samples.</param>
    public static Metric[] Mark(IReadOnlyList<Metric> written, IReadOnlyCollection<string> named)
    {
        var empty = new HashSet<string>(named, StringComparer.Ordinal);
        var rules = new Dictionary<EmptyRule, bool>();
        return
        [
            .. from metric in written
               let isEmpty = empty.Contains(metric.Name) || Holds(metric.Name)
               select isEmpty ? Metric.Empty(metric.Name, metric.Value) : metric,
        ];

        bool Holds(string name)
        {
            if (MetricCatalog.Current.Find(name)?.Row.Empty is not { } rule) return false;
            if (!rules.TryGetValue(rule, out bool holds)) rules[rule] = holds = rule.Holds(other => ReportMetrics.Find(written, other));
            return holds;
        }
    }
}
