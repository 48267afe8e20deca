using AgentSim.Metrics;

namespace AgentSim.Capacity;

/// <summary>Which points no other beats: with fewer GPUs, or as many, and every metric at least as good.</summary>
internal static class ParetoFront
{
    /// <param name="points">Points of all configurations.</param>
    /// <param name="target">What the values are; of load more is better, of KV blocks fewer.</param>
    /// <returns>For each point whether it is on the front.</returns>
    public static bool[] Of(IReadOnlyList<CapacityPoint> points, CapacityTarget target)
    {
        double[]?[] costs = [.. points.Select(point => CostsOf(point, target))];
        return [.. costs.Select(cost => cost is not null && !costs.Any(other => other is not null && Beats(other, cost)))];
    }

    // Everything so that less is better; null: a point without numbers.
    private static double[]? CostsOf(CapacityPoint point, CapacityTarget target)
    {
        if (point.Problem is not null || point.Limits.Any(limit => limit.Value is null)) return null;
        double value = target switch
        {
            CapacityTarget.Workers => 0,
            CapacityTarget.KvBlocks => point.Value,
            _ => -point.Value,
        };
        return [point.Gpus, value, .. point.Limits.Select(limit =>
            MetricNames.Of(limit.Metric) == MetricDirection.Higher ? -limit.Value!.Value : limit.Value!.Value)];
    }

    private static bool Beats(double[] cost, double[] other)
    {
        bool isLess = false;
        for (int i = 0; i < cost.Length; i++)
        {
            if (cost[i] > other[i]) return false;
            isLess |= cost[i] < other[i];
        }

        return isLess;
    }
}
