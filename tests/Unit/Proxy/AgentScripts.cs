using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Tests.Proxy;

/// <summary>
/// Servers that answer as Anthropic's and OpenAI's do, by the events that their public documentation describes, and keep what they told
/// as usage. What they say is scripted: per request a text, tool calls, and counts.
/// </summary>
internal static class AgentScripts
{
    /// <summary>What a server answers once.</summary>
    /// <param name="Input">All prompt tokens.</param>
    /// <param name="Cached">Those of them that were cached.</param>
    /// <param name="Output">Output tokens.</param>
    /// <param name="Reasoning">Those of them that were reasoning.</param>
    /// <param name="Calls">Tool calls, by id and name.</param>
    internal sealed record Turn(long Input, long Cached, long Output, long Reasoning = 0, params (string Id, string Name)[] Calls);

    /// <summary>A server of Anthropic's messages.</summary>
    public static Task<FakeServer> Messages(Func<JsonNode, Turn> turns) => FakeServer.Start(async (context, body) =>
    {
        JsonNode request = JsonNode.Parse(body)!;
        Turn turn = turns(request);
        // What is not cached is told apart from what is, and what is written to the cache apart from both.
        long created = (turn.Input - turn.Cached) / 2, plain = turn.Input - turn.Cached - created;
        string usage = $$"""{"input_tokens":{{plain}},"cache_creation_input_tokens":{{created}},"cache_read_input_tokens":{{turn.Cached}},"output_tokens":""";
        string reason = turn.Calls.Length > 0 ? "tool_use" : "end_turn";
        if (request["stream"]?.GetValue<bool>() != true)
        {
            string blocks = string.Join(',', [Text("done"), .. turn.Calls.Select(call => Call(call, """{"x":1}"""))]);
            await Json(context, $$$$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{{{{blocks}}}}],"stop_reason":"{{{{reason}}}}","stop_sequence":null,"usage":{{{{usage}}}}{{{{turn.Output}}}}}}""");
            return;
        }

        List<string> events =
        [
            $$$$"""{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{{{{usage}}}}1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            """{"type":"ping"}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"let me see"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQBCg=="}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"done"}}""",
            """{"type":"content_block_stop","index":1}""",
        ];
        foreach ((int i, (string Id, string Name) call) in turn.Calls.Index())
        {
            events.Add($$"""{"type":"content_block_start","index":{{i + 2}},"content_block":{{Call(call, "{}")}}}""");
            events.Add($$$$"""{"type":"content_block_delta","index":{{{{i + 2}}}},"delta":{"type":"input_json_delta","partial_json":"{\"secret\":1}"}}""");
            events.Add($$"""{"type":"content_block_stop","index":{{i + 2}}}""");
        }

        events.Add($$$$"""{"type":"message_delta","delta":{"stop_reason":"{{{{reason}}}}","stop_sequence":null},"usage":{"output_tokens":{{{{turn.Output}}}}}}""");
        events.Add("""{"type":"message_stop"}""");
        await Events(context, events);
    });

    /// <summary>A server of OpenAI's responses.</summary>
    public static Task<FakeServer> Responses(Func<JsonNode, Turn> turns)
    {
        int number = 0;
        return FakeServer.Start(async (context, body) =>
        {
            JsonNode request = JsonNode.Parse(body)!;
            Turn turn = turns(request);
            string id = $"resp_{Interlocked.Increment(ref number)}";
            string usage = $$"""{"input_tokens":{{turn.Input}},"input_tokens_details":{"cached_tokens":{{turn.Cached}}},"output_tokens":{{turn.Output}},"output_tokens_details":{"reasoning_tokens":{{turn.Reasoning}}},"total_tokens":{{turn.Input + turn.Output}}}""";
            string message = """{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"done","annotations":[]}]}""";
            string[] calls = [.. turn.Calls.Select(call => $$"""{"id":"fc_{{call.Id}}","type":"function_call","status":"completed","call_id":"{{call.Id}}","name":"{{call.Name}}","arguments":"{\"secret\":1}"}""")];
            string whole = $$"""{"id":"{{id}}","object":"response","status":"completed","error":null,"incomplete_details":null,"model":"m","output":[{{string.Join(',', [message, .. calls])}}],"usage":{{usage}}}""";
            if (context.Request.Path.Value!.EndsWith("/compact", StringComparison.Ordinal))
            {
                await Json(context, $$"""{"id":"{{id}}","object":"response.compaction","created_at":1,"output":[{"id":"cmp_1","type":"compaction","encrypted_content":"gAAA"}],"usage":{{usage}}}""");
                return;
            }

            if (request["stream"]?.GetValue<bool>() != true)
            {
                await Json(context, whole);
                return;
            }

            List<string> events =
            [
                $$$$"""{"type":"response.created","sequence_number":0,"response":{"id":"{{{{id}}}}","object":"response","status":"in_progress","output":[],"usage":null}}""",
                $$$$"""{"type":"response.in_progress","sequence_number":1,"response":{"id":"{{{{id}}}}","object":"response","status":"in_progress","output":[],"usage":null}}""",
                """{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}""",
                """{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"thinking"}""",
                """{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gAAA"}}""",
                """{"type":"response.output_item.added","output_index":1,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}""",
                """{"type":"response.output_text.delta","item_id":"msg_1","output_index":1,"content_index":0,"delta":"done"}""",
                $$"""{"type":"response.output_item.done","output_index":1,"item":{{message}}}""",
            ];
            foreach (string call in calls)
            {
                events.Add($$"""{"type":"response.output_item.added","output_index":2,"item":{{call.Replace("""{\"secret\":1}""", "", StringComparison.Ordinal)}}}""");
                events.Add("""{"type":"response.function_call_arguments.delta","item_id":"fc","output_index":2,"delta":"{\"secret\":1}"}""");
                events.Add($$"""{"type":"response.output_item.done","output_index":2,"item":{{call}}}""");
            }

            events.Add($$"""{"type":"response.completed","sequence_number":9,"response":{{whole}}}""");
            await Events(context, events);
        });
    }

    private static string Text(string text) => $$"""{"type":"text","text":"{{text}}"}""";

    private static string Call((string Id, string Name) call, string input) => $$"""{"type":"tool_use","id":"{{call.Id}}","name":"{{call.Name}}","input":{{input}}}""";

    private static Task Json(HttpContext context, string answer)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer);
    }

    private static async Task Events(HttpContext context, List<string> events)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        foreach (string each in events)
        {
            using JsonDocument json = JsonDocument.Parse(each);
            await context.Response.WriteAsync($"event: {json.RootElement.GetProperty("type").GetString()}\ndata: {each}\n\n");
            await context.Response.Body.FlushAsync();
        }
    }
}
