using System.Text.Json.Serialization;
using AgentSim.Metrics;
using AgentSim.Sweeps;

namespace AgentSim.Capacity;

/// <summary>A value that was replayed, with every seed, and what came of it.</summary>
public sealed record CapacityPoint
{
    [JsonConstructor]
    internal CapacityPoint()
    {
    }

    /// <summary>The number of workers, of tasks or of KV blocks, or the ratio.</summary>
    public required double Value { get; init; }

    /// <summary>Whether every limit was kept.</summary>
    public required CapacityOutcome Outcome { get; init; }

    /// <summary>With how many seeds it was replayed; one where nothing is drawn.</summary>
    public required int Seeds { get; init; }

    /// <summary>The limits, each with the value of the seed that comes nearest to missing it or misses it most.</summary>
    // arrays, which shells can index
    public required IReadOnlyList<CapacityMargin> Limits { get; init => field = value.ToArray(); }

    /// <summary>GPUs of all workers.</summary>
    public required long Gpus { get; init; }

    /// <summary>GPU hours of the replay, the mean of the seeds; null where nothing completed.</summary>
    public double? GpuHours { get; init; }

    /// <summary>Share of the busy time unlike what the timing profile was fitted to, 0 to 1; null without such a profile.</summary>
    public double? OutsideShare { get; init; }

    /// <summary>Why it failed although no limit tells it: requests that were lost, or settings that cannot be replayed; else
    /// null.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether no other point has fewer GPUs and better metrics; false where that was not asked for.</summary>
    public bool IsOnFront { get; init; }

    /// <summary>The limit with the least margin; null without limits.</summary>
    [JsonIgnore]
    internal CapacityMargin? Binding => Limits.MinBy(limit => limit.MarginPercent ?? double.NegativeInfinity);

    /// <summary>Metrics of the seeds, for what is computed of the answer.</summary>
    [JsonIgnore]
    internal IReadOnlyList<SweepRow> Rows { get; init; } = [];

    /// <summary>The mean of a metric over the seeds; null where a seed has none.</summary>
    internal double? Mean(string metric)
    {
        double sum = 0;
        foreach (SweepRow row in Rows)
        {
            if (row[metric] is not { } value || !double.IsFinite(value)) return null;
            sum += value;
        }

        return Rows.Count > 0 ? sum / Rows.Count : null;
    }
}

/// <summary>How far a metric is from its limit.</summary>
/// <param name="Metric">Name in the report file.</param>
/// <param name="Limit">The limit as it was given.</param>
/// <param name="Value">The value; null where the metric has none.</param>
/// <param name="MarginPercent">How much of the bound is left, in percent of it; negative where the limit is missed, null where there is no
/// value.</param>
/// <param name="Passed">Whether it is kept.</param>
/// <param name="AtLeast">The least that is allowed, if there is such a bound.</param>
/// <param name="AtMost">The most that is allowed, if there is such a bound.</param>
public sealed record CapacityMargin(
    string Metric, string Limit, double? Value, double? MarginPercent, bool Passed, double? AtLeast, double? AtMost)
{
    internal static CapacityMargin Of(LimitResult result)
    {
        double? value = result.Value is { } number && double.IsFinite(number) ? number : null;
        double? margin = null;
        if (value is { } known)
        {
            double above = result.AtLeast is { } least ? Share(known - least, least) : double.PositiveInfinity;
            double below = result.AtMost is { } most ? Share(most - known, most) : double.PositiveInfinity;
            double least100 = 100 * Math.Min(above, below);
            if (double.IsFinite(least100)) margin = least100;
        }

        return new CapacityMargin(result.Metric, result.Limit, value, margin, result.Passed, result.AtLeast, result.AtMost);
    }

    /// <summary>The metric with its value, its bound and the margin.</summary>
    public override string ToString() => CapacityText.Limit(this);

    private static double Share(double rest, double bound) => bound != 0 ? rest / Math.Abs(bound) : rest == 0 ? 0 : rest * double.MaxValue;
}
