using System.Text;
using System.Text.Json;

namespace AgentSim.Tests.Proxy;

/// <summary>Streams that end as they should not: everything that was sent reaches the client, and what came is recorded.</summary>
public sealed class BrokenStreamTests
{
    private const string MessagesBody = """{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hello"}]}""";
    private const string ResponsesBody = """{"model":"m","stream":true,"input":"hello"}""";
    private const string Start =
        """{"type":"message_start","message":{"id":"m1","usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}}}""";
    private const string Created = """{"type":"response.created","response":{"id":"r1","status":"in_progress"}}""";
    private const string Word = """{"type":"response.output_text.delta","delta":"a"}""";

    private static string Event(string data) => $"event: x\ndata: {data}\n\n";

    private static string Text(string text) =>
        Event($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{text}}}"}}""");

    // Kind, path, what is sent, whether the connection is reset behind it or its length is cut, expected input and reason.
    public static TheoryData<string, string, string, bool, long?, string> Broken => new()
    {
        { "messages: the connection breaks before the end", "/v1/messages", Event(Start) + Text("a"), true, 100,
            "error: the connection to the server broke" },
        { "messages: the stream just ends", "/v1/messages", Event(Start) + Text("a"), false, 100, "error: the stream ended early" },
        { "messages: an error inside", "/v1/messages", Event(Start) + Text("a")
            + Event("""{"type":"error","error":{"type":"overloaded_error","message":"secret"}}"""), false, 100, "error: overloaded_error" },
        { "messages: an event is cut in the middle", "/v1/messages", Event(Start) + Text("a") + "event: x\ndata: {\"type\":\"content_bl",
            false, 100, "error: the stream ended early" },
        { "messages: an event is no JSON", "/v1/messages", Event(Start) + Event("{not json") + Text("a"), false, 100,
            "error: the stream ended early" },
        { "messages: no start", "/v1/messages", Text("a") + Event("""{"type":"message_stop"}"""), false, null, "" },
        { "responses: the connection breaks", "/v1/responses", Event(Created) + Event(Word), true, null,
            "error: the connection to the server broke" },
        { "responses: no last event", "/v1/responses", Event(Created) + Event(Word), false, null, "error: the stream ended early" },
        { "responses: it failed", "/v1/responses", Event(Created) + Event(Word)
            + Event("""{"type":"response.failed","response":{"id":"r1","status":"failed","error":{"code":"server_error","message":"secret"},"usage":{"input_tokens":70,"output_tokens":1}}}"""), false, 70, "error: server_error" },
        { "responses: it is incomplete", "/v1/responses", Event(Created) + Event(Word)
            + Event("""{"type":"response.incomplete","response":{"id":"r1","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":70,"output_tokens":1}}}"""), false, 70, "max_output_tokens" },
        { "responses: an error event", "/v1/responses", Event(Created)
            + Event("""{"type":"error","code":"rate_limit_exceeded","message":"secret"}"""), false, null, "error: rate_limit_exceeded" },
        { "chat: the connection breaks", "/v1/chat/completions", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n",
            true, null, "error: the connection to the server broke" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_was_sent_arrives_and_is_recorded(string kind, string path, string stream, bool isReset, long? input,
        string reason)
    {
        Assert.NotEmpty(kind);
        // A body that ends with the connection is whole in any case; one in chunks is not without its last.
        string chunks = string.Concat(stream.Chunk(37).Select(piece => $"{piece.Length:x}\r\n{new string(piece)}\r\n"));
        string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        using var server = new RawServer(_ => (Encoding.UTF8.GetBytes(head + chunks + (isReset ? "" : "0\r\n\r\n")), false));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        string body = path == "/v1/messages" ? MessagesBody : path == "/v1/responses" ? ResponsesBody : ProxyBench.ChatStreamUsage;
        var got = new StringBuilder();
        using (HttpResponseMessage response = await bench.Post(body, path, ("x-dynamo-session-id", "s")))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            var buffer = new char[1000];
            try
            {
                for (int count; (count = await reader.ReadAsync(buffer)) > 0;) got.Append(buffer, 0, count);
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                Assert.True(isReset);
            }
        }

        Assert.Equal(stream, got.ToString());
        string text = await bench.Text();
        Assert.DoesNotContain("secret", text);
        JsonElement request = JsonDocument.Parse(text).RootElement.GetProperty("event").GetProperty("request");
        Assert.Equal(input, request.TryGetProperty("input_tokens", out JsonElement tokens) ? tokens.GetInt64() : null);
        Assert.Equal(reason, request.TryGetProperty("finish_reason_metadata", out JsonElement finish)
            && finish.TryGetProperty("backend_finish_reason", out JsonElement end) ? end.GetString() : "");
        if (input is null) Assert.Equal("estimated", request.GetProperty("capture").GetProperty("input").GetString());
        Assert.Equal(1, bench.Counters.Recorded);
    }
}
