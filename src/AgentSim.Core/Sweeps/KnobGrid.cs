using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// The changes of a workload that a sweep combines, each with one value, which changes nothing, unless it says more; no axis may be empty.
/// </summary>
public sealed record KnobGrid
{
    /// <summary>Divisors of the starts of tasks.</summary>
    public IReadOnlyList<double> TaskArrivalSpeedupRatios { get; init; } = [1.0];

    /// <summary>Divisors of waits for tools.</summary>
    public IReadOnlyList<ToolSpeedup> ToolSpeedupRatios { get; init; } = [ToolSpeedup.Neutral];

    /// <summary>Divisors of delays.</summary>
    public IReadOnlyList<double> ThinkSpeedupRatios { get; init; } = [1.0];

    /// <summary>Multipliers of outputs.</summary>
    public IReadOnlyList<double> OutputRatios { get; init; } = [1.0];

    /// <summary>Longest delays; null: any.</summary>
    public IReadOnlyList<double?> MaxIdleSeconds { get; init; } = [null];

    /// <summary>Longest waits for tools; null: any.</summary>
    public IReadOnlyList<double?> MaxToolWaitSeconds { get; init; } = [null];

    /// <summary>Numbers of copies.</summary>
    public IReadOnlyList<int> Copies { get; init; } = [1];

    /// <summary>Windows of copies; null: that of the starts.</summary>
    public IReadOnlyList<double?> CopiesWindowSeconds { get; init; } = [null];

    /// <summary>Blocks that copies have in common; null: what tasks have in common.</summary>
    public IReadOnlyList<int?> CopiesShared { get; init; } = [null];

    /// <summary>Where copies start.</summary>
    public IReadOnlyList<CopiesOffset> CopiesOffsets { get; init; } = [CopiesOffset.Window];

    /// <summary>Seeds of the offsets of copies.</summary>
    public IReadOnlyList<ulong> CopiesSeeds { get; init; } = [WorkloadKnobs.DefaultCopiesSeed];

    /// <summary>Closed loops of tasks; null: by their starts.</summary>
    public IReadOnlyList<int?> ConcurrentTasks { get; init; } = [null];

    /// <summary>All combinations; the number of concurrent tasks changes fastest, that of copies slowest.</summary>
    public IReadOnlyList<WorkloadKnobs> All() =>
    [
        .. from copied in Copied()
           from waits in Waits(copied)
           from output in OutputRatios
           from tasks in ConcurrentTasks
           select waits with { OutputRatio = output, ConcurrentTasks = tasks },
    ];

    private IEnumerable<WorkloadKnobs> Copied() =>
        from copies in Copies
        from window in CopiesWindowSeconds
        from shared in CopiesShared
        from offset in CopiesOffsets
        from seed in CopiesSeeds
        select new WorkloadKnobs { Copies = copies, CopiesWindowSeconds = window, CopiesShared = shared, CopiesOffset = offset,
            CopiesSeed = seed };

    private IEnumerable<WorkloadKnobs> Waits(WorkloadKnobs knobs) =>
        from arrivals in TaskArrivalSpeedupRatios
        from tools in ToolSpeedupRatios
        from think in ThinkSpeedupRatios
        from idle in MaxIdleSeconds
        from wait in MaxToolWaitSeconds
        select knobs with { TaskArrivalSpeedupRatio = arrivals, ToolSpeedupRatio = tools, ThinkSpeedupRatio = think, MaxIdleSeconds = idle,
            MaxToolWaitSeconds = wait };
}
