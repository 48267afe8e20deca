using System.Text;
using AgentSim.Json;
using AgentSim.Traces.Schema;

namespace AgentSim.Traces;

/// <summary>
/// Decodes lines of request traces that have the usual shape – the fields that a replay needs, in the order in which they are written,
/// with or without the envelope – without the tables of fields, in a third of the time. <see cref="TraceRecordParser"/> is the
/// definition and gets every other line.
/// </summary>
internal sealed class PlainTraceParser
{
    private readonly RecentTexts _texts = new();

    /// <summary>Decodes the line at the beginning of a text.</summary>
    /// <param name="text">Lines.</param>
    /// <param name="hashes">Receives the hashes of a request; replaced by a larger array as needed.</param>
    /// <param name="first">Where in it.</param>
    /// <param name="record">The record; null for one that a replay does not need.</param>
    /// <param name="count">How many hashes it has.</param>
    /// <returns>Bytes of the line without its end; -1 if it has another shape.</returns>
    public int Parse(ReadOnlySpan<byte> text, ref ulong[] hashes, int first, out TraceRecord? record, out int count)
    {
        var line = new PlainLine(text);
        (record, count) = (null, 0);
        bool isWrapped = line.Take("{\"timestamp\":"u8);
        if (isWrapped && !(line.TakeInteger(out _) && line.Take(",\"event\":"u8))) return -1;
        if (!line.Take("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\""u8)) return -1;
        string type;
        if (line.Take("request_end\",\"event_time_unix_ms\":"u8)) type = TraceNames.RequestEnd;
        else if (line.Take("tool_end\",\"event_time_unix_ms\":"u8)) type = TraceNames.ToolEnd;
        else if (line.Take("tool_start\",\"event_time_unix_ms\":"u8)) type = TraceNames.ToolStart;
        else if (line.Take("tool_error\",\"event_time_unix_ms\":"u8)) type = TraceNames.ToolError;
        else return -1;
        if (!line.TakeInteger(out long time)) return -1;
        if (line.Take(",\"event_source\":\""u8) && !line.TakeText(out _)) return -1;
        string? session = null, parent = null;
        if (line.Take(",\"agent_context\":{\"session_id\":\""u8) && !Context(ref line, out session, out parent)) return -1;
        if (!(type == TraceNames.RequestEnd
            ? Request(ref line, ref hashes, first, out record, out count) : Tool(ref line, out record)))
            return -1;
        if (!line.Take("}"u8) || (isWrapped && !line.Take("}"u8)) || !line.TakeEnd()) return -1;
        if (type == TraceNames.ToolStart) record = null;
        if (record is null) return line.Position;
        (record.EventType, record.EventUnixMs, record.SessionId, record.ParentSessionId) = (type, time, session, parent);
        return line.Position;
    }

    private bool Context(ref PlainLine line, out string? session, out string? parent)
    {
        parent = null;
        return Common(ref line, out session) && (!line.Take(",\"parent_session_id\":\""u8) || Common(ref line, out parent))
            && line.Take("}"u8);
    }

    private bool Request(ref PlainLine line, ref ulong[] hashes, int first, out TraceRecord? record, out int count)
    {
        var request = new RequestRecord();
        (record, count) = (request, 0);
        if (!line.Take(",\"request\":{\"request_id\":\""u8) || !line.TakeText(out ReadOnlySpan<byte> id)) return false;
        request.RequestId = Encoding.ASCII.GetString(id);
        if (line.Take(",\"x_request_id\":\""u8))
        {
            if (!line.TakeText(out ReadOnlySpan<byte> own)) return false;
            request.XRequestId = Encoding.ASCII.GetString(own);
        }

        if (line.Take(",\"model\":\""u8))
        {
            if (!Common(ref line, out string? model)) return false;
            request.Model = model;
        }

        if (line.Take(",\"input_tokens\":"u8))
        {
            if (!line.TakeUnsigned(out ulong tokens)) return false;
            request.InputTokens = tokens;
        }

        if (!line.Take(",\"output_tokens\":"u8) || !line.TakeInteger(out long output)) return false;
        request.OutputTokens = output;
        if (line.Take(",\"cached_tokens\":"u8))
        {
            if (!line.TakeUnsigned(out ulong tokens)) return false;
            request.CachedTokens = tokens;
        }

        if (!line.Take(",\"request_received_ms\":"u8) || !line.TakeInteger(out long received)) return false;
        request.ReceivedUnixMs = received;
        return Times(ref line, request) && Worker(ref line, request) && Replay(ref line, request, ref hashes, first, out count);
    }

