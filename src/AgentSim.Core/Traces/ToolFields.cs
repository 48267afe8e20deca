using AgentSim.Json;

namespace AgentSim.Traces;

/// <summary>Decodes the <c>tool</c> object of a record (behaviour 01#2.3).</summary>
internal static class ToolFields
{
    /// <summary>Reads the object just opened.</summary>
    public static ToolRecord Read(ref JsonRow json)
    {
        uint seen = 0;
        string? id = null, toolClass = null;
        var tool = new ToolRecord();
        while (json.NextKey())
        {
            if (json.Is("tool_call_id"u8)) id = json.RequiredText(ref seen, 0, "tool.tool_call_id");
            else if (json.Is("tool_class"u8)) toolClass = json.RequiredText(ref seen, 1, "tool.tool_class");
            else if (json.Is("started_at_unix_ms"u8)) tool.StartedUnixMs = json.OptionalSaturating(ref seen, 2, "tool.started_at_unix_ms");
            else if (json.Is("ended_at_unix_ms"u8)) tool.EndedUnixMs = json.OptionalSaturating(ref seen, 3, "tool.ended_at_unix_ms");
            else if (json.Is("duration_ms"u8)) tool.DurationMs = json.OptionalNumber(ref seen, 4, "tool.duration_ms");
            else if (json.Is("status"u8)) tool.Status = json.OptionalText(ref seen, 5, "tool.status");
            else if (json.Is("output_bytes"u8)) tool.OutputBytes = json.OptionalUInt64(ref seen, 6, "tool.output_bytes");
            else if (json.Is("output_tokens"u8)) tool.OutputTokens = json.OptionalUInt64(ref seen, 7, "tool.output_tokens");
            else if (json.Is("error_type"u8)) tool.ErrorType = json.OptionalText(ref seen, 8, "tool.error_type");
            else if (json.Is("claude"u8))
            {
                if (json.BeginObject(ref seen, 9, "tool.claude")) tool.Causality = ReadCausality(ref json);
            }
            else json.SkipDecoded();
        }

        tool.ToolCallId = id ?? throw JsonRow.Missing("tool.tool_call_id");
        tool.ToolClass = toolClass ?? throw JsonRow.Missing("tool.tool_class");
        return tool;
    }

    private static ToolCausality ReadCausality(ref JsonRow json)
    {
        uint seen = 0;
        string? source = null, consumer = null, child = null, mode = null;
        while (json.NextKey())
        {
            if (json.Is("source_request_id"u8)) source = json.RequiredText(ref seen, 0, "claude.source_request_id");
            else if (json.Is("consumer_request_id"u8)) consumer = json.OptionalText(ref seen, 1, "claude.consumer_request_id");
            else if (json.Is("child_session_id"u8)) child = json.OptionalText(ref seen, 2, "claude.child_session_id");
            else if (json.Is("execution_mode"u8)) mode = json.RequiredText(ref seen, 3, "claude.execution_mode");
            else json.SkipDecoded();
        }

        return new ToolCausality(source ?? throw JsonRow.Missing("claude.source_request_id"), consumer, child,
            mode ?? throw JsonRow.Missing("claude.execution_mode"));
    }
}
