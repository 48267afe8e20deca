using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports.Otel;

/// <summary>
/// Reads spans: OTLP as collectors write it to files, and the objects of the exporters of the SDKs (Node.js, Python). Of log
/// records those of Claude Code's telemetry are taken, which say of each request what a span would.
/// </summary>
internal sealed class OtelReader(ImportSink sink)
{
    private static readonly string[] ModelOperations = ["chat", "text_completion", "generate_content", "completion"];

    private readonly OtelMessages _messages = new(sink);

    /// <summary>All spans read so far.</summary>
    public List<OtelSpan> Spans { get; } = [];

    /// <summary>Takes an object of a file.</summary>
    public void Read(JsonElement value, SourcePlace place)
    {
        if (value.TryGetProperty("resourceSpans", out JsonElement resources) || value.TryGetProperty("resource_spans", out resources))
        {
            foreach (JsonElement resource in resources.Items())
            {
                string service = new OtelAttributes(resource.Get("resource").Get("attributes")).Text("service.name") ?? "";
                foreach (JsonElement scope in Scopes(resource, "scopeSpans", "scope_spans", "instrumentationLibrarySpans"))
                {
                    string emitter = $"{service}/{scope.Get("scope").Text("name") ?? scope.Get("instrumentationLibrary").Text("name")}";
                    foreach (JsonElement span in scope.Get("spans").Items()) Add(span, emitter, place);
                }
            }
        }
        else if (value.TryGetProperty("resourceLogs", out resources) || value.TryGetProperty("resource_logs", out resources))
        {
            foreach (JsonElement resource in resources.Items())
            {
                foreach (JsonElement scope in Scopes(resource, "scopeLogs", "scope_logs", "instrumentationLibraryLogs"))
                {
                    int number = 0;
                    foreach (JsonElement log in scope.Get("logRecords").Items().Concat(scope.Get("log_records").Items()))
                        AddLog(log, place, number++);
                }
            }
        }
        else if (OtelFormat.IsSpan(value))
        {
            Add(value, value.Get("instrumentationScope").Text("name") ?? value.Get("instrumentationLibrary").Text("name") ?? "", place);
        }
    }

    private static IEnumerable<JsonElement> Scopes(JsonElement resource, params string[] names)
    {
        foreach (string name in names)
        {
            if (resource.Get(name) is { ValueKind: JsonValueKind.Array } scopes) return scopes.Items();
        }

        return [];
    }

    private void Add(JsonElement span, string emitter, SourcePlace place)
    {
        if (span.ValueKind != JsonValueKind.Object) return;
        JsonElement context = span.TryGetProperty("spanContext", out JsonElement found) ? found : span.Get("context");
        string? trace = span.Text("traceId") ?? span.Text("trace_id") ?? context.Text("traceId") ?? context.Text("trace_id");
        string? id = span.Text("spanId") ?? span.Text("span_id") ?? span.Text("id") ?? context.Text("spanId") ?? context.Text("span_id");
        long? start = Time(span, "startTimeUnixNano", "start_time_unix_nano", "startTime", "start_time"),
            end = Time(span, "endTimeUnixNano", "end_time_unix_nano", "endTime", "end_time");
        if (id is null || start is not { } started)
        {
            sink.Fault(OtelFormat.Unusable, place.Error(Errors.ImportRowInvalid, "a span has no id or no start; it was passed over"));
            return;
        }

        var attributes = new OtelAttributes(span.Get("attributes"));
        string name = span.Text("name") ?? "";
        OtelKind kind = KindOf(attributes);
        JsonElement status = span.Get("status");
        string? code = status.Text("code") ?? status.Text("status_code") ?? status.Number("code")?.ToString(CultureInfo.InvariantCulture);
        Spans.Add(new OtelSpan
        {
            Place = place,
            TraceId = Hex(trace ?? ""),
            SpanId = Hex(id),
            ParentId = Parent(span),
            Name = name,
            Kind = kind,
            StartMs = started,
            EndMs = end ?? started,
            HasEnd = end >= started,
            SessionId = Session(attributes),
            IsError = code is "2" or "ERROR" or "STATUS_CODE_ERROR" or "Error",
            Emitter = $"{emitter}/"
                + attributes.Text("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"),
            Call = kind == OtelKind.Model ? Call(attributes, span, started) : null,
            ToolId = kind == OtelKind.Tool ? attributes.Text("gen_ai.tool.call.id", "tool_call.id", "tool.call.id", "ai.toolCall.id",
                "tool_call_id") : null,
            ToolName = kind == OtelKind.Tool ? attributes.Text("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "tool_name",
                "traceloop.entity.name") ?? ToolName(name) : null,
        });
    }

