using AgentSim.MessagePack;
using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Capture;

/// <summary>Decodes tool events (behaviour 07#A8). Unknown keys and what follows the map are ignored.</summary>
internal static class ToolEventReader
{
    /// <summary>Decodes one event.</summary>
    /// <exception cref="FormatException">It is malformed; the message says how, in one line.</exception>
    /// <returns>The event as the record to write; a time beyond <see cref="long.MaxValue"/> is negative in it and is written as it
    /// came.</returns>
    public static ToolRecord Read(ReadOnlySpan<byte> map)
    {
        var reader = new MessagePackReader(map);
        uint seen = 0;
        string? type = null, session = null, parent = null;
        ulong? time = null;
        ToolRecord? tool = null;
        bool hasSchema = false;
        for (long pairs = reader.ReadMap(); pairs > 0; pairs--)
        {
            switch (Key(ref reader, ref seen, Fields))
            {
                case 0: hasSchema = Schema(reader.ReadText()); break;
                case 1: type = EventType(reader.ReadText()); break;
                case 2: time = reader.ReadUInt64(); break;
                case 3: session = reader.ReadText(); break;
                case 4: parent = OptionalText(ref reader); break;
                case 5: tool = Tool(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        if (!hasSchema) throw Missing(TraceNames.Schema);
        if (type is null) throw Missing(TraceNames.EventType);
        if (time is null) throw Missing(TraceNames.EventTime);
        if (session is null) throw Missing(TraceNames.SessionId);
        if (tool is null) throw Missing(TraceNames.Tool);
        (tool.EventType, tool.EventUnixMs, tool.SessionId, tool.ParentSessionId) = (type, Signed(time)!.Value, session, parent);
        return tool;
    }

    // A harness sends the ids of the session beside the other fields.
    private static readonly byte[][] Fields = Utf8(
        TraceNames.Schema, TraceNames.EventType, TraceNames.EventTime, TraceNames.SessionId, TraceNames.ParentSessionId, TraceNames.Tool);

    private static readonly byte[][] ToolFields = Utf8(
        TraceNames.ToolCallId, TraceNames.ToolClass, TraceNames.StartedAt, TraceNames.EndedAt, TraceNames.Status,
        TraceNames.Duration, TraceNames.OutputTokens, TraceNames.OutputBytes, TraceNames.ToolNameHash, TraceNames.ErrorType);

    private static byte[][] Utf8(params string[] names) => [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];

    private static ToolRecord Tool(ref MessagePackReader reader)
    {
        uint seen = 0;
        string? id = null, toolClass = null, status = null, hash = null, error = null;
        ulong? started = null, ended = null, tokens = null, bytes = null;
        double? duration = null;
        for (long pairs = reader.ReadMap(); pairs > 0; pairs--)
        {
            switch (Key(ref reader, ref seen, ToolFields))
            {
                case 0: id = reader.ReadText(); break;
                case 1: toolClass = reader.ReadText(); break;
                case 2: started = OptionalNumber(ref reader); break;
                case 3: ended = OptionalNumber(ref reader); break;
                case 4: status = Status(OptionalText(ref reader)); break;
                case 5: duration = reader.TryReadNil() ? null : reader.ReadDouble(); break;
                case 6: tokens = OptionalNumber(ref reader); break;
                case 7: bytes = OptionalNumber(ref reader); break;
                case 8: hash = OptionalText(ref reader); break;
                case 9: error = OptionalText(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new ToolRecord
        {
            ToolCallId = id ?? throw Missing($"{TraceNames.Tool}.{TraceNames.ToolCallId}"),
            ToolClass = toolClass ?? throw Missing($"{TraceNames.Tool}.{TraceNames.ToolClass}"),
            StartedUnixMs = Signed(started),
            EndedUnixMs = Signed(ended),
            Status = status,
            DurationMs = duration,
            OutputTokens = tokens,
            OutputBytes = bytes,
            ToolNameHash = hash,
            ErrorType = error,
        };
    }

    // Reads a key; its place among the fields, or -1 for one that is ignored.
    private static int Key(ref MessagePackReader reader, ref uint seen, byte[][] fields)
    {
        if (!reader.TryReadTextBytes(out ReadOnlySpan<byte> key))
        {
            reader.Skip();
            return -1;
        }

        for (int i = 0; i < fields.Length; i++)
        {
            if (!key.SequenceEqual(fields[i])) continue;
            if ((seen & (1u << i)) != 0) throw new FormatException($"{System.Text.Encoding.ASCII.GetString(fields[i])} comes twice");
            seen |= 1u << i;
            return i;
        }

        return -1;
    }

    private static string? OptionalText(ref MessagePackReader reader) => reader.TryReadNil() ? null : reader.ReadText();

    private static ulong? OptionalNumber(ref MessagePackReader reader) => reader.TryReadNil() ? null : reader.ReadUInt64();

    private static long? Signed(ulong? time) => unchecked((long?)time);

    private static bool Schema(string text) => text == TraceNames.Version
        ? true
        : throw new FormatException($"schema is {Quote.Of(text)}; only {Quote.Of(TraceNames.Version)} is supported");

    private static string EventType(string text) =>
        text is TraceNames.ToolStart or TraceNames.ToolEnd or TraceNames.ToolError or TraceNames.RequestEnd or TraceNames.RequestPayload
            ? text
            : throw new FormatException($"unknown event_type {Quote.Of(text)}");

    private static string? Status(string? text) => text switch
    {
        null or "running" or "succeeded" or "error" or "cancelled" => text,
        "ok" or "success" => "succeeded",
        "failed" => "error",
        "canceled" or "timeout" => "cancelled",
        _ => throw new FormatException($"unknown tool.status {Quote.Of(text)}"),
    };

    private static FormatException Missing(string field) => new($"{field} is missing");
}
