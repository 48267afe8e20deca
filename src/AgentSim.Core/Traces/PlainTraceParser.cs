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
        if (isWrapped && !(line.TakeInteger(out _) && line.Take(PlainKeys.Event))) return -1;
        if (!line.Take(PlainKeys.SchemaEventType)) return -1;
        string type;
        if (line.Take(PlainKeys.RequestEndEventTime)) type = TraceNames.RequestEnd;
        else if (line.Take(PlainKeys.ToolEndEventTime)) type = TraceNames.ToolEnd;
        else if (line.Take(PlainKeys.ToolStartEventTime)) type = TraceNames.ToolStart;
        else if (line.Take(PlainKeys.ToolErrorEventTime)) type = TraceNames.ToolError;
        else return -1;
        if (!line.TakeInteger(out long time)) return -1;
        if (line.Take(PlainKeys.EventSource) && !line.TakeText(out _)) return -1;
        string? session = null, parent = null;
        if (line.Take(PlainKeys.AgentContextSessionId) && !Context(ref line, out session, out parent)) return -1;
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
        return Common(ref line, out session) && (!line.Take(PlainKeys.ParentSessionId) || Common(ref line, out parent))
            && line.Take("}"u8);
    }

    private bool Request(ref PlainLine line, ref ulong[] hashes, int first, out TraceRecord? record, out int count)
    {
        var request = new RequestRecord();
        (record, count) = (request, 0);
        if (!line.Take(PlainKeys.RequestRequestId) || !line.TakeText(out ReadOnlySpan<byte> id)) return false;
        request.RequestId = Encoding.ASCII.GetString(id);
        if (line.Take(PlainKeys.XRequestId))
        {
            if (!line.TakeText(out ReadOnlySpan<byte> own)) return false;
            request.XRequestId = Encoding.ASCII.GetString(own);
        }

        if (line.Take(PlainKeys.Model))
        {
            if (!Common(ref line, out string? model)) return false;
            request.Model = model;
        }

        if (line.Take(PlainKeys.InputTokens))
        {
            if (!line.TakeUnsigned(out ulong tokens)) return false;
            request.InputTokens = tokens;
        }

        if (!line.Take(PlainKeys.OutputTokens) || !line.TakeInteger(out long output)) return false;
        request.OutputTokens = output;
        if (line.Take(PlainKeys.CachedTokens))
        {
            if (!line.TakeUnsigned(out ulong tokens)) return false;
            request.CachedTokens = tokens;
        }

        if (!line.Take(PlainKeys.RequestReceived) || !line.TakeInteger(out long received)) return false;
        request.ReceivedUnixMs = received;
        return Times(ref line, request) && Worker(ref line, request) && Replay(ref line, request, ref hashes, first, out count);
    }

    private static bool Times(ref PlainLine line, RequestRecord request)
    {
        double number;
        if (line.Take(PlainKeys.PrefillWaitTime))
        {
            if (!line.TakeNumber(out number)) return false;
            request.PrefillWaitTimeMs = number;
        }

        if (line.Take(PlainKeys.PrefillTime))
        {
            if (!line.TakeNumber(out number)) return false;
            request.PrefillTimeMs = number;
        }

        if (line.Take(PlainKeys.Ttft))
        {
            if (!line.TakeNumber(out number)) return false;
            request.TtftMs = number;
        }

        if (line.Take(PlainKeys.TotalTime))
        {
            if (!line.TakeNumber(out number)) return false;
            request.TotalTimeMs = number;
        }

        if (line.Take(PlainKeys.AverageItl))
        {
            if (!line.TakeNumber(out number)) return false;
            request.AverageItlMs = number;
        }

        if (line.Take(PlainKeys.KvHitRate))
        {
            if (!line.TakeNumber(out number)) return false;
            request.KvHitRate = number;
        }

        if (!line.Take(PlainKeys.QueueDepth)) return true;
        if (!line.TakeUnsigned(out ulong depth)) return false;
        request.QueueDepth = depth;
        return true;
    }

    private static bool Worker(ref PlainLine line, RequestRecord request)
    {
        if (!line.Take(PlainKeys.WorkerPrefillWorker)) return true;
        if (!line.TakeUnsigned(out ulong prefill) || !line.Take(PlainKeys.PrefillRank)
            || !line.TakeInteger(out long prefillRank) || !line.Take(PlainKeys.DecodeWorker) || !line.TakeUnsigned(out ulong decode)
            || !line.Take(PlainKeys.DecodeRank) || !line.TakeInteger(out long decodeRank) || !line.Take("}"u8)
            || Math.Max(prefillRank, decodeRank) > uint.MaxValue)
            return false;
        request.Worker = new WorkerPlacement(prefill, (uint)prefillRank, decode, (uint)decodeRank);
        return true;
    }

    private static bool Replay(ref PlainLine line, RequestRecord request, ref ulong[] hashes, int first, out int count)
    {
        count = 0;
        if (!line.Take(PlainKeys.ReplayBlockSize) || !line.TakeInteger(out long size)
            || !line.Take(PlainKeys.InputLength) || !line.TakeInteger(out long length)
            || !line.Take(PlainKeys.Hashes) || !line.TakeIntegers(ref hashes, first, out count)
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
        if (!line.Take(PlainKeys.ToolToolCallId) || !line.TakeText(out ReadOnlySpan<byte> id)) return false;
        tool.ToolCallId = Encoding.ASCII.GetString(id);
        if (!line.Take(PlainKeys.ToolClass) || !Common(ref line, out string? name)) return false;
        tool.ToolClass = name!;
        if (line.Take(PlainKeys.StartedAt))
        {
            if (!line.TakeInteger(out long started)) return false;
            tool.StartedUnixMs = started;
        }

        if (line.Take(PlainKeys.EndedAt))
        {
            if (!line.TakeInteger(out long ended)) return false;
            tool.EndedUnixMs = ended;
        }

        if (line.Take(PlainKeys.Status))
        {
            if (!Common(ref line, out string? status)) return false;
            tool.Status = status;
        }

        if (line.Take(PlainKeys.Duration))
        {
            if (!line.TakeNumber(out double duration)) return false;
            tool.DurationMs = duration;
        }

        if (line.Take(PlainKeys.OutputBytes))
        {
            if (!line.TakeUnsigned(out ulong bytes)) return false;
            tool.OutputBytes = bytes;
        }

        if (line.Take(PlainKeys.ErrorType))
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
