namespace AgentSim.Metrics;

/// <summary>Limits as one text each: a metric and what it may be.</summary>
public static class LimitRule
{
    /// <summary>Reads a rule such as <c>p99_ttft_ms=2000</c>: the metric is no worse than that.</summary>
    /// <param name="text">
    /// A metric, then <c>=</c> (no worse than, or just that for a metric without a better), <c>&lt;=</c>, <c>&gt;=</c> or <c>==</c> (just
    /// that), and a number.
    /// </param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c> or <c>LimitInvalid</c>.</exception>
    public static MetricLimit Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.AsSpan().IndexOfAny("<>=");
        if (at <= 0) throw Invalid(text);
        string metric = text[..at].Trim(), rest = text[at..].Trim();
        MetricNames.Require(metric);
        string sign = rest.StartsWith("<=", StringComparison.Ordinal) || rest.StartsWith(">=", StringComparison.Ordinal)
            || rest.StartsWith("==", StringComparison.Ordinal) ? rest[..2] : rest[..1];
        string value = rest[sign.Length..].Trim();
        if (value.Length == 0 || value.AsSpan().IndexOfAny("<>=%") >= 0) throw Invalid(text);
        return sign switch
        {
            "=" => MetricLimit.Parse(metric, value),
            "==" => MetricLimit.Parse(metric, "=" + value),
            _ => MetricLimit.Parse(metric, sign[..1] + "=" + value),
        };
    }

    private static AgentSimException Invalid(string text) => Errors.LimitInvalid.Usage(
        $"{Quote.Of(text)} is no limit; use METRIC=NUMBER (no worse than that), METRIC<=NUMBER, METRIC>=NUMBER or METRIC==NUMBER, for "
            + "example p99_ttft_ms=2000; a number has a point before decimals and nothing between thousands");
}
