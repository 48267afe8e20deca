namespace AgentSim.Metrics;

/// <summary>How two values of a metric differ.</summary>
internal static class MetricChange
{
    // Equal runs of different programs agree to this much (behaviour 00#tolerance).
    public const double RelativeNoise = 1e-9;

    public static double? Percent(double? baseline, double? value)
    {
        if (!IsNumber(value) || !IsNumber(baseline)) return null;
        if (value == baseline) return 0.0;
        return baseline == 0.0 ? null : (value - baseline) / Math.Abs(baseline!.Value) * 100.0;
    }

    /// <summary>The change; null where there is none to speak of.</summary>
    public static double? Difference(double? baseline, double? value) => IsNumber(value) && IsNumber(baseline) ? value - baseline : null;

    public static ComparisonVerdict Verdict(double? baseline, double? value, MetricDirection direction, double tolerancePercent)
    {
        if (baseline is not { } before || value is not { } after) return ComparisonVerdict.Missing;
        if (!IsNumber(before) || !IsNumber(after)) return ComparisonVerdict.NoSamples;
        double allowed = Math.Max(tolerancePercent / 100.0, RelativeNoise) * Math.Abs(before);
        if (Math.Abs(after - before) <= allowed) return ComparisonVerdict.Same;
        return direction switch
        {
            MetricDirection.None => ComparisonVerdict.Changed,
            MetricDirection.Lower => after < before ? ComparisonVerdict.Better : ComparisonVerdict.Worse,
            _ => after > before ? ComparisonVerdict.Better : ComparisonVerdict.Worse,
        };
    }

    private static bool IsNumber(double? value) => value is { } number && double.IsFinite(number);
}
