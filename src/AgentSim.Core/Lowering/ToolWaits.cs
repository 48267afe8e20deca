using AgentSim.Rows;

namespace AgentSim.Lowering;

/// <summary>
/// Which tool calls ran before a row and how much of its gap they account for (behaviour 01#3.5). Calls without a
/// known consumer belong to the row in whose window they end; the windows of a session do not overlap, so that each
/// call is looked at once.
/// </summary>
internal sealed class ToolWaits
{
    private readonly ToolTable _tools;
    private readonly int[] _order;           // indices of _tools by session, start, end, load order
    private readonly int[] _offsets;         // of the sessions in _byEnd
    private readonly int[] _byEnd;           // indices of _order without a consumer, by session and end
    private readonly Dictionary<int, List<int>> _consumed = [];   // row -> indices of _order
    private readonly List<int> _found = [];

    public ToolWaits(RequestTable table, ToolTable tools)
    {
        _tools = tools;
        _order = Ordered(tools, table.Sessions.Count);
        _offsets = new int[table.Sessions.Count + 1];
        var byEnd = new List<int>(_order.Length);
        for (int i = 0; i < _order.Length; i++)
        {
            ref readonly LoweredTool tool = ref tools[_order[i]];
            if (tool.ConsumerId is { } consumer)
            {
                int row = table.Find(consumer);
                if (!_consumed.TryGetValue(row, out List<int>? list)) _consumed.Add(row, list = []);
                list.Add(i);
            }
            else if (!tool.IsBackground)
            {
                _offsets[tool.Session + 1]++;
                byEnd.Add(i);
            }
        }

        for (int session = 1; session < _offsets.Length; session++) _offsets[session] += _offsets[session - 1];
        _byEnd = [.. byEnd];
        for (int session = 0; session + 1 < _offsets.Length; session++)
        {
            Sort(_byEnd.AsSpan(_offsets[session].._offsets[session + 1]), (a, b) => End(a).CompareTo(End(b)));
        }
    }

    /// <summary>
    /// The calls to be listed with a row, and the two parts of its gap: the wait for tools begins when the last dependency ended
    /// and counts as long as a call runs; the rest is delay.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="session">Its session.</param>
    /// <param name="windowStart">Calls that end at or before this time belong to an earlier row.</param>
    /// <param name="ready">When the last dependency ended.</param>
    /// <param name="start">Start of the row.</param>
    /// <returns>The calls by start, the wait for them and the delay, both in milliseconds.</returns>
    public (ToolSpan[] Calls, long ToolWait, long Delay) SplitGap(int row, int session, long windowStart, long ready, long start)
    {
        ToolSpan[] calls = Before(row, session, windowStart, start);
        long toolWait = Covered(calls, ready, start);
        return (calls, toolWait, Math.Max(0, start - ready) - toolWait);
    }

    /// <summary>The calls to be listed with a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="session">Its session.</param>
    /// <param name="windowStart">Calls that end at or before this time belong to an earlier row.</param>
    /// <param name="start">Start of the row.</param>
    private ToolSpan[] Before(int row, int session, long windowStart, long start)
    {
        _found.Clear();
        ReadOnlySpan<int> byEnd = _byEnd.AsSpan(_offsets[session].._offsets[session + 1]);
        for (int i = FirstEndingAfter(byEnd, windowStart); i < byEnd.Length && End(byEnd[i]) <= start; i++) _found.Add(byEnd[i]);
        if (_consumed.TryGetValue(row, out List<int>? consumed)) _found.AddRange(consumed);
        if (_found.Count == 0) return [];
        _found.Sort();
        var spans = new ToolSpan[_found.Count];
        for (int i = 0; i < spans.Length; i++) spans[i] = _tools.Span(_order[_found[i]]);
        return spans;
    }

    /// <summary>Milliseconds between two times during which at least one of the calls (sorted by start) ran.</summary>
    private static long Covered(ToolSpan[] calls, long from, long to)
    {
        long covered = 0, coveredTo = from;
        foreach (ToolSpan call in calls)
        {
            long start = Math.Max(call.StartedAtUnixMs, coveredTo);
            long end = Math.Min(call.EndedAtUnixMs, to);
            if (end <= start) continue;
            covered += end - start;
            coveredTo = end;
        }

        return covered;
    }

    // By session first, which needs no comparison.
    private static int[] Ordered(ToolTable tools, int sessions)
    {
        var order = new int[tools.Count];
        var ends = new int[sessions + 1];
        for (int i = 0; i < order.Length; i++) ends[tools[i].Session + 1]++;
        for (int session = 0; session < sessions; session++) ends[session + 1] += ends[session];
        for (int i = 0; i < order.Length; i++) order[ends[tools[i].Session]++] = i;
        for (int session = 0, start = 0; session < sessions; start = ends[session++])
            Sort(order.AsSpan(start..ends[session]), (a, b) => Compare(tools[a], a, tools[b], b));
        return order;
    }

    // Mostly they are in order as they come.
    private static void Sort(Span<int> items, Comparison<int> compare)
    {
        for (int i = 1; i < items.Length; i++)
        {
            if (compare(items[i - 1], items[i]) <= 0) continue;
            items.Sort(compare);
            return;
        }
    }

    private static int Compare(in LoweredTool a, int indexA, in LoweredTool b, int indexB)
    {
        int order = a.Session.CompareTo(b.Session);
        if (order == 0) order = a.Start.CompareTo(b.Start);
        if (order == 0) order = a.End.CompareTo(b.End);
        return order != 0 ? order : indexA.CompareTo(indexB);
    }

    private long End(int index) => _tools[_order[index]].End;

    private int FirstEndingAfter(ReadOnlySpan<int> byEnd, long time)
    {
        int low = 0, high = byEnd.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (End(byEnd[middle]) > time) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
