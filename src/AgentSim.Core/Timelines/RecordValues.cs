using System.Buffers;
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
        ?? throw place.Error(Errors.TraceTimeOutOfRange,
            FormattableString.Invariant($"a time is {milliseconds:g6} ms; a timeline holds 127 years either way of 1970"));

    /// <summary>Milliseconds as the time of an event, if there are any.</summary>
    public long? Time(double? milliseconds) => milliseconds is { } known ? Time(known) : null;

    /// <summary>Writes the ids of the session and its parent.</summary>
    public void CopySession(Utf8JsonWriter json)
    {
        if (Record.Object(TraceNames.AgentContext) is { } context)
            json.CopyPresent(context, TraceNames.SessionId, TraceNames.ParentSessionId);
    }
}

/// <summary>Copies values of records into the arguments of events, which are JSON objects (behaviour 07#B1).</summary>
internal static class RecordValues
{
    /// <summary>Copies those of the fields that exist and are not null.</summary>
    public static void CopyPresent(this Utf8JsonWriter json, LooseObject parent, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (parent.Get(name) is { Exists: true } value) json.Copy(name, value);
        }
    }

    /// <summary>Copies fields, as null where they do not exist.</summary>
    public static void CopyAll(this Utf8JsonWriter json, LooseObject parent, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (parent.Get(name) is { Exists: true } value) json.Copy(name, value);
            else json.WriteNull(name);
        }
    }

    /// <summary>Writes a member with a copied value.</summary>
    public static void Copy(this Utf8JsonWriter json, string name, LooseValue value)
    {
        json.WritePropertyName(name);
        value.WriteTo(json);
    }

    /// <summary>A JSON object as bytes.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> writeMembers) => Bytes(json =>
    {
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
    });

    /// <summary>A JSON value as bytes.</summary>
    public static byte[] Value(LooseValue value) => Bytes(json => value.WriteTo(json));

    /// <summary>A JSON object with the members of two, the first not empty.</summary>
    public static byte[] Joined(byte[] first, byte[] second) => second.Length == 2 ? first : [.. first[..^1], (byte)',', .. second[1..]];

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true })) write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
