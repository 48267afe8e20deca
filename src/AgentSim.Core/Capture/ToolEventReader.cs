using AgentSim.MessagePack;

namespace AgentSim.Capture;

/// <summary>Decodes tool events (behaviour 07#A8). Unknown keys and what follows the map are ignored.</summary>
internal static class ToolEventReader
{
    /// <summary>Decodes one event.</summary>
    /// <exception cref="FormatException">It is malformed; the message says how, in one line.</exception>
    public static ToolEvent Read(ReadOnlySpan<byte> map)
    {
        var reader = new MessagePackReader(map);
        uint seen = 0;
        string? type = null, session = null, parent = null;
        ulong? time = null;
        ToolEventDetails? tool = null;
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

        if (!hasSchema) throw Missing("schema");
        return new ToolEvent
        {
            EventType = type ?? throw Missing("event_type"),
            EventUnixMs = time ?? throw Missing("event_time_unix_ms"),
            SessionId = session ?? throw Missing("session_id"),
            ParentSessionId = parent,
            Tool = tool ?? throw Missing("tool"),
        };
    }

    private static readonly byte[][] Fields =
    [
        [.. "schema"u8], [.. "event_type"u8], [.. "event_time_unix_ms"u8], [.. "session_id"u8], [.. "parent_session_id"u8], [.. "tool"u8],
    ];

    private static readonly byte[][] ToolFields =
    [
        [.. "tool_call_id"u8], [.. "tool_class"u8], [.. "started_at_unix_ms"u8], [.. "ended_at_unix_ms"u8], [.. "status"u8],
        [.. "duration_ms"u8], [.. "output_tokens"u8], [.. "output_bytes"u8], [.. "tool_name_hash"u8], [.. "error_type"u8],
    ];

    private static ToolEventDetails Tool(ref MessagePackReader reader)
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

        return new ToolEventDetails
        {
            ToolCallId = id ?? throw Missing("tool.tool_call_id"),
            ToolClass = toolClass ?? throw Missing("tool.tool_class"),
            StartedUnixMs = started,
            EndedUnixMs = ended,
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

    private static bool Schema(string text) => text == "dynamo.request.trace.v1"
        ? true
        : throw new FormatException($"schema is {Quote.Of(text)}; only 'dynamo.request.trace.v1' is supported");

    private static string EventType(string text) =>
        text is "tool_start" or "tool_end" or "tool_error" or "request_end" or "request_payload"
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
