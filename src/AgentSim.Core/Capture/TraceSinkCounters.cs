namespace AgentSim.Capture;

/// <summary>What a <see cref="TraceFileSink"/> did so far; a snapshot that does not change.</summary>
public sealed record TraceSinkCounters
{
    /// <summary>Records handed to the sink.</summary>
    public long Accepted { get; init; }

    /// <summary>Records that are in files.</summary>
    public long Written { get; init; }

    /// <summary>Records pushed out before they could be written, because writing was too slow or had ended.</summary>
    public long Dropped { get; init; }

    /// <summary>Records of batches that could not be written.</summary>
    public long Lost { get; init; }

    /// <summary>Records waiting to be written.</summary>
    public long Pending => Accepted - Written - Dropped - Lost;

    /// <summary>The files written.</summary>
    public IReadOnlyList<TraceSegment> Segments { get; init; } = [];

    /// <summary>What two sinks did together.</summary>
    internal static TraceSinkCounters? Sum(TraceSinkCounters? one, TraceSinkCounters? other) =>
        one is null || other is null ? one ?? other : new()
    {
        Accepted = one.Accepted + other.Accepted,
        Written = one.Written + other.Written,
        Dropped = one.Dropped + other.Dropped,
        Lost = one.Lost + other.Lost,
        Segments =
        [
            .. one.Segments.Concat(other.Segments).GroupBy(segment => segment.Path)
                .Select(same => new TraceSegment(same.Key, same.Sum(segment => segment.Rows), same.Max(segment => segment.Bytes))),
        ],
    };
}
