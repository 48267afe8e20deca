using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary>The options that change the workload: of a replay each has one value, of a sweep several, which are combined.</summary>
internal static class KnobArguments
{
    public static IReadOnlyList<OptionSpec> Options { get; } =
    [
        new("--copies", "N", "Runs the agents of the trace N times, with starts of their own (default 1)"),
        new("--copies-window-seconds", "X", "The window round which copies are turned (default: that of the starts)"),
        new("--copies-shared", "BLOCKS",
            "Blocks at the beginning of prompts that copies have in common (default: what several tasks have in common)"),
        new("--copies-offset", "HOW", "Where copies start: window (default) or gap, within one mean gap of the originals"),
        new("--copies-seed", "N", "Seed of the starts of copies (default 42)"),
        new("--concurrent-tasks", "N", "Closed loop of tasks: N agents at a time, each with its sub-agents; their starts are ignored"),
        new("--task-arrival-speedup-ratio", "X", "Divides the times between the starts of tasks (default 1.0)"),
        new("--tool-speedup-ratio", "X", "Divides waits for tools: 2, bash=2 for one class of tools, or 1.5,bash=2 (default 1.0)"),
        new("--think-speedup-ratio", "X", "Divides all delays but waits for tools (default 1.0)"),
        new("--max-idle-seconds", "X", "Cuts longer delays to this; what follows in the task moves along"),
        new("--max-tool-wait-seconds", "X", "Cuts longer waits for tools to this; what follows in the task moves along"),
        new("--output-ratio", "X", "Multiplies output tokens (default 1.0)"),
    ];

    /// <summary>Those of a sweep.</summary>
    public static IReadOnlyList<OptionSpec> Swept { get; } =
        [.. Options.Select(option => option with { Placeholder = option.Placeholder + "...", Value = OptionValue.Many })];

    /// <summary>The names of those that were given.</summary>
    public static IEnumerable<string> Given(OptionValues values) => Options.Select(option => option.Name).Where(values.Has);

    /// <summary>All combinations of the values; of a replay there is one.</summary>
    /// <exception cref="AgentSimException">A value is not of the kind of its option.</exception>
    public static KnobGrid Read(OptionValues values) => new()
    {
        Copies = values.Each("--copies", Count, 1),
        CopiesWindowSeconds = values.Each("--copies-window-seconds", (name, text) => (double?)OptionValues.Real(name, text), null),
        CopiesShared = values.Each("--copies-shared", (name, text) => (int?)Count(name, text), null),
        CopiesOffsets = values.Each("--copies-offset", Offset, CopiesOffset.Window),
        CopiesSeeds = values.Each(
            "--copies-seed", (name, text) => (ulong)InRange(name, text, ulong.MaxValue), WorkloadKnobs.DefaultCopiesSeed),
        ConcurrentTasks = values.Each("--concurrent-tasks", (name, text) => (int?)Count(name, text), null),
        TaskArrivalSpeedupRatios = values.Each("--task-arrival-speedup-ratio", OptionValues.Real, 1.0),
        ToolSpeedupRatios = values.Each("--tool-speedup-ratio", static (_, text) => ToolSpeedup.Parse(text), ToolSpeedup.Neutral),
        ThinkSpeedupRatios = values.Each("--think-speedup-ratio", OptionValues.Real, 1.0),
        MaxIdleSeconds = values.Each("--max-idle-seconds", (name, text) => (double?)OptionValues.Real(name, text), null),
        MaxToolWaitSeconds = values.Each("--max-tool-wait-seconds", (name, text) => (double?)OptionValues.Real(name, text), null),
        OutputRatios = values.Each("--output-ratio", OptionValues.Real, 1.0),
    };

    /// <summary>A whole number from 0.</summary>
    public static int Count(string name, string text) => (int)InRange(name, text, int.MaxValue);

    /// <summary>A whole number from 0 to some other.</summary>
    public static Int128 InRange(string name, string text, Int128 most)
    {
        Int128 value = OptionValues.Whole(name, text);
        return value >= 0 && value <= most ? value : throw Errors.OptionsRefused.Error($"{name} must be from 0 to {most} (is {value})");
    }

    private static CopiesOffset Offset(string name, string text) => text switch
    {
        "window" => CopiesOffset.Window,
        "gap" => CopiesOffset.Gap,
        _ => throw Errors.OptionValueInvalid.Error($"{name} must be window or gap (is {Quote.Of(text)})"),
    };
}
