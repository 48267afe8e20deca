using System.Globalization;

namespace AgentSim.Metrics;

/// <summary>
/// One value of a report. A metric without samples, such as a latency when no request completed, is no number: its value is then
/// infinitely bad (see <see cref="MetricNames.Worst"/>), so that nothing takes it for a good one.
/// </summary>
/// <param name="Name">Name in the report file.</param>
/// <param name="Value">The value; a whole number where <paramref name="IsWhole"/> is true.</param>
/// <param name="IsWhole">True for counts, which are written without a point.</param>
public sealed record Metric(string Name, double Value, bool IsWhole)
{
    private readonly double? _written;

    /// <summary>False for a metric without samples.</summary>
    public bool HasSamples => double.IsFinite(Value);

    /// <summary>Name and value.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}={Value}");

    /// <summary>What files hold that say elsewhere which metrics have no samples: the reference's number, which is then mostly 0.</summary>
    internal double Written
    {
        get => _written ?? Value;
        init => _written = value;
    }

    /// <summary>A metric without samples.</summary>
    /// <param name="name">Name in the report file.</param>
    /// <param name="written">The number that the reference has there.</param>
    internal static Metric Empty(string name, double written) =>
        new(name, MetricNames.Worst(name), false) { Written = double.IsFinite(written) ? written : 0.0 };
}

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
