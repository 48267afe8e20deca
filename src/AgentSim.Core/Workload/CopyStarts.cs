using System.Diagnostics;
using System.Globalization;
using AgentSim.Draws;

namespace AgentSim.Workload;

/// <summary>
/// When the tasks of copies start. Of N copies, copy c (from 1) is turned by (c + u) / N of a window round it, u drawn from [0, 1) once for
/// each copy; or moved by that part of one mean gap between starts.
/// </summary>
internal sealed class CopyStarts
{
    private readonly WorkloadTasks _tasks;
    private readonly double _first;
    private readonly double[] _offset;   // by copy
    private readonly bool _turns;

    public CopyStarts(WorkloadColumns load, WorkloadTasks tasks, WorkloadKnobs knobs)
    {
        _tasks = tasks;
        // Starts of sessions may be unknown, in closed loops, which do not ask for them.
        double[] starts = [.. tasks.Start.Where(double.IsFinite)];
        (_first, double last) = starts.Length == 0 ? (0.0, 0.0) : (starts.Min(), starts.Max());
        double span = last - _first;
        double own = starts.Length > 1 ? span * starts.Length / (starts.Length - 1) : RecordedLength(load, _first);
        _turns = knobs.CopiesOffset == CopiesOffset.Window;
        WindowMs = _turns ? knobs.CopiesWindowSeconds * 1000.0 ?? own : own / Math.Max(1, starts.Length);
        if (WindowMs < span && _turns)
        {
            throw Errors.WorkloadKnobRefused.Error(string.Create(CultureInfo.InvariantCulture,
                $"{Setting.CopiesWindowSeconds} {WindowMs / 1000.0} is shorter than the {span / 1000.0} s from the first start of a "
                + $"task to the last; give at least that"));
        }

        if (!double.IsFinite(_first + span + WindowMs))
            throw Errors.WorkloadKnobRefused.Error("the times of these rows are too long to be moved for copies; leave the copies out");
        var draws = new ChaCha12(knobs.CopiesSeed);
        _offset = new double[knobs.Copies];
        for (int copy = 1; copy < _offset.Length; copy++) _offset[copy] = (copy + draws.NextDouble()) / knobs.Copies * WindowMs;
    }

    /// <summary>The window, or the gap, in milliseconds.</summary>
    public double WindowMs { get; }

    /// <summary>Times of all copies, each moved as its task is.</summary>
    /// <param name="times">Those of the first copy; NaN stays.</param>
    /// <param name="taskOf">The task of each.</param>
    /// <param name="copies">How many copies there are.</param>
    public double[] Moved(double[] times, Func<int, int> taskOf, int copies)
    {
        double[] all = Repeat.Same(times, copies);
        for (int at = times.Length; at < all.Length; at++)
        {
            double start = _tasks.Start[taskOf(at % times.Length)];
            all[at] = Start(start, at / times.Length) + (all[at] - start);
        }

        return all;
    }

    private double Start(double start, int copy)
    {
        double moved = start - _first + _offset[copy];
        if (_turns && moved >= WindowMs) moved -= WindowMs;
        Debug.Assert(!(moved < 0.0), "offsets are shorter than the window");
        return _first + moved;
    }

    // As far as rows know it: the latest time they have, or all waits one after the other.
    private static double RecordedLength(WorkloadColumns load, double first)
    {
        if (load.Agentic is not { } agentic) return load.Delay.Sum();
        double latest = double.IsFinite(agentic.Latest) ? agentic.Latest - first : 0.0;
        return Math.Max(latest, LongestWaits(agentic));
    }

    private static double LongestWaits(AgenticColumns agentic)
    {
        int[] remaining = [.. agentic.DependencyCount];
        var ready = new double[remaining.Length];
        var next = new Queue<int>(Enumerable.Range(0, remaining.Length).Where(request => remaining[request] == 0));
        while (next.TryDequeue(out int request))
        {
            Follow(agentic.OnCompletion, request);
            if (agentic.OnDispatch is { } dispatches) Follow(dispatches, request);
        }

        return ready.Max();

        void Follow(ReleaseEdges edges, int source)
        {
            for (int edge = edges.Start[source]; edge < edges.Start[source + 1]; edge++)
            {
                int request = edges.Requests[edge];
                ready[request] = Math.Max(ready[request], ready[source] + edges.DelayMs[edge]);
                remaining[request]--;
                if (remaining[request] == 0) next.Enqueue(request);
            }
        }
    }
}
