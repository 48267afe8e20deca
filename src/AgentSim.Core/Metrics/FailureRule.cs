using AgentSim.Json;

namespace AgentSim.Metrics;

/// <summary>Limits said the other way round: when a comparison fails.</summary>
public static class FailureRule
{
    private const string Forms =
        "use METRIC>NUMBER, METRIC<NUMBER, METRIC>+N% or METRIC<-N% (of the baseline), for example p99_ttft_ms>+5%; a number has a point " +
        "before decimals and nothing between thousands";

    /// <summary>Reads a rule such as <c>p99_ttft_ms>+5%</c>: it fails where the metric is more than 5 % above the baseline.</summary>
    /// <param name="text">A metric, <c>&gt;</c> or <c>&lt;</c>, and a number or a signed percentage of the baseline.</param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c> or <c>LimitInvalid</c>.</exception>
    public static MetricLimit Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.AsSpan().IndexOfAny('<', '>');
        if (at <= 0) throw Invalid(text);
        string metric = text[..at].Trim(), value = text[(at + 1)..].Trim();
        bool isAbove = text[at] == '>';
        MetricNames.Require(metric);
        // Said as a rule and not as the limit that is made of it.
        if (!NumberText.TryRead(value.TrimEnd('%'), out _)) throw Invalid(text);
        if (!value.EndsWith('%')) return MetricLimit.Parse(metric, (isAbove ? "<=" : ">=") + value);
        // A limit of a percentage lies on the side that its sign says.
        return value.StartsWith(isAbove ? '+' : '-') ? MetricLimit.Parse(metric, value) : throw Invalid(text);
    }

    private static AgentSimException Invalid(string text) => Errors.LimitInvalid.Usage($"{Quote.Of(text)} is no rule; {Forms}");
}
