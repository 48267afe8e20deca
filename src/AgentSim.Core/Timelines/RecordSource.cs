using System.Text.Json;
using AgentSim.Json;
using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Timelines;

/// <summary>A record of a trace, and what its kinds have in common (behaviour 07#B1).</summary>
/// <param name="record">The record, from a file or from memory.</param>
/// <param name="place">Where it stands.</param>
internal readonly struct RecordSource(LooseObject record, TracePlace place)
{
    public LooseObject Record { get; } = record;

    /// <summary>Label of the session; null when there is none.</summary>
    public string? Session => Record.Object(TraceNames.AgentContext)?.Text(TraceNames.SessionId);

    /// <summary>Milliseconds as the time of an event.</summary>
    /// <exception cref="AgentSimException">They are out of range.</exception>
    public long Time(double milliseconds) => EventTime.FromWholeMicroseconds(milliseconds)
        ?? throw place.Error(Errors.TraceTimeOutOfRange, FormattableString.Invariant($"a time is {milliseconds:g6} ms; a timeline holds 127 years either way of 1970"));

    /// <summary>Milliseconds as the time of an event, if there are any.</summary>
    public long? Time(double? milliseconds) => milliseconds is { } known ? Time(known) : null;

    /// <summary>Writes the ids of the session and its parent.</summary>
    public void CopySession(Utf8JsonWriter json)
    {
        if (Record.Object(TraceNames.AgentContext) is { } context) json.CopyPresent(context, TraceNames.SessionId, TraceNames.ParentSessionId);
    }
}
