namespace AgentSim.Serving;

/// <summary>Counts values by upper bounds, as Prometheus reads them. One thread adds; others may read meanwhile.</summary>
internal sealed class Histogram(params double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];

    /// <summary>The upper bounds, without the last, which is infinity.</summary>
    public ReadOnlySpan<double> Bounds => bounds;

    /// <summary>Sum of all values.</summary>
    public double Sum { get; private set; }

    /// <summary>Values up to each bound and not up to the one before; then those above all bounds.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Adds a value.</summary>
    public void Add(double value)
    {
        int at = Array.BinarySearch(bounds, value);
        _counts[at < 0 ? ~at : at]++;
        Sum += value;
    }
}
