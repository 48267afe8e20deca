using System.Globalization;
using System.Text.Json;
using AgentSim.Imports;
using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

/// <summary>Spans: model calls and tools, whose session they belong to, and what prompts share.</summary>
public sealed class OtelTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_conversation_goes_on_by_its_recorded_messages_with_tools_between()
    {
        const string First = """[{"role":"user","parts":[{"type":"text","content":"Weather in Paris?"}]}]""";
        const string Answer = """{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"get_weather","arguments":{"location":"Paris"}}]}""";
        string second = First[..^1] + "," + Answer
            + """,{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"rainy"}]}]""";
        ImportLab import = ImportLab.Read(_folder.Write("spans.jsonl", Otlp(
            Span("1", null, "invoke_agent a", 0, 9000, ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.conversation.id", "conv"),
                ("gen_ai.usage.input_tokens", 960)),
            Span("2", "1", "chat m", 100, 1100, ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"),
                ("gen_ai.usage.input_tokens", 320), ("gen_ai.usage.output_tokens", 20),
                ("gen_ai.input.messages", First), ("gen_ai.output.messages", $"[{Answer}]")),
            Span("3", "1", "execute_tool get_weather", 1150, 3150, ("gen_ai.operation.name", "execute_tool"),
                ("gen_ai.tool.name", "get_weather"), ("gen_ai.tool.call.id", "c1")),
            Span("4", "1", "chat m", 3200, 4200, ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"),
                ("gen_ai.usage.input_tokens", 640), ("gen_ai.usage.output_tokens", 9), ("gen_ai.input.messages", second)))));

        RequestRecord one = import["otel:conv:2"], two = import["otel:conv:4"];
        Assert.Equal(2, import.Summary.Requests);   // the agent repeats their tokens
        Assert.Equal((1000, 5, "m"), (one.TotalTimeMs, ImportLab.Shared(one, two), one.Model));
        ToolRecord tool = Assert.Single(import.Tools);
        Assert.Equal(("c1", "get_weather", 2000.0, "conv"), (tool.ToolCallId, tool.ToolClass, tool.DurationMs, tool.SessionId));
        Assert.DoesNotContain(import.Summary.Warnings, warning =>
            warning.Message.Contains("as long as they grow", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_messages_prompts_go_on_while_they_grow_and_that_is_said()
    {
        ImportLab import = ImportLab.Read(_folder.Write("spans.jsonl", Otlp(
            Chat("1", null, 0, 320, ("session.id", "s")), Chat("2", null, 2000, 640, ("session.id", "s")),
                Chat("3", null, 4000, 128, ("session.id", "s")))));

        Assert.Equal((5, 0), (ImportLab.Shared(import["otel:s:1"], import["otel:s:2"]),
            ImportLab.Shared(import["otel:s:2"], import["otel:s:3"])));
        Assert.Contains(import.Summary.Warnings, warning => warning.Message.Contains("as long as they grow", StringComparison.Ordinal));
    }

    [Fact]
    public void Calls_of_models_within_each_other_count_once()
    {
        ImportLab import = ImportLab.Read(_folder.Write("spans.jsonl", Otlp(Chat("1", null, 0, 100), Chat("2", "1", 5, 100))));

        Assert.Equal(("otel:t:2", 1L), (Assert.Single(import.Requests).RequestId, import.Dropped("aggregates")));
    }

    [Fact]
    public void Cached_tokens_are_added_for_emitters_that_leave_them_out_and_for_no_others()
    {
        string first = Otlp(
            Chat("1", null, 0, 100, ("gen_ai.system", "anthropic"), ("gen_ai.usage.cache_read.input_tokens", 5000),
                ("gen_ai.usage.cache_creation.input_tokens", 300)),
            Chat("2", null, 2000, 6000, ("gen_ai.system", "anthropic"), ("gen_ai.usage.cache_read.input_tokens", 400)),
            Chat("3", null, 4000, 6000, ("gen_ai.system", "openai"), ("gen_ai.usage.cache_read.input_tokens", 400)));
        ImportLab import = ImportLab.Read(_folder.Write("spans.jsonl", first));

        Assert.Equal([5400, 6400, 6000], import.Requests.OrderBy(request => request.ReceivedUnixMs).Select(request => request.InputLength));
        Assert.Contains(import.Summary.Warnings, warning => warning.Message.StartsWith("2 spans", StringComparison.Ordinal));
    }

    [Fact]
    public void An_agent_within_a_tool_call_is_a_sub_agent_tied_to_the_call()
    {
        ImportLab import = ImportLab.Read(_folder.Write("spans.jsonl", Otlp(
            Span("a", null, "invoke_agent main", 0, 20000, ("gen_ai.operation.name", "invoke_agent")),
            Chat("1", "a", 100, 320),
            Span("t", "a", "execute_tool task", 1200, 9000, ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "task")),
            Span("b", "t", "invoke_agent sub", 1300, 8900, ("gen_ai.operation.name", "invoke_agent")),
            Chat("2", "b", 1400, 64),
            Chat("3", "a", 9100, 640))));

        Assert.Equal((1, 1), (import.Summary.Sessions, import.Summary.SubAgents));
        RequestRecord inner = import.Requests.Single(request => request.InputLength == 64);
        Assert.Equal(("t/a", "t/a/b"), (inner.ParentSessionId, inner.SessionId));
        Assert.Equal("t/a/b", Assert.Single(import.Tools).Causality!.ChildSessionId);
    }

    [Theory]
    [InlineData("""[{"name":"ai.generateText.doGenerate","spanContext":{"traceId":"t","spanId":"1"},"attributes":{"ai.operationId":"ai.generateText.doGenerate","ai.model.id":"m","ai.usage.promptTokens":14,"ai.usage.completionTokens":20,"ai.prompt.messages":"[{\"role\":\"user\",\"content\":\"hi\"}]"},"startTime":[1770131992,242000000],"endTime":[1770131994,21415667]},{"name":"ai.generateText","spanContext":{"traceId":"u","spanId":"2"},"attributes":{"ai.operationId":"ai.generateText","ai.usage.promptTokens":14,"ai.usage.completionTokens":20},"startTime":[1770131992,241000000],"endTime":[1770131994,22541000]}]""")]
    [InlineData("""{"name":"ChatCompletion","context":{"trace_id":"0xt","span_id":"0x1"},"parent_id":null,"start_time":"2026-02-03T15:19:52.242000Z","end_time":"2026-02-03T15:19:54.021415Z","status":{"status_code":"OK"},"attributes":{"openinference.span.kind":"LLM","llm.model_name":"m","llm.token_count.prompt":14,"llm.token_count.completion":20,"llm.input_messages.0.message.role":"user","llm.input_messages.0.message.content":"hi"}}""")]
    [InlineData("""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1770131994021415667","body":{"stringValue":"claude_code.api_request"},"attributes":[{"key":"event.name","value":{"stringValue":"api_request"}},{"key":"session.id","value":{"stringValue":"t"}},{"key":"model","value":{"stringValue":"m"}},{"key":"input_tokens","value":{"stringValue":"4"}},{"key":"cache_read_tokens","value":{"stringValue":"10"}},{"key":"output_tokens","value":{"intValue":"20"}},{"key":"duration_ms","value":{"stringValue":"1779"}},{"key":"request_id","value":{"stringValue":"1"}}]}]}]}]}""")]
    public void Forms_of_other_emitters_give_the_same(string content)
    {
        RequestRecord request = Assert.Single(ImportLab.Read(_folder.Write("spans.json", content)).Requests);

        Assert.Equal((14, 20, "m", "otel:t:1"), (request.InputLength, request.OutputTokens, request.Model, request.RequestId));
        Assert.Equal((1770131992242, 1770131994021), (request.ReceivedUnixMs, request.EventUnixMs));
    }

    [Fact]
    public void A_history_that_was_rewritten_shares_only_what_is_fixed()
    {
        const string Tools = """[{"name":"read","description":"reads a file and says what is in it, as lines with their numbers before them, from the first one asked for"}]""";
        string Messages(params string[] texts) =>
            $"[{string.Join(",", texts.Select((text, i) => $$"""{"role":"{{(i % 2 == 0 ? "user" : "assistant")}}","parts":[{"type":"text","content":"{{text}}"}]}"""))}]";
        (string, object) Fixed = ("gen_ai.tool.definitions", Tools), session = ("session.id", "s");
        ImportLab import = ImportLab.Read(new ImportOptions { TraceBlockSize = 4 }, _folder.Write("spans.jsonl", Otlp(
            Chat("1", null, 0, 400, Fixed, session, ("gen_ai.input.messages", Messages("one"))),
            Chat("2", null, 2000, 480, Fixed, session, ("gen_ai.input.messages", Messages("one", "two", "three"))),
            Chat("3", null, 4000, 300, Fixed, session, ("gen_ai.input.messages", Messages("another beginning"))))));

        Assert.Equal(100, ImportLab.Shared(import["otel:s:1"], import["otel:s:2"]));
        Assert.InRange(ImportLab.Shared(import["otel:s:2"], import["otel:s:3"]), 5, 12);   // about 35 tokens of definitions
    }

    [Fact]
    public void Spans_come_in_any_order_and_twice()
    {
        string chat = Otlp(Chat("2", "1", 100, 320, ("session.id", "s"))),
            agent = Otlp(Span("1", null, "a", 0, 900, ("openinference.span.kind", "AGENT")));
        string a = _folder.Write("a.jsonl", chat + "\n" + agent), b = _folder.Write("b.jsonl", agent + "\n" + chat + "\n");
        ImportLab import = ImportLab.Read(a, b);

        Assert.Equal((1, 2L), (import.Summary.Requests, import.Dropped("repeated")));
        Assert.Equal(import.Bytes, ImportLab.Read(b, a).Bytes);
    }

    [Theory]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x","startTimeUnixNano":"5"}]}]}]}""", "no spans")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t","spanId":"1","name":"GET /","startTimeUnixNano":"1770131992242000000","endTimeUnixNano":"1770131992242000000","attributes":[]}]}]}]}""", "none of them is a call of a model")]
    public void Files_without_calls_of_models_say_what_they_lack(string content, string reason) =>
        Assert.Contains(reason, Assert.Throws<AgentSimException>(() =>
            LogImport.Read([_folder.Write("a.json", content)], new ImportOptions())).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_ends_in_the_middle_gives_what_is_before()
    {
        string whole = Otlp(Chat("1", null, 0, 320)), half = Otlp(Chat("2", null, 2000, 640));
        ImportLab import = ImportLab.Read(_folder.Write("a.jsonl", whole + "\n" + half[..^30]));

        Assert.Equal((1, 1L), (import.Summary.Requests, import.Dropped("truncated_lines")));
    }

    [Fact]
    public void Failed_calls_and_those_without_counts_are_left_out_and_counted()
    {
        ImportLab import = ImportLab.Read(_folder.Write("a.jsonl", Otlp(
            Chat("1", null, 0, 320), Span("2", null, "chat", 5, 6, ("gen_ai.operation.name", "chat")),
                Span("3", null, "embeddings", 5, 6, ("gen_ai.operation.name", "embeddings"), ("gen_ai.usage.input_tokens", 7)))));

        Assert.Equal((1, 1L), (import.Summary.Requests, import.Dropped("without_usage")));
    }

    private static string Chat(string id, string? parent, int start, int input, params (string Name, object Value)[] more) =>
        Span(id, parent, "chat m", start, start + 1000, [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"),
            ("gen_ai.usage.input_tokens", input), ("gen_ai.usage.output_tokens", 20), .. more]);

    private static string Span(string id, string? parent, string name, int start, int end, params (string Name, object Value)[] attributes)
    {
        string Nano(int milliseconds) => (1_770_000_000_000L + milliseconds).ToString(CultureInfo.InvariantCulture) + "000000";
        string Value(object value) => value is int number ? $$"""{"intValue":"{{number}}"}""" : "{\"stringValue\":"
            + JsonSerializer.Serialize((string)value) + "}";
        string values = string.Join(",", attributes.Select(pair => "{\"key\":\"" + pair.Name + "\",\"value\":" + Value(pair.Value) + "}"));
        return $$"""{"traceId":"t","spanId":"{{id}}","parentSpanId":"{{parent}}","name":"{{name}}","startTimeUnixNano":"{{Nano(start)}}","endTimeUnixNano":"{{Nano(end)}}","attributes":[{{values}}]}""";
    }

    private static string Otlp(params string[] spans) =>
        """{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"app"}}]},"scopeSpans":[{"scope":{"name":"lib"},"spans":[SPANS]}]}]}""".Replace("SPANS", string.Join(",", spans), StringComparison.Ordinal);
}