    // claude_code.api_request is written when the answer is complete, and says how long it took.
    private void AddLog(JsonElement log, SourcePlace place, int number)
    {
        var attributes = new OtelAttributes(log.Get("attributes"));
        string? name = attributes.Text("event.name") ?? log.Text("eventName") ?? log.Get("body").Text("stringValue");
        OtelKind kind = name switch
        {
            "api_request" or "claude_code.api_request" => OtelKind.Model,
            "tool_result" or "claude_code.tool_result" => OtelKind.Tool,
            _ => OtelKind.Other,
        };
        if (kind == OtelKind.Other) return;
        if ((Time(log, "timeUnixNano", "observedTimeUnixNano") ?? LenientJson.Time(attributes.Text("event.timestamp"))) is not { } end)
        {
            sink.Fault(OtelFormat.Unusable, place.Error(Errors.ImportRowInvalid, "a log record has no time; it was passed over"));
            return;
        }

        long start = end - (long)Math.Clamp(attributes.Number("duration_ms") ?? 0, 0, 1e12);
        string session = attributes.Text("session.id") ?? "";
        Spans.Add(new OtelSpan
        {
            Place = place,
            TraceId = $"log:{session}",
            SpanId = attributes.Text("request_id", "tool_use_id")
                ?? FormattableString.Invariant(
                    $"{end}:{attributes.Text("event.sequence") ?? FormattableString.Invariant($"{place.Line}.{number}")}"),
            Name = name!,
            Kind = kind,
            StartMs = start,
            EndMs = end,
            HasEnd = true,
            SessionId = session.Length > 0 ? session : null,
            IsError = attributes.Text("success") == "false",
            Emitter = OtelUsage.ClaudeCode,
            Call = kind != OtelKind.Model ? null : new OtelCall
            {
                Model = attributes.Text("model"),
                Input = attributes.Tokens("input_tokens"),
                Output = attributes.Tokens("output_tokens"),
                CacheRead = attributes.Tokens("cache_read_tokens"),
                CacheCreation = attributes.Tokens("cache_creation_tokens"),
                TtftMs = attributes.Number("ttft_ms"),
            },
            ToolId = attributes.Text("tool_use_id"),
            ToolName = kind == OtelKind.Tool ? attributes.Text("tool_name") ?? "tool" : null,
        });
    }

