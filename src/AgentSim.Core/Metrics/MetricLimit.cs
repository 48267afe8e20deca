using System.Globalization;
using AgentSim.Json;

namespace AgentSim.Metrics;

/// <summary>
/// What a metric may be: at least and at most so much, as numbers or relative to a baseline.
/// </summary>
public sealed class MetricLimit
{
    private static ErrorCode InvalidId => Errors.LimitInvalid;

    private readonly (double Value, bool IsPercent)? _least;
    private readonly (double Value, bool IsPercent)? _most;

    private MetricLimit(string metric, string text, (double Value, bool IsPercent)? least, (double Value, bool IsPercent)? most) =>
        (Metric, Text, _least, _most) = (metric, text, least, most);

    /// <summary>Name in the report file.</summary>
    public string Metric { get; }

    /// <summary>The limit as it was given.</summary>
    public string Text { get; }

    /// <summary>True when the limit means nothing without a baseline.</summary>
    public bool NeedsBaseline => _least is { IsPercent: true } || _most is { IsPercent: true };

    /// <summary>Reads a limit.</summary>
    /// <param name="metric">Name in the report file.</param>
    /// <param name="text">
    /// <c>500</c>: no worse than that, or just that for a metric without a better; <c>&lt;=500</c>, <c>&gt;=500</c>, <c>=500</c>;
    /// <c>+5%</c>: at most 5 % above the baseline; <c>-5%</c>: at most 5 % below it; <c>5%</c>: both.
    /// </param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>, or <c>LimitInvalid</c>, also for a limit that cannot be missed or cannot
    /// be kept.</exception>
    public static MetricLimit Parse(string metric, string text)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(text);
        MetricNames.Require(metric);
        string number = text.Trim();
        return number.EndsWith('%') ? Relative(metric, text, number[..^1]) : Absolute(metric, text, number);
    }

    /// <summary>No worse than the baseline.</summary>
    /// <param name="metric">Name of a metric with a direction.</param>
    /// <param name="tolerancePercent">How much worse is still fine, in percent of the baseline.</param>
    internal static MetricLimit NoWorse(string metric, double tolerancePercent)
    {
        bool isLower = MetricNames.Of(metric) == MetricDirection.Lower;
        (double, bool) limit = (tolerancePercent, true);
        string text = string.Create(CultureInfo.InvariantCulture, $"{(isLower ? '+' : '-')}{tolerancePercent}%");
        return isLower ? new MetricLimit(metric, text, null, limit) : new MetricLimit(metric, text, limit, null);
    }

    /// <summary>Tests a value.</summary>
    /// <param name="value">The value; null where the report does not have it, not finite where it has no samples. Neither has
    /// passed.</param>
    /// <param name="baseline">The value of the baseline, if there is one; the same holds for it where the limit is relative.</param>
    public LimitResult Test(double? value, double? baseline)
    {
        double? reference = IsNumber(baseline) ? baseline : null;
        (double? least, double? most) = (Bound(_least, reference, -1.0), Bound(_most, reference, 1.0));
        // No metric is negative; what is comes from somewhere else.
        bool isKnown = IsNumber(value) && value >= 0.0 && (!NeedsBaseline || IsNumber(baseline));
        // Equal runs of different programs differ in the last digits; that alone is no failure.
        bool passed = isKnown && !(value < least - Noise(least)) && !(value > most + Noise(most));
        return new LimitResult(Metric, Text, passed, value, least, most, baseline);
    }

    private static bool IsNumber(double? value) => value is { } number && double.IsFinite(number);

    private static double Noise(double? bound) => Math.Abs(bound ?? 0.0) * MetricChange.RelativeNoise;

    private static double? Bound((double Value, bool IsPercent)? limit, double? baseline, double sign)
    {
        if (limit is not { } bound) return null;
        return bound.IsPercent ? baseline + sign * Math.Abs(baseline ?? 0.0) * bound.Value / 100.0 : bound.Value;
    }

    private static MetricLimit Relative(string metric, string text, string percent)
    {
        bool isUp = percent.StartsWith('+'), isDown = percent.StartsWith('-');
        double value = Number(metric, text, isUp || isDown ? percent[1..] : percent);
        if (value < 0.0) throw Invalid(metric, text);
        // No metric falls below 0.
        if (isDown && value >= 100.0)
            throw Vacuous(metric, text, "no metric gets that far below its baseline, so that every value would pass");
        (double, bool)? limit = (value, true);
        return new MetricLimit(metric, text, isUp ? null : limit, isDown ? null : limit);
    }

    private static MetricLimit Absolute(string metric, string text, string number)
    {
        bool atMost = number.StartsWith("<=", StringComparison.Ordinal), atLeast = number.StartsWith(">=", StringComparison.Ordinal);
        bool isExact = number.StartsWith('=');
        double value = Number(metric, text, atMost || atLeast ? number[2..] : isExact ? number[1..] : number);
        if (value < 0.0) throw Vacuous(metric, text, "no metric is negative, so that the limit says nothing");
        (double, bool)? limit = (value, false);
        if (!atMost && !atLeast && !isExact)
        {
            MetricDirection direction = MetricNames.Of(metric);
            (atMost, atLeast) = (direction == MetricDirection.Lower, direction == MetricDirection.Higher);
        }

        return new MetricLimit(metric, text, atMost ? null : limit, atLeast ? null : limit);
    }

    private static double Number(string metric, string text, string number) =>
        NumberText.TryRead(number, out double value) && double.IsFinite(value) ? value : throw Invalid(metric, text);

    private static AgentSimException Vacuous(string metric, string text, string reason) =>
        InvalidId.Error($"the limit of {metric} is {Quote.Of(text)}; {reason}");

    private static AgentSimException Invalid(string metric, string text) => InvalidId.Error(
        $"the limit of {metric} is {Quote.Of(text)}; use a number with a point before decimals and nothing between thousands, such as " +
            "29.5, or '<=500', '>=500', '=500', or '+5%', '-5%' and '5%' of the baseline");
}
