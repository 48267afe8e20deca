using AgentSim.Draws;

namespace AgentSim.Imports;

/// <summary>
/// Cuts long pauses and moves the starts of sessions, if asked for. A session and its sub-agents move together: only
/// stretches in which none of them has a request under way get shorter, so that order and overlaps stay as they were.
/// </summary>
internal sealed class TimeShift(ImportOptions options, ImportSink sink)
{
    /// <summary>Changes the times of requests and tool calls.</summary>
    public void Apply(List<SourceRequest> requests, List<SourceTool> tools)
    {
        if (options is { MaxIdleSeconds: null, MaxToolWaitSeconds: null, Start: SessionStart.Keep } || requests.Count == 0) return;
        var trees = new Dictionary<object, Tree>();
        foreach (SourceRequest request in requests) Of(request.Session?.Root ?? (object)request).Requests.Add(request);
        foreach (SourceTool tool in tools) Of(tool.Session.Root).Tools.Add(tool);
        List<Tree> ordered = [.. trees.Values.Where(tree => tree.Requests.Count > 0)];
        foreach (Tree tree in ordered)
        {
            tree.Requests.Sort(RequestOrder.Compare);
            tree.Tools.Sort(RequestOrder.Compare);
            if (options.MaxIdleSeconds is not null || options.MaxToolWaitSeconds is not null) Shorten(tree);
        }

        if (options.Start == SessionStart.Keep) return;
        ordered.Sort((x, y) => RequestOrder.Compare(x.Requests[0], y.Requests[0]));
        double start = ordered[0].Requests[0].StartMs;
        var draws = new ChaCha12(options.Seed);
        foreach (Tree tree in ordered)
        {
            long by = (long)Math.Round(start) - tree.Requests[0].StartMs;
            foreach (SourceRequest request in tree.Requests) (request.StartMs, request.EndMs) = (request.StartMs + by, request.EndMs + by);
            foreach (SourceTool tool in tree.Tools) (tool.StartMs, tool.EndMs) = (tool.StartMs + by, tool.EndMs + by);
            if (options.Start == SessionStart.Rate) start += Gap(draws);
        }

        Tree Of(object root)
        {
            if (!trees.TryGetValue(root, out Tree? tree)) trees.Add(root, tree = new Tree());
            return tree;
        }
    }

    // Exponential: arrivals that know nothing of each other.
    private double Gap(ChaCha12 draws)
    {
        double uniform = ((draws.NextUInt64() >> 11) + 1) * (1.0 / (1L << 53));
        return -Math.Log(uniform) / options.StartRate * 1000;
    }

    private void Shorten(Tree tree)
    {
        var map = new TimeMap();
        List<(long Start, long End)> waits = [.. Union(tree.Tools.Select(tool => (tool.StartMs, tool.EndMs)))];
        int wait = 0;
        long busyUntil = long.MaxValue;
        foreach (SourceRequest request in tree.Requests)
        {
            if (busyUntil < request.StartMs) AddPause(map, busyUntil, request.StartMs, waits, ref wait);
            busyUntil = busyUntil == long.MaxValue ? request.EndMs : Math.Max(busyUntil, request.EndMs);
        }

        if (map.IsEmpty) return;
        foreach (SourceRequest request in tree.Requests)
            (request.StartMs, request.EndMs) = (map.At(request.StartMs), map.At(request.EndMs));
        foreach (SourceTool tool in tree.Tools)
        {
            long before = tool.EndMs - tool.StartMs;
            (tool.StartMs, tool.EndMs) = (map.At(tool.StartMs), map.At(tool.EndMs));
            if (tool.EndMs - tool.StartMs != before && tool.DurationMs > tool.EndMs - tool.StartMs) tool.DurationMs = null;
        }
    }

    // A pause is made of stretches in which a tool runs and stretches in which nothing does; each kind has its own limit.
    private void AddPause(TimeMap map, long from, long to, List<(long Start, long End)> waits, ref int wait)
    {
        while (wait < waits.Count && waits[wait].End <= from) wait++;
        var stretches = new List<(long Start, long End, bool IsTool)>();
        long at = from, toolTime = 0;
        for (int i = wait; i < waits.Count && waits[i].Start < to; i++)
        {
            long start = Math.Max(waits[i].Start, at), end = Math.Min(waits[i].End, to);
            if (start > at) stretches.Add((at, start, false));
            if (end > start) stretches.Add((start, end, true));
            toolTime += end - start;
            at = end;
        }

        if (to > at) stretches.Add((at, to, false));
        double idle = Scale(to - from - toolTime, options.MaxIdleSeconds), tools = Scale(toolTime, options.MaxToolWaitSeconds);
        if (idle < 1) sink.CutPauses++;
        if (tools < 1) sink.CutToolWaits++;
        if (idle >= 1 && tools >= 1) return;
        foreach ((long start, long end, bool isTool) in stretches) map.Add(start, end, isTool ? tools : idle);
    }

    private static double Scale(long milliseconds, double? mostSeconds) =>
        mostSeconds is { } most && milliseconds > most * 1000 ? most * 1000 / milliseconds : 1;

    private static IEnumerable<(long Start, long End)> Union(IEnumerable<(long Start, long End)> sorted)
    {
        (long Start, long End)? open = null;
        foreach ((long start, long end) in sorted)
        {
            if (open is not { } current) open = (start, end);
            else if (start <= current.End) open = (current.Start, Math.Max(current.End, end));
            else
            {
                yield return current;
                open = (start, end);
            }
        }

        if (open is { } last) yield return last;
    }

    private sealed class Tree
    {
        public List<SourceRequest> Requests { get; } = [];

        public List<SourceTool> Tools { get; } = [];
    }

    /// <summary>Old times to new ones: stretches that shrink, in order; between them time passes as before.</summary>
    private sealed class TimeMap
    {
        private readonly List<(long Start, long End, double Scale, double RemovedBefore)> _stretches = [];
        private double _removed;

        public bool IsEmpty => _stretches.Count == 0;

        public void Add(long start, long end, double scale)
        {
            if (scale >= 1) return;
            _stretches.Add((start, end, scale, _removed));
            _removed += (end - start) * (1 - scale);
        }

        public long At(long time)
        {
            int low = 0, high = _stretches.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_stretches[middle].Start <= time) low = middle + 1;
                else high = middle;
            }

            if (low == 0) return time;
            (long start, long end, double scale, double removed) = _stretches[low - 1];
            removed += (Math.Min(time, end) - start) * (1 - scale);
            return time - (long)Math.Round(removed);
        }
    }
}
