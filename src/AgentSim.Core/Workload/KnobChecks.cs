using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>What knobs refuse: values that mean nothing, and what does not go together.</summary>
internal static class KnobChecks
{
    /// <summary>The checks that need no workload.</summary>
    /// <param name="knobs">The knobs.</param>
    /// <param name="format">The format of the workload; null for synthetic load.</param>
    /// <param name="concurrency">Closed loop of sessions.</param>
    public static void CheckSettings(WorkloadKnobs knobs, TraceFormat? format, int? concurrency)
    {
        CheckRatio(Setting.TaskArrivalSpeedupRatio, knobs.TaskArrivalSpeedupRatio);
        CheckRatio(Setting.ThinkSpeedupRatio, knobs.ThinkSpeedupRatio);
        CheckRatio(Setting.OutputRatio, knobs.OutputRatio);
        CheckSeconds(Setting.MaxIdleSeconds, knobs.MaxIdleSeconds);
        CheckSeconds(Setting.MaxToolWaitSeconds, knobs.MaxToolWaitSeconds);
        CheckSeconds(Setting.CopiesWindowSeconds, knobs.CopiesWindowSeconds);
        CheckLeast(Setting.Copies, knobs.Copies, 1);
        CheckLeast(Setting.CopiesShared, knobs.CopiesShared, 0);
        CheckLeast(Setting.ConcurrentTasks, knobs.ConcurrentTasks, 1);
        if (format is null && !knobs.IsNeutral)
            throw Refused($"{First(knobs)} changes a trace; synthetic load has settings of its own for what it is like");
        if (knobs.CopiesOffset == CopiesOffset.Gap && knobs.CopiesWindowSeconds is not null)
            throw Refused(
                $"{Setting.CopiesWindowSeconds} is the window round which copies are turned; with {Setting.CopiesOffset} gap there is "
                    + "none");
        if (knobs.ConcurrentTasks is null) return;
        if (concurrency is not null)
            throw Refused($"{Setting.ConcurrentTasks} and {Setting.Concurrency} are both closed loops; give one of them");
        if (knobs.TaskArrivalSpeedupRatio != 1.0)
            throw Refused(
                $"{Setting.TaskArrivalSpeedupRatio} moves the starts of tasks, which {Setting.ConcurrentTasks} ignores; leave one of "
                    + "them out");
    }

    /// <summary>The checks of a workload that passed the others.</summary>
    public static void CheckLoad(WorkloadColumns load, WorkloadKnobs knobs)
    {
        if (knobs.IsNeutral) return;
        if (knobs.ChangesTools) CheckTools(load, knobs);
        if (knobs.ConcurrentTasks is not { } most) return;
        if (!WorkloadTasks.AreKnown(load))
            throw Refused(
                $"{Setting.ConcurrentTasks} needs tasks, and these requests belong to no session and wait for nothing; use "
                    + $"{Setting.Concurrency}");
        int tasks = WorkloadTasks.Of(load).Count;
        if (most > (long)tasks * knobs.Copies)
            throw Refused(
                $"{Setting.ConcurrentTasks} is {most}, and there are only {(long)tasks * knobs.Copies} tasks; give fewer, or more "
                    + $"{Setting.Copies}");
    }

    private static void CheckTools(WorkloadColumns load, WorkloadKnobs knobs)
    {
        if (load.Agentic?.ToolWaitMs is null)
        {
            throw Refused(
                $"{(knobs.ToolSpeedupRatio.IsNeutral ? Setting.MaxToolWaitSeconds : Setting.ToolSpeedupRatio)} needs rows that tell "
                    + "waits for tools from other delays, "
                + $"which are agentic rows of version 1 and request traces of agents; use {Setting.ThinkSpeedupRatio} for all delays "
                + "of these");
        }

        IReadOnlyList<string> known = load.Agentic.Tools?.Classes ?? [];
        if (knobs.ToolSpeedupRatio.Classes.Keys.FirstOrDefault(name => !known.Contains(name)) is not { } unknown) return;
        throw Refused($"{Setting.ToolSpeedupRatio} names the tool class {Quote.Of(unknown)}, and "
            + (known.Count == 0
                ? "the rows name none"
                : $"the rows have {string.Join(", ", known.Order(StringComparer.Ordinal).Take(12).Select(Quote.Plain))}"
                + (known.Count > 12 ? " and others" : "")));
    }

    private static Term First(WorkloadKnobs knobs)
    {
        if (knobs.HasCopies) return Setting.Copies;
        if (knobs.ConcurrentTasks is not null) return Setting.ConcurrentTasks;
        if (knobs.TaskArrivalSpeedupRatio != 1.0) return Setting.TaskArrivalSpeedupRatio;
        if (!knobs.ToolSpeedupRatio.IsNeutral) return Setting.ToolSpeedupRatio;
        if (knobs.ThinkSpeedupRatio != 1.0) return Setting.ThinkSpeedupRatio;
        if (knobs.OutputRatio != 1.0) return Setting.OutputRatio;
        return knobs.MaxIdleSeconds is not null ? Setting.MaxIdleSeconds : Setting.MaxToolWaitSeconds;
    }

    private static void CheckRatio(Term setting, double value)
    {
        if (!(value > 0.0) || !double.IsFinite(value))
            throw Invalid(FormattableString.Invariant($"{setting} must be finite and more than 0 (is {value})"));
    }

    private static void CheckSeconds(Term setting, double? value)
    {
        if (value is { } seconds && !(double.IsFinite(seconds) && seconds >= 0.0))
            throw Invalid(FormattableString.Invariant($"{setting} must be finite and not negative (is {seconds})"));
    }

    private static void CheckLeast(Term setting, int? value, int least)
    {
        if (value < least) throw Invalid($"{setting} must be at least {least} (is {value})");
    }

    private static AgentSimException Invalid(string message) => Errors.WorkloadKnobInvalid.Error(message);

    private static AgentSimException Refused(string message) => Errors.WorkloadKnobRefused.Error(message);
}
