namespace AgentSim.Metrics;

/// <summary>How two values of a metric differ.</summary>
internal static class MetricChange
{
    // Equal runs of different programs agree to this much (specification 00).
    public const double RelativeNoise = 1e-9;

    public static double? Percent(double? baseline, double? value)
    {
        if (value == baseline) return baseline is null ? null : 0.0;
        return baseline == 0.0 ? null : (value - baseline) / Math.Abs(baseline ?? double.NaN) * 100.0;
    }

    public static ComparisonVerdict Verdict(double? baseline, double? value, MetricDirection direction, double tolerancePercent)
    {
        if (baseline is not { } before || value is not { } after) return ComparisonVerdict.Missing;
        double allowed = Math.Max(tolerancePercent / 100.0, RelativeNoise) * Math.Abs(before);
        if (Math.Abs(after - before) <= allowed) return ComparisonVerdict.Same;
        return direction switch
        {
            MetricDirection.None => ComparisonVerdict.Changed,
            MetricDirection.Lower => after < before ? ComparisonVerdict.Better : ComparisonVerdict.Worse,
            _ => after > before ? ComparisonVerdict.Better : ComparisonVerdict.Worse,
        };
    }
}
