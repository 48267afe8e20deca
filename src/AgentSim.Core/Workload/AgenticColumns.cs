using AgentSim.Collections;

namespace AgentSim.Workload;

/// <summary>What ties agentic requests together, by request (behaviour 01#6.4 and 01#12.3).</summary>
internal sealed record AgenticColumns
{
    public required NameTable RequestIds { get; init; }

    /// <summary>Time that becomes 0 when the replay starts.</summary>
    public required double Origin { get; init; }

    /// <summary>The latest time that any row has; not finite where none has one. Without influence on a replay.</summary>
    public required double Latest { get; init; }

    /// <summary>Earliest starts before <see cref="Origin"/> is taken off; NaN: from 0 on.</summary>
    public required double[] EarliestStart { get; init; }

    /// <summary>How many events each request waits for.</summary>
    public required int[] DependencyCount { get; init; }

    /// <summary>
    /// The rest of each request's delay, milliseconds; null where <see cref="ToolWaitMs"/> is. Without influence on a replay.
    /// </summary>
    public double[]? ThinkMs { get; init; }

    /// <summary>
    /// Part of each request's delay that is tool work, milliseconds; null where that is not known. Without influence on a replay.
    /// </summary>
    public double[]? ToolWaitMs { get; init; }

    /// <summary>What the end of a request lets go.</summary>
    public required ReleaseEdges OnCompletion { get; init; }

    /// <summary>What the start of a request lets go; null where that lets nothing go.</summary>
    public ReleaseEdges? OnDispatch { get; init; }

    /// <summary>
    /// The play of each request; null where a request that fails concerns no other. The failure of a request ends its play.
    /// </summary>
    public int[]? PlayOf { get; init; }

    /// <summary>The names of the plays that <see cref="PlayOf"/> numbers.</summary>
    public string[]? PlayNames { get; init; }

    /// <summary>
    /// Pairs of requests of which the first spawned the session of the second, whether or not anybody waits for that. Without
    /// influence on a replay; rows that name requests which are not there are passed over.
    /// </summary>
    public (int Request, int Branch)[] Branches { get; init; } = [];

    /// <summary>
    /// When each request ran as it was recorded, milliseconds since 1970; null where the input holds no ends. Without influence on a
    /// replay.
    /// </summary>
    public (long Start, long End)[]? Recorded { get; init; }

    /// <summary>The tools that ran before the requests; null where the rows name none. Without influence on a replay.</summary>
    public ReportedTools? Tools { get; init; }
}