    private static bool Times(ref PlainLine line, RequestRecord request)
    {
        double number;
        if (line.Take(",\"prefill_wait_time_ms\":"u8))
        {
            if (!line.TakeNumber(out number)) return false;
            request.PrefillWaitTimeMs = number;
        }

        if (line.Take(",\"prefill_time_ms\":"u8))
        {
            if (!line.TakeNumber(out number)) return false;
            request.PrefillTimeMs = number;
        }

        if (line.Take(",\"ttft_ms\":"u8))
        {
            if (!line.TakeNumber(out number)) return false;
            request.TtftMs = number;
        }

        if (line.Take(",\"total_time_ms\":"u8))
        {
            if (!line.TakeNumber(out number)) return false;
            request.TotalTimeMs = number;
        }

        if (line.Take(",\"avg_itl_ms\":"u8))
        {
            if (!line.TakeNumber(out number)) return false;
            request.AverageItlMs = number;
        }

        if (line.Take(",\"kv_hit_rate\":"u8))
        {
            if (!line.TakeNumber(out number)) return false;
            request.KvHitRate = number;
        }

        if (!line.Take(",\"queue_depth\":"u8)) return true;
        if (!line.TakeUnsigned(out ulong depth)) return false;
        request.QueueDepth = depth;
        return true;
    }

    private static bool Worker(ref PlainLine line, RequestRecord request)
    {
        if (!line.Take(",\"worker\":{\"prefill_worker_id\":"u8)) return true;
        if (!line.TakeUnsigned(out ulong prefill) || !line.Take(",\"prefill_dp_rank\":"u8)
            || !line.TakeInteger(out long prefillRank) || !line.Take(",\"decode_worker_id\":"u8) || !line.TakeUnsigned(out ulong decode)
            || !line.Take(",\"decode_dp_rank\":"u8) || !line.TakeInteger(out long decodeRank) || !line.Take("}"u8)
            || Math.Max(prefillRank, decodeRank) > uint.MaxValue)
            return false;
        request.Worker = new WorkerPlacement(prefill, (uint)prefillRank, decode, (uint)decodeRank);
        return true;
    }

    private static bool Replay(ref PlainLine line, RequestRecord request, ref ulong[] hashes, int first, out int count)
    {
        count = 0;
        if (!line.Take(",\"replay\":{\"trace_block_size\":"u8) || !line.TakeInteger(out long size)
            || !line.Take(",\"input_length\":"u8) || !line.TakeInteger(out long length)
            || !line.Take(",\"input_sequence_hashes\":["u8) || !line.TakeIntegers(ref hashes, first, out count)
            || !line.Take("}}"u8))
            return false;
        (request.TraceBlockSize, request.InputLength) = (size, length);
        request.LendHashes(hashes.AsMemory(first, count));
        return true;
    }

    private bool Tool(ref PlainLine line, out TraceRecord? record)
    {
        var tool = new ToolRecord();
        record = tool;
        if (!line.Take(",\"tool\":{\"tool_call_id\":\""u8) || !line.TakeText(out ReadOnlySpan<byte> id)) return false;
        tool.ToolCallId = Encoding.ASCII.GetString(id);
        if (!line.Take(",\"tool_class\":\""u8) || !Common(ref line, out string? name)) return false;
        tool.ToolClass = name!;
        if (line.Take(",\"started_at_unix_ms\":"u8))
        {
            if (!line.TakeInteger(out long started)) return false;
            tool.StartedUnixMs = started;
        }

        if (line.Take(",\"ended_at_unix_ms\":"u8))
        {
            if (!line.TakeInteger(out long ended)) return false;
            tool.EndedUnixMs = ended;
        }

        if (line.Take(",\"status\":\""u8))
        {
            if (!Common(ref line, out string? status)) return false;
            tool.Status = status;
        }

        if (line.Take(",\"duration_ms\":"u8))
        {
            if (!line.TakeNumber(out double duration)) return false;
            tool.DurationMs = duration;
        }

        if (line.Take(",\"output_bytes\":"u8))
        {
            if (!line.TakeUnsigned(out ulong bytes)) return false;
            tool.OutputBytes = bytes;
        }

        if (line.Take(",\"error_type\":\""u8))
        {
            if (!Common(ref line, out string? error)) return false;
            tool.ErrorType = error;
        }

        return line.Take("}"u8);
    }

    // A text that other lines have, too.
    private bool Common(ref PlainLine line, out string? value)
    {
        bool isText = line.TakeText(out ReadOnlySpan<byte> text);
        value = isText ? _texts.Get(text) : null;
        return isText;
    }
}
