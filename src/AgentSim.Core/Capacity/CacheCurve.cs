using System.Text.Json.Serialization;
using AgentSim.Simulation;

namespace AgentSim.Capacity;

/// <summary>How much of the prompts is reused, over the size of the cache.</summary>
public sealed record CacheCurve
{
    private const int MostSizes = 16;
    private const double LeastDrop = 0.02;

    [JsonConstructor]
    internal CacheCurve()
    {
    }

    /// <summary>Tokens in a KV block.</summary>
    public required long BlockSize { get; init; }

    /// <summary>Bytes of KV that a token takes; null: neither given nor said by the engine, so that there are no GB.</summary>
    public long? KvBytesPerToken { get; init; }

    /// <summary>Different blocks that are ever used.</summary>
    public required long DistinctBlocks { get; init; }

    /// <summary>Share of the prompt tokens that infinite memory reuses, 0 to 1: no cache reuses more.</summary>
    public required double InfiniteReuse { get; init; }

    /// <summary>
    /// The size below which reuse falls most: from it to the next smaller size more is lost, by halving, than anywhere else. Null: it falls
    /// nowhere by 2 points.
    /// </summary>
    public long? CliffBlocks { get; init; }

    /// <summary>The sizes, ascending.</summary>
    // an array, which shells can index
    public IReadOnlyList<CacheSize> Sizes { get; init => field = value.ToArray(); } = [];

    /// <summary>Where the cliff is, and what infinite memory reuses.</summary>
    public override string ToString() => CacheText.Headline(this);

    /// <summary>Sizes in equal ratios from the least to the greatest of a range.</summary>
    internal static IEnumerable<int> SizesIn(CapacityRange range)
    {
        double ratio = Math.Pow(range[range.Count - 1] / range[0], 1.0 / (MostSizes - 1));
        return Enumerable.Range(0, MostSizes)
            .Select(i => (int)Math.Clamp(Math.Round(((range[0] * Math.Pow(ratio, i)) - range.Minimum) / range.Step), 0, range.Count - 1))
            .Distinct();
    }

    internal static CacheCurve Of(
        CacheBounds bounds, ReplaySettings settings, CapacityQuestion question, IReadOnlyList<CapacityPoint> points, int parallel,
        CancellationToken cancellation)
    {
        long? bytes = question.KvBytesPerToken ?? (settings.Pools?.Prefill ?? settings.Engine).KvBytesPerToken;
        var sizes = new CacheSize[points.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        Parallel.For(0, points.Count, options, i =>
        {
            var blocks = (long)points[i].Value;
            sizes[i] = new CacheSize(blocks, blocks * bounds.BlockSize * bytes / 1e9,
                points[i].Problem is null ? points[i].Mean("prefix_cache_reused_ratio") : null,
                bounds.Ideal(blocks, cancellation));
        });
        return new CacheCurve
        {
            BlockSize = bounds.BlockSize,
            KvBytesPerToken = bytes,
            DistinctBlocks = bounds.DistinctBlocks,
            InfiniteReuse = bounds.Infinite(cancellation),
            CliffBlocks = CliffOf(sizes),
            Sizes = sizes,
        };
    }

    internal static long? CliffOf(IReadOnlyList<CacheSize> sizes)
    {
        CacheSize[] known = [.. sizes.Where(size => size.Reuse is not null)];
        double steepest = 0;
        long? cliff = null;
        for (int i = 1; i < known.Length; i++)
        {
            double drop = known[i].Reuse!.Value - known[i - 1].Reuse!.Value;
            double slope = drop / Math.Log2((double)known[i].Blocks / known[i - 1].Blocks);
            if (drop < LeastDrop || slope <= steepest) continue;
            (steepest, cliff) = (slope, known[i].Blocks);
        }

        return cliff;
    }
}

/// <summary>A size of the cache.</summary>
/// <param name="Blocks">KV blocks of each rank.</param>
/// <param name="GigaBytes">The same in GB (10^9 bytes) of each rank; null where the bytes of a token are not known.</param>
/// <param name="Reuse">Share of the prompt tokens that the replay reused, 0 to 1; null where it lost requests or could not be run.</param>
/// <param name="IdealReuse">The share that ideal eviction reuses at most.</param>
public sealed record CacheSize(long Blocks, double? GigaBytes, double? Reuse, double IdealReuse);

/// <summary>A curve in words.</summary>
internal static class CacheText
{
    public static string Headline(CacheCurve cache)
    {
        string infinite = $"infinite memory reuses {Share(cache.InfiniteReuse)}";
        return cache.CliffBlocks is { } cliff ? $"reuse falls most below {Size(cache, cliff)}; {infinite}"
            : $"reuse falls nowhere by 2 points; {infinite}";
    }

    public static string Size(CacheCurve cache, long blocks)
    {
        double? bytes = cache.KvBytesPerToken * (double)(blocks * cache.BlockSize);
        return $"{CapacityText.Number(blocks)} KV blocks{(bytes is { } known ? $" ({Giga(known / 1e9)})" : "")}";
    }

    public static string Giga(double? giga) => giga is { } value ? $"{Reports.MetricText.Value(value)} GB" : Reports.MetricText.None;

    public static string Share(double? share) => share is { } value ? FormattableString.Invariant($"{100 * value:0.0} %")
        : Reports.MetricText.None;
}
