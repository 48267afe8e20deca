namespace AgentSim.Metrics;

/// <summary>Finds metrics of a report by their names.</summary>
internal static class ReportMetrics
{
    /// <summary>A metric by a name that must be one; null where the report does not have it.</summary>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>.</exception>
    public static double? Named(IReadOnlyList<Metric> metrics, string name)
    {
        MetricNames.Require(name);
        return Find(metrics, name);
    }

    public static double? Find(IReadOnlyList<Metric> metrics, string name)
    {
        foreach (Metric metric in metrics)
        {
            if (metric.Name == name) return metric.Value;
        }

        return null;
    }
}
