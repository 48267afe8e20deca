using System.Globalization;
using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>Metrics and their changes as readers see them.</summary>
internal static class MetricText
{
    /// <summary>What stands where there is no value.</summary>
    public const string None = "–";

    /// <summary>What stands where a metric has no samples.</summary>
    public const string NoSamples = "no samples";

    /// <summary>Thousands separators; as many decimals as tell something.</summary>
    public static string Value(double? value)
    {
        if (value is not { } number) return None;
        if (!double.IsFinite(number)) return NoSamples;
        double size = Math.Abs(number);
        string format = size >= 1e15 ? "0.###E+0"
            : number == Math.Floor(number) ? "N0" : size >= 1.0 ? "N2" : size >= 0.001 ? "0.####" : "0.###E+0";
        return number.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>A change in percent, with its sign.</summary>
    public static string Percent(double? baseline, double? value)
    {
        if (MetricChange.Percent(baseline, value) is not { } percent) return None;
        return Signed(percent) + " %";
    }

    /// <summary>A number of percent or of percentage points, with its sign.</summary>
    public static string Signed(double number) => number.ToString(
        Math.Abs(number) is >= 0.05 or 0.0 ? "+#,##0.0;−#,##0.0;0" : "+0.###;−0.###;0", CultureInfo.InvariantCulture);

    /// <summary>A verdict in a word and a sign that tell it without colour.</summary>
    public static string Verdict(ComparisonVerdict verdict) => verdict switch
    {
        ComparisonVerdict.Better => "▲ better",
        ComparisonVerdict.Worse => "▼ worse",
        ComparisonVerdict.Changed => "◆ changed",
        ComparisonVerdict.Missing => "? missing",
        ComparisonVerdict.NoSamples => "? no samples",
        _ => "= same",
    };

    /// <summary>Whether a limit was kept.</summary>
    public static string Outcome(LimitResult limit) => limit.Passed ? "✓ kept" : "✗ missed";

    /// <summary>How many requests the time cap of a run cut off, as a sentence; null where none.</summary>
    public static string? CutOff(ReplayReport report) => report.CutOffRequests == 0
        ? null
        : $"The time cap cut off {Value(report.CutOffRequests)} " +
        $"{(report.CutOffRequests == 1 ? "request, which is" : "requests, which are")} in no number";

    /// <summary>The service level of a run and how much of it was kept, as a sentence; null where none was given.</summary>
    public static string? ServiceLevel(ReplayReport report, ServiceLevel? level)
    {
        if (report.GoodputCompletedRequests is not { } good || level is null) return null;
        var bounds = new List<string>();
        if (level.TtftMs is { } ttft) bounds.Add($"time to first token at most {Value(ttft)} ms");
        if (level.ItlMs is { } itl) bounds.Add($"mean gap between tokens at most {Value(itl)} ms");
        if (level.E2eMs is { } e2e) bounds.Add($"latency at most {Value(e2e)} ms");
        return $"{Value(good)} of {Value(report.CompletedRequests)} completed requests kept the service level " +
            $"({string.Join(", ", bounds)})";
    }
}