    private OtelCall Call(OtelAttributes attributes, JsonElement span, long start) => new()
    {
        Model = attributes.Text("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "ai.response.model", "ai.model.id"),
        Input = attributes.Tokens("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
            "ai.usage.inputTokens", "ai.usage.promptTokens", "llm.usage.prompt_tokens"),
        Output = attributes.Tokens(
            "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion", "ai.usage.outputTokens",
                "ai.usage.completionTokens", "llm.usage.completion_tokens"),
        CacheRead = attributes.Tokens(
            "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.input_tokens.cached",
                "gen_ai.usage.cached_input_tokens",
            "gen_ai.usage.input_token_details.cached", "gen_ai.usage.details.cached_tokens", "llm.token_count.prompt_details.cache_read",
                "ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"),
        CacheCreation = attributes.Tokens(
            "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.cache_write_input_tokens",
            "llm.token_count.prompt_details.cache_write", "ai.usage.inputTokenDetails.cacheWriteTokens"),
        TtftMs = Ttft(attributes, span, start),
        FinishReason = Finish(attributes),
        ToolCalls = OtelMessages.ToolCalls(attributes),
        Fixed = _messages.Fixed(attributes),
        Messages = _messages.Prompt(attributes),
    };

    private static double? Ttft(OtelAttributes attributes, JsonElement span, long start)
    {
        double? recorded = attributes.Number("ai.response.msToFirstChunk")
            ?? attributes.Number("gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token",
                "gen_ai.response.time_to_first_token") * 1000;
        if (recorded is > 0) return recorded;
        foreach (JsonElement happened in span.Get("events").Items())
        {
            if (happened.Text("name") is not ("First Token Stream Event" or "ai.stream.firstChunk" or "gen_ai.content.first_token"
                or "first_token")) continue;
            if (Time(happened, "timeUnixNano", "time_unix_nano", "time", "timestamp") is { } time && time > start) return time - start;
        }

        return null;
    }

    private static string? Finish(OtelAttributes attributes)
    {
        JsonElement reasons = attributes.Get("gen_ai.response.finish_reasons");
        string? reason = reasons.ValueKind == JsonValueKind.Array ? reasons.EnumerateArray().Select(OtelAttributes.ItemText)
            .FirstOrDefault(text => text is not null)
            : attributes.Text("ai.response.finishReason", "gen_ai.response.finish_reasons", "gen_ai.completion.0.finish_reason",
                "llm.finish_reason");
        return reason?.ToLowerInvariant() switch
        {
            "stop" or "end_turn" or "stop_sequence" => "stop",
            "length" or "max_tokens" => "length",
            "tool_calls" or "tool-calls" or "tool_use" or "tool_call" or "function_call" => "tool_calls",
            "content_filter" or "content-filter" or "refusal" or "safety" => "content_filter",
            _ => null,
        };
    }

    private static OtelKind KindOf(OtelAttributes attributes)
    {
        string? operation = attributes.Text("gen_ai.operation.name"),
            inference = attributes.Text("openinference.span.kind")?.ToUpperInvariant();
        string? vercel = attributes.Text("ai.operationId"), traceloop = attributes.Text("traceloop.span.kind"),
            type = attributes.Text("llm.request.type");
        if (vercel is not null)
        {
            if (vercel == "ai.toolCall") return OtelKind.Tool;
            return vercel.EndsWith(".doGenerate", StringComparison.Ordinal) || vercel.EndsWith(".doStream", StringComparison.Ordinal)
                ? OtelKind.Model : OtelKind.Other;
        }

        if (operation == "execute_tool" || inference == "TOOL" || traceloop == "tool") return OtelKind.Tool;
        if (operation is "invoke_agent" or "create_agent" || inference == "AGENT" || traceloop == "agent") return OtelKind.Agent;
        if ((operation is not null && ModelOperations.Contains(operation)) || inference == "LLM" || type is "chat" or "completion")
            return OtelKind.Model;
        return OtelKind.Other;
    }

    private static string? Session(OtelAttributes attributes) => attributes.Text(
        "gen_ai.conversation.id", "session.id", "langfuse.session.id", "ai.telemetry.metadata.sessionId",
            "ai.telemetry.metadata.session_id",
        "traceloop.association.properties.session_id", "traceloop.association.properties.thread_id", "gcp.vertex.agent.session_id");

    private static string? Parent(JsonElement span)
    {
        JsonElement context = span.Get("parentSpanContext");
        string? id = span.Text("parentSpanId") ?? span.Text("parent_span_id") ?? span.Text("parentId") ?? span.Text("parent_id")
            ?? context.Text("spanId");
        return string.IsNullOrEmpty(id) || id.All(digit => digit == '0') ? null : Hex(id);
    }

    private static string Hex(string id) => id.StartsWith("0x", StringComparison.Ordinal) ? id[2..] : id;

    private static string ToolName(string name) => name.StartsWith("execute_tool ", StringComparison.Ordinal)
        ? name["execute_tool ".Length..] : name.Length > 0 ? name : "tool";

    // Nanoseconds as text or number (OTLP), seconds and nanoseconds (Node.js), or ISO 8601 (Python); in whole milliseconds.
    private static long? Time(JsonElement value, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            JsonElement found = value.Get(name);
            switch (found.ValueKind)
            {
                case JsonValueKind.String when ulong.TryParse(found.GetString(), NumberStyles.None, CultureInfo.InvariantCulture,
                    out ulong number):
                    if (number > 0) return FromNumber(number);
                    break;
                case JsonValueKind.String:
                    if (LenientJson.Time(found.GetString()) is { } time) return time;
                    break;
                case JsonValueKind.Number when found.TryGetDouble(out double number) && number > 0:
                    return FromNumber(number);
                case JsonValueKind.Array when found.GetArrayLength() == 2 && found[0].AsNumber() is { } seconds
                    && found[1].AsNumber() is { } nanoseconds:
                    return (seconds * 1000) + (long)Math.Round(nanoseconds / 1e6, MidpointRounding.AwayFromZero);
            }
        }

        return null;
    }

    // By their size: nanoseconds, microseconds or milliseconds since 1970.
    private static long FromNumber(double number) =>
        (long)Math.Round(number >= 1e17 ? number / 1e6 : number >= 1e14 ? number / 1e3 : number, MidpointRounding.AwayFromZero);
}
