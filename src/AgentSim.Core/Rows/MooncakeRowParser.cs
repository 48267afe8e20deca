using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Decodes one line of a Mooncake-family file (behaviour 01#6.2 and 01#6.4; strictness: 01#1.2).</summary>
internal sealed class MooncakeRowParser(bool isAgentic, bool reusesIds) : RowParser(reusesIds)
{
    /// <summary>Whether the last row was plain and had a wait_for, which plain rows pass over.</summary>
    public bool LosesWaiting { get; private set; }

    /// <summary>Whether the last row was plain and had the columns of the Bailian traces, whose units are others.</summary>
    public bool HasChatColumns { get; private set; }

    /// <inheritdoc/>
    public override MooncakeRow Parse(ReadOnlySpan<byte> line)
    {
        var json = new JsonRow(line, JsonRow.AnyDepth);
        uint seen = 0;
        var row = new MooncakeRow { IsAgentic = isAgentic };
        bool hasChat = false, hasPlaceInChat = false;
        (LosesWaiting, HasChatColumns) = (false, false);
        json.BeginRow();
        while (json.NextKey())
        {
            if (json.Is("hash_ids"u8)) row.HashIds = json.BeginArray(ref seen, 0, "hash_ids") ? HashIds(ref json) : null;
            else if (json.Is("input_length"u8) || json.Is("input_tokens"u8)) row.InputLength = json.OptionalSaturating(ref seen, 1, "input_length");
            else if (json.Is("output_length"u8) || json.Is("output_tokens"u8)) row.OutputLength = json.OptionalCount(ref seen, 2, "output_length");
            else if (json.Is("timestamp"u8) || json.Is("created_time"u8)) row.Timestamp = json.OptionalNumber(ref seen, 3, "timestamp");
            else if (json.Is("delay"u8) || json.Is("delay_ms"u8)) row.Delay = json.OptionalNumber(ref seen, 4, "delay");
            else if (json.Is("session_id"u8)) row.SessionId = json.OptionalText(ref seen, 5, "session_id");
            else if (json.Is("request_id"u8))
            {
                row.RequestId = isAgentic ? json.RequiredText(ref seen, 6, "request_id") : json.OptionalText(ref seen, 6, "request_id");
            }
            else if (json.Is("output_token_ids"u8))
            {
                row.OutputTokenIds = json.BeginArray(ref seen, 7, "output_token_ids") ? UInt32Values(ref json, "output_token_ids") : null;
            }
            else if (json.Is("priority"u8)) row.Priority = json.OptionalInt32(ref seen, 8, "priority");
            else if (json.Is("strict_priority"u8)) row.StrictPriority = json.OptionalUInt32(ref seen, 9, "strict_priority");
            else if (json.Is("policy_class"u8)) row.PolicyClass = json.OptionalText(ref seen, 10, "policy_class");
            else if (!isAgentic)
            {
                LosesWaiting |= json.Is("wait_for"u8);
                hasChat |= json.Is("chat_id"u8);
                hasPlaceInChat |= json.Is("parent_chat_id"u8) || json.Is("turn"u8);
                json.Skip();
            }
            else if (!AgenticField(ref json, ref seen, row)) json.Skip();
        }

        json.EndRow();
        if (isAgentic && row.RequestId is null) throw JsonRow.Missing("request_id");
        HasChatColumns = hasChat && hasPlaceInChat;
        return row;
    }

    private static bool AgenticField(ref JsonRow json, ref uint seen, MooncakeRow row)
    {
        if (json.Is("request_kind"u8)) row.RequestKind = json.OptionalText(ref seen, 11, "request_kind");
        else if (json.Is("wait_for"u8)) row.WaitFor = Texts(ref json, ref seen, 12, "wait_for");
        else if (json.Is("branches"u8)) row.Branches = Texts(ref json, ref seen, 13, "branches");
        else if (json.Is("prefix_reset"u8)) row.PrefixReset = json.OptionalFlag(ref seen, 14, "prefix_reset");
        else if (json.Is("tool_wait_ms"u8)) row.ToolWaitMs = json.OptionalNumber(ref seen, 15, "tool_wait_ms");
        else if (json.Is("tool_events"u8)) row.ToolEvents = ToolSpans(ref json, ref seen, 16, "tool_events");
        else return false;
        return true;
    }

    private static void BeginList(ref JsonRow json, ref uint seen, int bit, string name)
    {
        if (!json.BeginArray(ref seen, bit, name)) throw json.Wrong(name, "an array");
    }

    private static string[] Texts(ref JsonRow json, ref uint seen, int bit, string name)
    {
        BeginList(ref json, ref seen, bit, name);
        var texts = new List<string>();
        while (json.NextItem()) texts.Add(json.Text(name));
        return [.. texts];
    }

    private static ToolSpan[] ToolSpans(ref JsonRow json, ref uint seen, int bit, string name)
    {
        BeginList(ref json, ref seen, bit, name);
        var spans = new List<ToolSpan>();
        while (json.NextItem())
        {
            if (json.TokenType != JsonTokenType.StartObject) throw json.Wrong(name, "an array of objects");
            spans.Add(ToolSpan(ref json));
        }

        return [.. spans];
    }

    private static ToolSpan ToolSpan(ref JsonRow json)
    {
        uint seen = 0;
        string? id = null, toolClass = null, status = null, error = null;
        long? start = null, end = null;
        double? duration = null;
        ulong? bytes = null, tokens = null;
        while (json.NextKey())
        {
            if (json.Is("tool_call_id"u8)) id = json.RequiredText(ref seen, 0, "tool_call_id");
            else if (json.Is("tool_class"u8)) toolClass = json.RequiredText(ref seen, 1, "tool_class");
            else if (json.Is("started_at_unix_ms"u8)) start = json.RequiredSaturating(ref seen, 2, "started_at_unix_ms");
            else if (json.Is("ended_at_unix_ms"u8)) end = json.RequiredSaturating(ref seen, 3, "ended_at_unix_ms");
            else if (json.Is("duration_ms"u8)) duration = json.RequiredNumber(ref seen, 4, "duration_ms");
            else if (json.Is("status"u8)) status = json.RequiredText(ref seen, 5, "status");
            else if (json.Is("output_bytes"u8)) bytes = json.OptionalUInt64(ref seen, 6, "output_bytes");
            else if (json.Is("output_tokens"u8)) tokens = json.OptionalUInt64(ref seen, 7, "output_tokens");
            else if (json.Is("error_type"u8)) error = json.OptionalText(ref seen, 8, "error_type");
            else json.Skip();
        }

        return new ToolSpan(
            id ?? throw JsonRow.Missing("tool_call_id"),
            toolClass ?? throw JsonRow.Missing("tool_class"),
            start ?? throw JsonRow.Missing("started_at_unix_ms"),
            end ?? throw JsonRow.Missing("ended_at_unix_ms"),
            duration ?? throw JsonRow.Missing("duration_ms"),
            status ?? throw JsonRow.Missing("status"),
            bytes,
            tokens,
            error);
    }
}
