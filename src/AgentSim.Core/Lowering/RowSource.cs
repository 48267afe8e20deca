using AgentSim.Rows;

namespace AgentSim.Lowering;

/// <summary>Makes the rows of a lowered trace, plain ones or agentic ones of version 1 (behaviour 01#3.5 to 01#4).</summary>
internal sealed class RowSource : IRowSource
{
    private readonly RequestTable _table;
    private readonly HashIndex _hashes;
    private readonly int _blockSize;
    private readonly AgenticEdges? _edges;   // null for a standard trace
    private readonly ToolWaits? _tools;

    public RowSource(RequestTable table, HashIndex hashes, int blockSize, AgenticEdges? edges, ToolTable tools)
    {
        (_table, _hashes, _blockSize, _edges) = (table, hashes, blockSize, edges);
        if (edges is not null) _tools = new ToolWaits(table, tools);
    }

    public IEnumerable<MooncakeRow> Rows() => Rows(isCompact: false);

    /// <summary>The same with hash ids as runs, for one who only writes them.</summary>
    public IEnumerable<MooncakeRow> CompactRows() => Rows(isCompact: true);

    private IEnumerable<MooncakeRow> Rows(bool isCompact)
    {
        var numbering = new HashNumbering(_hashes);
        long globalStart = _table[0].Start;
        for (int row = 0; row < _table.Count; row++)
        {
            MooncakeRow made = Plain(row, globalStart, numbering, isCompact);
            if (_edges is not null) AddAgentic(made, row, _edges, _tools!);
            yield return made;
        }
    }

    private MooncakeRow Plain(int row, long globalStart, HashNumbering numbering, bool isCompact)
    {
        ref readonly LoweredRequest request = ref _table[row];
        return new MooncakeRow
        {
            InputLength = request.InputLength,
            OutputLength = request.OutputTokens,
            HashIds = isCompact ? numbering.NumberRuns(request) : numbering.Number(request),
            Timestamp = request.Start - globalStart,
            Origin = _table.Origin(row),
            TraceBlockSize = _blockSize,
        };
    }

    private void AddAgentic(MooncakeRow made, int row, AgenticEdges edges, ToolWaits tools)
    {
        ref readonly LoweredRequest request = ref _table[row];
        int session = request.Session;
        made.IsAgentic = true;
        made.Recorded = (request.Start, request.End);
        made.RequestId = _table.Id(row);
        made.SessionId = _table.Sessions.Name(session);
        made.RequestKind = edges.IsBackground(session) ? "background_agent" : _table.Sessions.Parent(session) is null ? "foreground"
            : "agent";
        made.PrefixReset = edges.Previous(row) < 0;
        made.Branches = Ids(edges.Branches[row]);
        ReadOnlySpan<int> waits = edges.Waits[row];
        if (waits.IsEmpty) return;
        made.WaitFor = Ids(waits);

        long ready = long.MinValue;   // when the last dependency ended
        foreach (int source in waits) ready = Math.Max(ready, _table[source].End);
        long windowStart = edges.Previous(row) is >= 0 and int previous ? _table[previous].Start : ready;
        (ToolSpan[] calls, long toolWait, made.Delay) = tools.SplitGap(row, session, windowStart, ready, request.Start);
        if (toolWait > 0) made.ToolWaitMs = toolWait;
        made.ToolEvents = calls;
    }

    private string[] Ids(ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) return [];
        var ids = new string[rows.Length];
        for (int i = 0; i < ids.Length; i++) ids[i] = _table.Id(rows[i]);
        return ids;
    }
}
