using System.Globalization;

namespace AgentSim.Workload;

/// <summary>Where copies of the agents start.</summary>
public enum CopiesOffset
{
    /// <summary>Turned round the whole window of the starts: the load is N times as dense, and bursts are flattened.</summary>
    Window,

    /// <summary>Within one mean gap between starts of the original: bursts stay, and are N times as high.</summary>
    Gap,
}

/// <summary>
/// What a replay changes of its workload rather than of the servers: how fast tools and people are, how many agents there are. Each at
/// its neutral value changes nothing. They are applied in this order: copies; pauses cut to a longest; ratios of waits; starts of
/// tasks; outputs. A task is a play of rows of version 2, the sessions of agentic rows of version 1 that wait for each other or were
/// spawned by each other, or else a session.
/// </summary>
public sealed record WorkloadKnobs
{
    /// <summary>Seed of the offsets of copies unless another is given.</summary>
    public const ulong DefaultCopiesSeed = 42;

    /// <summary>Changes nothing.</summary>
    public static WorkloadKnobs Neutral { get; } = new();

    /// <summary>
    /// Divides the time from the first start of a task to every other; what happens inside a task keeps its offsets. Finite and positive.
    /// </summary>
    public double TaskArrivalSpeedupRatio { get; init; } = 1.0;

    /// <summary>Divides waits for tools (<c>tool_wait_ms</c>).</summary>
    public ToolSpeedup ToolSpeedupRatio { get; init; } = ToolSpeedup.Neutral;

    /// <summary>Divides delays, which are all waits but those for tools. Finite and positive.</summary>
    public double ThinkSpeedupRatio { get; init; } = 1.0;

    /// <summary>Multiplies the output tokens of every request; of a request with any, at least one stays. Finite and positive.</summary>
    public double OutputRatio { get; init; } = 1.0;

    /// <summary>The longest delay in seconds; longer ones are cut to it before they are divided. Null: any.</summary>
    public double? MaxIdleSeconds { get; init; }

    /// <summary>The longest wait for tools in seconds; longer ones are cut to it before they are divided. Null: any.</summary>
    public double? MaxToolWaitSeconds { get; init; }

    /// <summary>How many times the agents of the trace run, at least 1.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>The window round which copies are turned, seconds; null: that of the starts.</summary>
    public double? CopiesWindowSeconds { get; init; }

    /// <summary>
    /// How many blocks at the beginning of prompts copies have in common; null: prefixes that two tasks, and 5 % of them, have.
    /// </summary>
    public int? CopiesShared { get; init; }

    /// <summary>Where copies start.</summary>
    public CopiesOffset CopiesOffset { get; init; }

    /// <summary>Seed of the offsets of copies.</summary>
    public ulong CopiesSeed { get; init; } = DefaultCopiesSeed;

    /// <summary>
    /// Closed loop of tasks: so many at a time, in the order of their starts; starts are otherwise ignored. Null: by their starts.
    /// </summary>
    public int? ConcurrentTasks { get; init; }

    /// <summary>Whether nothing changes.</summary>
    public bool IsNeutral => ConcurrentTasks is null && !ChangesRows;

    /// <summary>Whether copies are made.</summary>
    internal bool HasCopies => Copies != 1;

    /// <summary>Whether waits change.</summary>
    internal bool ChangesWaits => ThinkSpeedupRatio != 1.0 || MaxIdleSeconds is not null || ChangesTools;

    /// <summary>Whether waits for tools change, which only agentic rows of version 1 tell from delays.</summary>
    internal bool ChangesTools => !ToolSpeedupRatio.IsNeutral || MaxToolWaitSeconds is not null;

    /// <summary>Whether anything changes but who runs when.</summary>
    internal bool ChangesRows => HasCopies || ChangesWaits || TaskArrivalSpeedupRatio != 1.0 || OutputRatio != 1.0;

    /// <summary>What is not neutral, in words that are the names of the settings in reports.</summary>
    public override string ToString() => string.Join(' ', Settings().Select(setting => $"{setting.Key}={Text(setting.Value)}"));

    /// <summary>What is not neutral, by the names that reports have for it.</summary>
    internal IEnumerable<KeyValuePair<string, object?>> Settings()
    {
        if (Copies != 1)
        {
            yield return new("copies", Copies);
            if (CopiesWindowSeconds is { } window) yield return new("copies_window_seconds", window);
            if (CopiesShared is { } shared) yield return new("copies_shared", shared);
            if (CopiesOffset != CopiesOffset.Window) yield return new("copies_offset", "gap");
            if (CopiesSeed != DefaultCopiesSeed) yield return new("copies_seed", CopiesSeed);
        }

        if (ConcurrentTasks is { } tasks) yield return new("concurrent_tasks", tasks);
        if (TaskArrivalSpeedupRatio != 1.0) yield return new("task_arrival_speedup_ratio", TaskArrivalSpeedupRatio);
        if (!ToolSpeedupRatio.IsNeutral) yield return new("tool_speedup_ratio", ToolSpeedupRatio.Written());
        if (ThinkSpeedupRatio != 1.0) yield return new("think_speedup_ratio", ThinkSpeedupRatio);
        if (MaxIdleSeconds is { } idle) yield return new("max_idle_seconds", idle);
        if (MaxToolWaitSeconds is { } wait) yield return new("max_tool_wait_seconds", wait);
        if (OutputRatio != 1.0) yield return new("output_ratio", OutputRatio);
    }

    private string? Text(object? value) =>
        value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : value as string ?? ToolSpeedupRatio.ToString();
}
