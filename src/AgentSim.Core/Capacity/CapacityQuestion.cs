using System.Globalization;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Capacity;

/// <summary>How many of something keep limits, and what is to be said of the answer.</summary>
public sealed record CapacityQuestion
{
    private const double UsualMaximum = 64, UsualGreatestRate = 4, UsualStepOfRate = 0.1;

    /// <summary>What is looked for.</summary>
    public CapacityTarget Target { get; init; }

    /// <summary>What has to be kept; none is needed for the curve of cache sizes (<see cref="CapacityTarget.KvBlocks"/>).</summary>
    public IReadOnlyList<MetricLimit> Limits { get; init; } = [];

    /// <summary>The least value; null: 1, of KV blocks as many as the longest request needs.</summary>
    public double? Minimum { get; init; }

    /// <summary>The greatest value; null: 64, of ratios 4, of tasks at most as many as there are, of KV blocks as many as are ever
    /// used.</summary>
    public double? Maximum { get; init; }

    /// <summary>The distance of the values; null: 1, of ratios 0.1.</summary>
    public double? Step { get; init; }

    /// <summary>With how many seeds each value is replayed: of the router's draws, and of the starts of copies.</summary>
    public int SeedCount { get; init; } = 1;

    /// <summary>What an hour of a GPU costs, in whatever currency; null: nothing is said of money.</summary>
    public double? GpuPricePerHour { get; init; }

    /// <summary>Whether to find the points that no other beats in GPUs and every metric of the limits.</summary>
    public bool FindsFront { get; init; }

    /// <summary>Bytes of KV that a token takes, which makes blocks GB; null: what the engine says, if it does.</summary>
    public long? KvBytesPerToken { get; init; }

    /// <summary>Whether more passes.</summary>
    internal bool IsMoreBetter => Target is CapacityTarget.Workers or CapacityTarget.KvBlocks;

    /// <summary>Refuses what makes no question.</summary>
    /// <exception cref="AgentSimException"><c>CapacityRangeInvalid</c>, <c>LimitMissing</c> or <c>BaselineMissing</c>.</exception>
    public void Check()
    {
        if (Limits.Count == 0 && Target != CapacityTarget.KvBlocks)
            throw Errors.LimitMissing.Error($"there is nothing to keep; give a limit such as p99_ttft_ms 2000 ({Setting.Limit})");
        LimitTest.RequireBaseline(Limits, null);
        CheckNumber(Setting.Minimum, Minimum);
        CheckNumber(Setting.Maximum, Maximum);
        CheckNumber(Setting.Step, Step);
        if (Minimum > Maximum) throw Invalid($"{Setting.Minimum} {Text(Minimum)} is more than {Setting.Maximum} {Text(Maximum)}");
        if (SeedCount < 1) throw Invalid($"{Setting.SeedCount} must be at least 1 (is {SeedCount})");
        if (GpuPricePerHour is { } price && !(price >= 0 && double.IsFinite(price)))
            throw Invalid($"{Setting.GpuPricePerHour} must be a number from 0 (is {Text(price)})");
        if (KvBytesPerToken < 1) throw Invalid($"{Setting.KvBytesPerToken} must be at least 1 (is {KvBytesPerToken})");
    }

    /// <summary>The values for one configuration.</summary>
    internal CapacityRange RangeFor(ReplayWorkload workload, ReplaySettings configuration, CacheBounds? cache)
    {
        double step = Step ?? (Target == CapacityTarget.Rate ? UsualStepOfRate : 1);
        double least = Minimum ?? (cache?.LongestRequest ?? 1);
        double most = Maximum ?? Target switch
        {
            CapacityTarget.Rate => Math.Max(least, UsualGreatestRate),
            CapacityTarget.KvBlocks => Math.Max(least, cache!.DistinctBlocks + cache.LongestRequest),
            _ => Math.Max(least, UsualMaximum),
        };
        if (Target == CapacityTarget.Tasks && WorkloadTasks.AreKnown(workload.Columns))
            most = Math.Min(most, (double)WorkloadTasks.Of(workload.Columns).Count * configuration.Knobs.Copies);
        if (most < least)
            throw Invalid($"the values end at {Text(most)}, since the load has no more tasks, and {Setting.Minimum} is {Text(least)}");
        if ((most - least) / step >= int.MaxValue) throw Invalid($"there are too many values; give a greater {Setting.Step}");
        return new CapacityRange(least, most, step);
    }

    private void CheckNumber(Term name, double? value)
    {
        if (value is not { } number) return;
        if (!(number > 0 && double.IsFinite(number))) throw Invalid($"{name} must be more than 0 (is {Text(number)})");
        if (Target != CapacityTarget.Rate && (number != Math.Floor(number) || number > int.MaxValue))
            throw Invalid($"{name} must be a whole number up to {int.MaxValue} (is {Text(number)})");
    }

    private static string Text(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static AgentSimException Invalid(string message) => Errors.CapacityRangeInvalid.Error(message);
}
