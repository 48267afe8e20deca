using AgentSim.Collections;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Lowering;

/// <summary>
/// All requests in output order – by start, end, id – and grouped by session (behaviour 01#3.1). A row number is a
/// position in this order.
/// </summary>
internal sealed class RequestTable
{
    private readonly ChunkList<LoweredRequest> _requests;   // load order
    private readonly NameTable _ids;         // the same
    private readonly int[] _order;           // row -> position in load order
    private readonly int[] _rowOfNumber;     // the inverse
    private readonly int[] _sessionOffsets;
    private readonly int[] _sessionRows;     // rows by session, ascending within one

    /// <summary>Sorts the requests.</summary>
    /// <param name="requests">In load order.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="sessions">Their sessions; empty for a standard trace.</param>
    public RequestTable(ChunkList<LoweredRequest> requests, NameTable ids, SessionTable sessions)
    {
        (_requests, _ids, Sessions) = (requests, ids, sessions);
        _order = [.. Enumerable.Range(0, requests.Count)];
        SortByTime();
        _rowOfNumber = new int[_order.Length];
        for (int row = 0; row < _order.Length; row++) _rowOfNumber[_order[row]] = row;

        _sessionOffsets = new int[sessions.Count + 1];
        _sessionRows = new int[sessions.Count == 0 ? 0 : Count];
        if (sessions.Count == 0) return;
        for (int i = 0; i < requests.Count; i++) _sessionOffsets[requests[i].Session + 1]++;
        for (int i = 1; i < _sessionOffsets.Length; i++) _sessionOffsets[i] += _sessionOffsets[i - 1];
        int[] next = _sessionOffsets[..^1];
        for (int row = 0; row < Count; row++) _sessionRows[next[this[row].Session]++] = row;
    }

    public SessionTable Sessions { get; }

    /// <summary>The files that requests were read from.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Where a request was recorded; null for one made in memory.</summary>
    public RowOrigin? Origin(int row) => this[row] is { File: >= 0 and var file, Line: var line } ? new RowOrigin(Files[file], line) : null;

    /// <summary>The same for errors.</summary>
    public TracePlace Place(int row) => new(Origin(row)?.Path ?? "", Origin(row)?.Line ?? 0);

    public int Count => _order.Length;

    public ref readonly LoweredRequest this[int row] => ref _requests[_order[row]];

    /// <exception cref="AgentSimException">Rows wait for each other in a circle.</exception>
    public void CheckAcyclic(Dependencies dependencies)
    {
        int row = dependencies.FindCycle();
        if (row < 0) return;
        throw Place(row).Error(Errors.TraceCycle,
            $"request {Quote.Of(Id(row))} of session {Quote.Of(Sessions.Name(this[row].Session))} would wait for itself; "
            + "check the parent sessions and the times of its session");
    }

    public string Id(int row) => _ids[_order[row]];

    /// <summary>Orders rows by id.</summary>
    public int CompareIds(int left, int right) => Utf8Order.Compare(_ids.Characters(_order[left]), _ids.Characters(_order[right]));

    /// <summary>The row of a request id, -1 if there is none.</summary>
    public int Find(string id) => _ids.Find(id) is >= 0 and int number ? _rowOfNumber[number] : -1;

    /// <summary>The rows of a session, ascending.</summary>
    public ReadOnlySpan<int> SessionRows(int session) => _sessionRows.AsSpan(_sessionOffsets[session].._sessionOffsets[session + 1]);

    /// <summary>The last row of a session that starts at or before a time, -1 if there is none.</summary>
    public int LastStartedBy(int session, long time)
    {
        ReadOnlySpan<int> rows = SessionRows(session);
        int after = FirstIndex(rows, time, orEqual: false);
        return after == 0 ? -1 : rows[after - 1];
    }

    /// <summary>The first row of a session that starts at or after a time, -1 if there is none.</summary>
    public int FirstStartedFrom(int session, long time)
    {
        ReadOnlySpan<int> rows = SessionRows(session);
        int index = FirstIndex(rows, time, orEqual: true);
        return index == rows.Length ? -1 : rows[index];
    }

    /// <summary>The row of a session that ends last; ties by start, then id.</summary>
    public int LastEnded(int session)
    {
        ReadOnlySpan<int> rows = SessionRows(session);
        int last = rows[0];
        foreach (int row in rows)
        {
            // Rows ascend by (start, end, id), so that of equal ends the later row has the larger (start, id).
            if (this[row].End >= this[last].End) last = row;
        }

        return last;
    }

    // By start alone first, as plain numbers; few requests start at the same time.
    private void SortByTime()
    {
        var starts = new long[_order.Length];
        for (int i = 0; i < starts.Length; i++) starts[i] = _requests[i].Start;
        Array.Sort(starts, _order);
        var byAll = new ByTime(_requests, _ids);
        for (int first = 0, next; first < starts.Length; first = next)
        {
            for (next = first + 1; next < starts.Length && starts[next] == starts[first]; next++)
            {
            }

            if (next - first > 1) _order.AsSpan(first, next - first).Sort(byAll);
        }
    }

    private int FirstIndex(ReadOnlySpan<int> rows, long time, bool orEqual)
    {
        int low = 0, high = rows.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            long start = this[rows[middle]].Start;
            if (start > time || (orEqual && start == time)) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private readonly struct ByTime(ChunkList<LoweredRequest> requests, NameTable ids) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            ref readonly LoweredRequest a = ref requests[x];
            ref readonly LoweredRequest b = ref requests[y];
            int order = a.Start.CompareTo(b.Start);
            if (order == 0) order = a.End.CompareTo(b.End);
            return order != 0 ? order : Utf8Order.Compare(ids.Characters(x), ids.Characters(y));
        }
    }
}
