using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;

namespace AgentSim.Metrics;

/// <summary>Whether a metric kept its limit.</summary>
/// <param name="Metric">Name in the report file.</param>
/// <param name="Limit">The limit as it was given.</param>
/// <param name="Passed">True if it was kept.</param>
/// <param name="Value">The value; null where the report does not have the metric, infinitely bad where it has no samples.</param>
/// <param name="AtLeast">The least that was allowed, if there is such a bound.</param>
/// <param name="AtMost">The most that was allowed, if there is such a bound.</param>
/// <param name="Baseline">The value of the baseline, if there is one.</param>
public sealed record LimitResult(string Metric, string Limit, bool Passed, double? Value, double? AtLeast, double? AtMost, double? Baseline)
    : IDynamicMetaObjectProvider
{
    /// <summary>The file that the report came from; null for one that came otherwise.</summary>
    public string? Source { get; init; }

    /// <summary>The outcome as a sentence.</summary>
    public string Message
    {
        get
        {
            if (Value is null) return $"{Metric} is not in the report";
            if (!double.IsFinite(Value.Value)) return $"{Metric} has no samples: no request gave any";
            if (Baseline is { } reference && !double.IsFinite(reference) && Limit.EndsWith('%'))
                return $"{Metric} has no samples in the baseline";
            string bounds = (AtLeast, AtMost) switch
            {
                ({ } least, { } most) when least == most => $"exactly {Number(most)}",
                ({ } least, { } most) => $"from {Number(least)} to {Number(most)}",
                ({ } least, null) => $"at least {Number(least)}",
                (null, { } most) => $"at most {Number(most)}",
                _ => "",
            };
            if (bounds.Length == 0) return $"{Metric} is not in the baseline";
            string baseline = Baseline is { } value && Limit.EndsWith('%') ? $" ({Limit} of {Number(value)})" : "";
            return $"{Metric} is {Number(Value.Value)}, {(Passed ? "and may" : "but must")} be {bounds}{baseline}";
        }
    }

    /// <summary>The <see cref="Message"/>.</summary>
    public override string ToString() => Message;

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(LimitResult));

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
