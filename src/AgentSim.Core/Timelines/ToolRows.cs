using AgentSim.Traces.Schema;

namespace AgentSim.Timelines;

/// <summary>The tool rows of a trace, paired to slices (behaviour 07#B2).</summary>
internal sealed class ToolRows
{
    public const string Category = "dynamo.agent.tool";

    private const string UnknownSession = "unknown-session";

    private static readonly string[] Fields =
    [
        TraceNames.ToolCallId, TraceNames.ToolClass, TraceNames.StartedAt, TraceNames.EndedAt, TraceNames.Status, TraceNames.Duration,
        TraceNames.OutputTokens, TraceNames.OutputBytes, TraceNames.ToolNameHash, TraceNames.ErrorType,
    ];

    private readonly record struct Key(string Session, string Call);

    private sealed record Row(string Type, Key Key, string Class, double At, long Time, long? Started, long? Ended, long? Duration,
        byte[] Arguments);

    private readonly List<Row> _rows = [];
    private readonly HashSet<Key> _ended = [];

    /// <summary>Adds a row; one without context, tool or time is passed over.</summary>
    public void Add(RecordSource record, string type)
    {
        if (record.Record.Object(TraceNames.AgentContext) is null || record.Record.Object(TraceNames.Tool) is not { } tool) return;
        if (record.Record.Number(TraceNames.EventTime) is not { } at) return;
        string? call = tool.Text(TraceNames.ToolCallId);
        string session = record.Session ?? UnknownSession;
        if (call is not null && type != TraceNames.ToolStart) _ended.Add(new Key(session, call));
        byte[] arguments = RecordValues.Object(json =>
        {
            record.CopySession(json);
            json.CopyPresent(record.Record, TraceNames.EventType, TraceNames.EventSource, TraceNames.EventTime);
            json.CopyPresent(tool, Fields);
        });
        _rows.Add(new Row(
            type, new Key(session, call ?? "unknown-tool-call"), tool.Text(TraceNames.ToolClass) ?? "unknown-tool", at, record.Time(at),
            record.Time(tool.Number(TraceNames.StartedAt)), record.Time(tool.Number(TraceNames.EndedAt)),
            record.Time(tool.Number(TraceNames.Duration)), arguments));
    }

    /// <summary>Whether there is no row.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Whether a row tells of the end of a call.</summary>
    public bool KnowsEnd(string session, string call) => _ended.Contains(new Key(session, call));

    /// <summary>The slices in the order of the rows' times, then an instant for every start without an end.</summary>
    public IEnumerable<TimelineItem> Items()
    {
        var starts = new OrderedDictionary<Key, Stack<Row>>();
        foreach (Row row in _rows.OrderBy(row => row.At))
        {
            if (!starts.TryGetValue(row.Key, out Stack<Row>? open)) starts.Add(row.Key, open = []);
            if (row.Type == TraceNames.ToolStart) open.Push(row);
            else yield return Slice(row, open.TryPop(out Row? start) ? start : null);
        }

        foreach (Row start in starts.Values.SelectMany(open => open.Reverse()))
            yield return Item(start, ItemKind.ToolInstant, new ItemEvent(EventPhase.Instant, $"Tool start: {start.Class}",
                $"{Category}.marker", start.Time, 0, start.Arguments));
    }

    private static TimelineItem Slice(Row row, Row? start)
    {
        string name = row.Type == TraceNames.ToolError ? $"Tool error: {row.Class}" : $"Tool: {row.Class}";
        (long begin, long duration) = Span(row, start) ?? (start?.Time ?? row.Time, -1);
        byte[] arguments = duration >= 0 ? row.Arguments : RecordValues.Joined(row.Arguments,
            RecordValues.Object(AnnouncedCall.WriteSynthetic));
        duration = duration >= 0 ? Math.Max(1000, duration) : AnnouncedCall.SyntheticDuration;
        return Item(row, ItemKind.Tool, new ItemEvent(EventPhase.Complete, name, Category, begin, duration, arguments));
    }

    // What the row itself says, or its start; null when neither says how long the call took.
    private static (long Begin, long Duration)? Span(Row row, Row? start)
    {
        if (row.Started is { } started)
        {
            if (row.Ended > started) return (started, row.Ended.Value - started);
            if (row.Duration > 0) return (started, row.Duration.Value);
        }

        if (row.Duration > 0)
        {
            long end = row.Ended ?? row.Time, begin = Math.Max(0, end - row.Duration.Value);
            return (begin, Math.Max(0, end - begin));
        }

        return start is not null && start.At < row.At ? (start.Time, row.Time - start.Time) : null;
    }

    private static TimelineItem Item(Row row, ItemKind kind, ItemEvent shown) => new(kind, row.Key.Session, [shown]);
}
