namespace AgentSim.Traces;

/// <summary>
/// One record of a Dynamo request trace, <c>dynamo.request.trace.v1</c> (behaviour 01#2.3):
/// a <see cref="RequestRecord"/> or a <see cref="ToolRecord"/>.
/// </summary>
public abstract class TraceRecord
{
    /// <summary>What happened: <c>request_end</c>, <c>tool_end</c> or <c>tool_error</c>.</summary>
    public string EventType { get; set; } = "";

    /// <summary>When it was recorded, milliseconds since 1970.</summary>
    public long EventUnixMs { get; set; }

    /// <summary>Session of the agent; null when the record has no agent context.</summary>
    public string? SessionId { get; set; }

    /// <summary>Session that spawned this one, if any.</summary>
    public string? ParentSessionId { get; set; }

    /// <summary>Who tells of it: <c>dynamo</c>, or null for <c>harness</c>; written of records with a session, not read.</summary>
    internal string? EventSource { get; set; }

    /// <summary>Whether the session says that it ends with this; written, not read.</summary>
    internal bool? SessionFinal { get; set; }

    /// <summary>File the record was read from, as the user named it; empty for a record made in memory.</summary>
    public string Path { get; set; } = "";

    /// <summary>1-based line in <see cref="Path"/>, 0 when there is none.</summary>
    public long Line { get; set; }

    /// <summary>True if the request or tool call failed, as far as the trace says.</summary>
    public abstract bool IsError { get; }

    /// <summary>Start of the request or call, milliseconds since 1970.</summary>
    public abstract long StartUnixMs { get; }

    /// <summary>End of the request or call, milliseconds since 1970.</summary>
    public abstract long EndUnixMs { get; }

    /// <summary>Start of the request or call, UTC.</summary>
    public DateTime Start => Time(StartUnixMs);

    /// <summary>End of the request or call, UTC.</summary>
    public DateTime End => Time(EndUnixMs);

    /// <summary>From <see cref="Start"/> to <see cref="End"/>.</summary>
    public TimeSpan Duration => End - Start;

    // What the record held when it was read; null where nobody is to know later whether it was edited.
    private int? _unedited;

    /// <summary>Whether the record holds something else than when it was read.</summary>
    internal bool IsEdited => _unedited is { } unedited && unedited != Content;

    private protected abstract int Content { get; }

    /// <summary>From now on whoever changes the record edits it.</summary>
    internal void MarkRead() => _unedited = Content;

    internal TracePlace Place => new(Path, Line);

    // Times of a record may be any number; those that no calendar has are its first or last moment.
    private static DateTime Time(long unixMs)
    {
        long least = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond,
            most = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
        return DateTime.UnixEpoch.AddTicks(Math.Clamp(unixMs, least, most) * TimeSpan.TicksPerMillisecond);
    }

    /// <summary>An error about this record, at its file and line where it has one.</summary>
    internal AgentSimException Error(ErrorCode errorId, string message) => Place.Error(errorId, message);
}

/// <summary>Where a record was read from; no path for one made in memory.</summary>
internal readonly record struct TracePlace(string Path, long Line)
{
    public AgentSimException Error(ErrorCode errorId, string message) =>
        Path.Length > 0 ? errorId.At(Path, Line, message) : errorId.Error(message);
}
