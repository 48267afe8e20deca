namespace AgentSim.Imports.Weka;

/// <summary>
/// What the times of sub-agents mean: the public collections differ, and no field says so. Decided once for all traces of
/// an import, for a single one may fit both ways.
/// </summary>
/// <param name="IsRelative">Whether the times of a sub-agent's calls count from its start, not from that of the trace.</param>
/// <param name="IsEnd">Whether the time of a marker is the agent's end, not its start.</param>
internal sealed record WekaTimes(bool IsRelative, bool IsEnd)
{
    // Times are partly rounded to whole seconds.
    private const double Slack = 1;

    /// <summary>Whether some traces speak for relative times and others for absolute ones.</summary>
    public bool IsContradictory { get; private init; }

    /// <summary>Agents that were waited for and fit between two calls of their parent if the marker is their start.</summary>
    public int FitAsStart { get; private init; }

    /// <summary>Those that fit if it is their end.</summary>
    public int FitAsEnd { get; private init; }

    /// <summary>Decides by what fits best.</summary>
    public static WekaTimes Decide(IReadOnlyCollection<WekaTrace> traces)
    {
        int relative = 0, absolute = 0;
        foreach ((WekaThread _, WekaAgent agent) in Agents(traces))
        {
            if (agent.Time is not { } time || agent.Calls.Count == 0) continue;
            double first = agent.Calls.Min(call => call.Time), earliest = time - (agent.Duration ?? 0) - Slack;
            if (first < earliest) relative++;
            else if (earliest > 0 || first >= Math.Max(time - Slack, Slack)) absolute++;   // otherwise it may be either
        }

        bool isRelative = relative > 0 || absolute == 0;
        int start = 0, end = 0;
        foreach ((WekaThread parent, WekaAgent agent) in Agents(traces))
        {
            if (agent is not { Time: { } time, Duration: > 0 and { } duration, IsBackground: false }) continue;
            if (Fits(parent, agent, time, duration, isRelative)) start++;
            if (Fits(parent, agent, time - duration, duration, isRelative)) end++;
        }

        return new WekaTimes(isRelative, end > start || (end == start && isRelative))
        {
            IsContradictory = relative > 0 && absolute > 0,
            FitAsStart = start,
            FitAsEnd = end,
        };
    }

    /// <summary>When an agent was started, in seconds of the trace.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="spawn">End of the call of its parent before its marker; for a marker without a time.</param>
    public double StartOf(WekaAgent agent, double spawn)
    {
        double start = agent.Time is not { } time ? spawn : IsEnd && !agent.IsBackground ? time - (agent.Duration ?? 0) : time;
        if (!IsRelative && agent.Calls.Count > 0) start = Math.Min(start, agent.Calls.Min(call => call.Time));
        return Math.Max(0, start);
    }

    // An agent that was waited for runs between the answer that asked for it and its parent's next call.
    private static bool Fits(WekaThread parent, WekaAgent agent, double start, double duration, bool isRelative)
    {
        WekaCall? before = null, after = null;
        foreach (WekaCall call in parent.Calls)
        {
            if (call.Time > start + Slack && (after is null || call.Time < after.Time)) after = call;
            if (call.Time <= start + Slack && (before is null || call.Time >= before.Time)) before = call;
        }

        if (before is null || before.Time + (before.ApiTime ?? 0) > start + Slack) return false;
        if (after is not null && after.Time < start + duration - Slack) return false;
        if (isRelative || agent.Calls.Count == 0) return true;
        return agent.Calls.Min(call => call.Time) >= start - Slack
            && agent.Calls.Max(call => call.Time + (call.ApiTime ?? 0)) <= start + duration + Slack;
    }

    private static IEnumerable<(WekaThread Parent, WekaAgent Agent)> Agents(IReadOnlyCollection<WekaTrace> traces) =>
        traces.SelectMany(trace => trace.Agents.Select(agent => ((WekaThread)trace, agent)));
}
