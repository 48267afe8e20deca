using AgentSim.Traces;

namespace AgentSim.Sessions;

/// <summary>What is kept of the records of a session.</summary>
internal sealed class SessionData(string id)
{
    private readonly List<TimeRange> _requests = [];
    private readonly List<TimeRange> _tools = [];
    private readonly SortedSet<string> _models = new(StringComparer.Ordinal);
    private TimeRange? _range;
    private int _errors;
    private long _input, _output;
    private long? _cached;

    public string Id => id;

    /// <summary>The parent, if a record names one.</summary>
    public string? ParentId { get; private set; }

    /// <summary>The sessions that name this one as their parent, in no order at first.</summary>
    public List<SessionData> Children { get; } = [];

    /// <summary>First start, milliseconds since 1970.</summary>
    public long Start => _range?.Start ?? 0;

    /// <summary>The topmost ancestor, and how many there are; set once all sessions are known.</summary>
    public (SessionData Root, int Depth)? Place { get; set; }

    public void SetParent(TraceRecord record)
    {
        if (record.ParentSessionId is not { } parent) return;
        if (ParentId is not null && ParentId != parent)
            throw record.Error(Errors.TraceParentConflict,
                $"session {Quote.Of(id)} has parent {Quote.Of(parent)} here and parent {Quote.Of(ParentId)} before; a " +
                    "session has one parent");
        ParentId = parent;
    }

    public void Add(RequestRecord request)
    {
        AddRange(TimeRange.Of(request), _requests, request);
        if (request.Model is { } model) _models.Add(model);
        _input = Sum.Of(_input, request.InputLength);
        _output = Sum.Of(_output, request.OutputTokens);
        if (request.CachedTokens is { } cached) _cached = Sum.Of(_cached ?? 0, (long)Math.Min(cached, long.MaxValue));
    }

    public void Add(ToolRecord tool) => AddRange(TimeRange.Of(tool), _tools, tool);

    /// <summary>The session; <see cref="Place"/> has to be known and the children to be in order.</summary>
    public AgentSession ToSession()
    {
        (SessionData root, int depth) = Place!.Value;
        TimeRange range = _range!.Value;
        TimeRange[] all = [.. _requests, .. _tools];
        return new AgentSession
        {
            SessionId = id,
            ParentSessionId = ParentId,
            RootSessionId = root.Id,
            Depth = depth,
            Children = Children.Select(child => child.Id).ToArray(),
            Models = _models.ToArray(),
            Turns = _requests.Count,
            ToolCalls = _tools.Count,
            Errors = _errors,
            Start = TimeRange.Date(range.Start),
            End = TimeRange.Date(range.End),
            Duration = TimeSpan.FromMilliseconds(range.Length),
            LlmTime = TimeSpan.FromMilliseconds(TimeRange.Covered([.. _requests])),
            ToolTime = TimeSpan.FromMilliseconds(TimeRange.Covered([.. _tools])),
            IdleTime = TimeSpan.FromMilliseconds(range.Length - TimeRange.Covered(all)),
            InputTokens = _input,
            OutputTokens = _output,
            CachedTokens = _cached,
        };
    }

    private void AddRange(TimeRange range, List<TimeRange> ranges, TraceRecord record)
    {
        ranges.Add(range);
        _range = _range?.Around(range) ?? range;
        if (record.IsError) _errors++;
    }
}
