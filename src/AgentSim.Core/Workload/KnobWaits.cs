namespace AgentSim.Workload;

/// <summary>Cuts and divides what requests wait for beside others: tools, and delays.</summary>
internal static class KnobWaits
{
    public static WorkloadColumns Apply(WorkloadColumns load, WorkloadKnobs knobs)
    {
        if (load.Agentic is not { } agentic) return load with { Delay = Thought(load.Delay, knobs) };
        return load with { Agentic = agentic.PlayOf is null ? OfRows(agentic, knobs) : OfPlays(agentic, knobs) };
    }

    // Rows of version 1 have one delay, whoever lets them go, and begin when the last one did.
    private static AgenticColumns OfRows(AgenticColumns agentic, WorkloadKnobs knobs)
    {
        double[] think = Thought(agentic.ThinkMs!, knobs);
        double[] tools = knobs.ChangesTools ? new double[think.Length] : agentic.ToolWaitMs!;
        for (int request = 0; knobs.ChangesTools && request < tools.Length; request++) tools[request] = ToolWait(agentic, request, knobs);
        ReleaseEdges edges = agentic.OnCompletion;
        double[] delays = [.. edges.Requests.Select(request => think[request] + tools[request])];
        return agentic with { ThinkMs = think, ToolWaitMs = tools, OnCompletion = edges.With(delays) };
    }

    /// <summary>
    /// Rows of version 2 have an earliest start beside their dependencies, which moves with these: by the least, over all of them, of
    /// how far the other row moved and how much shorter the delay after it is.
    /// </summary>
    private static AgenticColumns OfPlays(AgenticColumns agentic, WorkloadKnobs knobs)
    {
        ReleaseEdges completions = agentic.OnCompletion;
        ReleaseEdges? dispatches = agentic.OnDispatch;
        double[] afterEnd = Thought(completions.DelayMs, knobs);
        double[]? afterStart = dispatches is null ? null : Thought(dispatches.DelayMs, knobs);

        int[] remaining = [.. agentic.DependencyCount];
        var moves = new double[remaining.Length];
        Array.Fill(moves, double.PositiveInfinity);
        var next = new Queue<int>();
        for (int request = 0; request < remaining.Length; request++)
        {
            if (remaining[request] > 0) continue;
            moves[request] = 0.0;
            next.Enqueue(request);
        }

        while (next.TryDequeue(out int request))
        {
            Follow(completions, afterEnd, request);
            if (dispatches is not null) Follow(dispatches, afterStart!, request);
        }

        double[] earliest = [.. agentic.EarliestStart];
        for (int request = 0; request < earliest.Length; request++) earliest[request] -= moves[request];
        return agentic with { EarliestStart = earliest, OnCompletion = completions.With(afterEnd),
            OnDispatch = dispatches?.With(afterStart!) };

        void Follow(ReleaseEdges edges, double[] delays, int source)
        {
            for (int edge = edges.Start[source]; edge < edges.Start[source + 1]; edge++)
            {
                int request = edges.Requests[edge];
                moves[request] = Math.Min(moves[request], moves[source] + (edges.DelayMs[edge] - delays[edge]));
                remaining[request]--;
                if (remaining[request] == 0) next.Enqueue(request);
            }
        }
    }

    private static double[] Thought(double[] delays, WorkloadKnobs knobs)
    {
        double most = knobs.MaxIdleSeconds * 1000.0 ?? double.PositiveInfinity;
        return [.. delays.Select(delay => Math.Min(delay, most) / knobs.ThinkSpeedupRatio)];
    }

    // Of classes that are not equally fast, each piece of the wait takes as long as the slowest tool that ran in it.
    private static double ToolWait(AgenticColumns agentic, int request, WorkloadKnobs knobs)
    {
        double wait = agentic.ToolWaitMs![request];
        double left = Math.Min(wait, knobs.MaxToolWaitSeconds * 1000.0 ?? double.PositiveInfinity);
        ToolSpeedup speedup = knobs.ToolSpeedupRatio;
        if (speedup.Classes.Count == 0 || agentic.Tools is not { } tools || wait <= 0.0) return left / speedup.Ratio;
        double taken = 0.0;
        foreach ((string[] classes, double ms) in tools.PiecesOf(request, wait))
            taken += ms / (classes.Length == 0 ? speedup.Ratio : classes.Min(toolClass => speedup[toolClass]));
        return taken * (left / wait);
    }
}
