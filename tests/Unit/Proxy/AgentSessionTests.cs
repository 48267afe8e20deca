using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentSim.Tests.Proxy;

/// <summary>Whole sessions of the agents people use, scripted in the forms that their public documentation and clients show.</summary>
public sealed class AgentSessionTests
{
    private const string System = "You are Claude Code, an agent that works in a repository. ";

    [Fact]
    public async Task A_session_of_Claude_Code_becomes_rows_with_the_usage_of_the_server()
    {
        var told = new List<AgentScripts.Turn>();
        long prompt = 20_000;
        await using FakeServer server = await AgentScripts.Messages(request =>
        {
            // A prompt grows by what was added; a compaction starts over; a sub-agent has its own.
            bool isSub = request["system"]!.ToJsonString().Contains("sub-agent", StringComparison.Ordinal);
            int messages = request["messages"]!.AsArray().Count;
            long input = isSub ? 8_000 + (messages * 500) : prompt += messages == 1 ? -prompt + 15_000 : 1_234;
            bool calls = messages is 3 or 5;
            var turn = new AgentScripts.Turn(input, input * 9 / 10, 40 + messages, 0,
                calls ? [($"toolu_{told.Count}", isSub ? "Read" : "Task")] : []);
            lock (told) told.Add(turn);
            return turn;
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address, blockSize: 64);
        string sent = await Run(bench);
        JsonElement[] rows = await bench.Rows();
        Assert.Equal(told.Count, rows.Length);
        foreach ((AgentScripts.Turn turn, JsonElement row) in told.Zip(rows))
        {
            JsonElement request = row.GetProperty("request");
            Assert.Equal((turn.Input, turn.Cached, turn.Output), (request.GetProperty("input_tokens").GetInt64(),
                request.GetProperty("cached_tokens").GetInt64(), request.GetProperty("output_tokens").GetInt64()));
            Assert.Equal(turn.Input, request.GetProperty("replay").GetProperty("input_length").GetInt64());
            JsonElement finish = request.GetProperty("finish_reason_metadata");
            Assert.Equal(turn.Calls.Length > 0 ? "tool_calls" : "stop", finish.GetProperty("finish_reason").GetString());
            if (turn.Calls.Length > 0) Assert.Equal<IEnumerable<(string, string)>>(turn.Calls, finish.GetProperty("tool_calls")
                .EnumerateArray().Select(call => (call.GetProperty("id").GetString()!, call.GetProperty("name").GetString()!)).ToArray());
            Assert.Equal("messages", request.GetProperty("capture").GetProperty("api").GetString());
        }

        // The session, its sub-agent with the session as parent, and what they share.
        Assert.Equal(["main", "main", "main", "main", "agent-1", "agent-1", "main", "main"],
            rows.Select(row => row.GetProperty("agent_context").GetProperty("session_id").GetString()));
        Assert.Equal("main", rows[4].GetProperty("agent_context").GetProperty("parent_session_id").GetString());
        // every turn goes on from the one before
        Assert.All(Enumerable.Range(1, 3), i => Assert.Equal(told[i - 1].Input / 64, Shared(rows[i - 1], rows[i])));
        Assert.Equal(told[4].Input / 64, Shared(rows[4], rows[5]));
        Assert.InRange(Shared(rows[3], rows[6]), 1, 15_000 / 64);   // after the compaction only tools and instructions are the same
        Assert.Equal(told[6].Input / 64, Shared(rows[6], rows[7]));
        Assert.DoesNotContain("secret", await bench.Text());
        Assert.Equal(sent, string.Concat(server.Requests.Select(request => request.Body)));
    }

    // Four turns with tools, then a sub-agent, then a compaction and a turn after it. Cache marks move, as does the first line.
    private static async Task<string> Run(ProxyBench bench)
    {
        var sent = new global::System.Text.StringBuilder();
        var history = new List<string>();
        int number = 0;
        for (int turn = 0; turn < 4; turn++)
        {
            if (turn > 0) history.Add(Assistant($"answer {turn}", $"t{turn}"));
            history.Add(turn == 0 ? """{"role":"user","content":"secret: mend the tests"}""" : Result($"t{turn}", $"secret output {turn}"));
            await Send(history, System);
        }

        List<string> sub = ["""{"role":"user","content":[{"type":"text","text":"secret: look for it"}]}"""];
        await Send(sub, "You are a sub-agent. ", ("x-claude-code-agent-id", "agent-1"));
        await Send([.. sub, Assistant("found", "t9"), Result("t9", "secret file")], "You are a sub-agent. ",
            ("x-claude-code-agent-id", "agent-1"));
        List<string> after = ["""{"role":"user","content":"secret: this session goes on from a summary"}"""];
        await Send(after, System);
        await Send([.. after, Assistant("yes", "t8"), Result("t8", "secret")], System);
        return sent.ToString();

        async Task Send(List<string> messages, string system, params (string, string)[] more)
        {
            // The last message has the cache mark, which is somewhere else in the next request.
            string[] marked = [.. messages];
            marked[^1] = marked[^1].Replace("\"type\":\"tool_result\"",
                "\"cache_control\":{\"type\":\"ephemeral\"},\"type\":\"tool_result\"", StringComparison.Ordinal);
            string text = string.Concat(Enumerable.Repeat(system, 200));
            string body = $$$$"""{"model":"m","max_tokens":32000,"stream":{{{{(number % 3 == 2 ? "false" : "true")}}}},"tools":[{"name":"Task","description":"secret","input_schema":{"type":"object"}}],"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1; cch={{{{number}}}};"},{"type":"text","text":"{{{{text}}}}","cache_control":{"type":"ephemeral"}}],"metadata":{"user_id":"secret"},"messages":[{{{{string.Join(',', marked)}}}}]}""";
            number++;
            sent.Append(body);
            using HttpResponseMessage response = await bench.Post(body, "/v1/messages?beta=true",
                [("x-claude-code-session-id", "main"), ("x-api-key", "secret"), ("anthropic-version", "2023-06-01"), .. more]);
            string answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, answer);
            Assert.Contains("done", answer);
        }
    }

    [Fact]
    public async Task A_session_of_Codex_becomes_rows_with_the_usage_of_the_server()
    {
        var told = new List<AgentScripts.Turn>();
        await using FakeServer server = await AgentScripts.Responses(request =>
        {
            int items = request["input"]!.AsArray().Count;
            long input = (request["instructions"]!.ToString().StartsWith("Child", StringComparison.Ordinal) ? 5_000 : 9_324)
                + (items * 777);
            var turn = new AgentScripts.Turn(input, input / 128 * 128 / 2, 300 + items, 100 + items,
                items is 2 or 5 ? [($"call_{told.Count}", "shell"), ($"call_{told.Count}b", "apply_patch")] : []);
            lock (told) told.Add(turn);
            return turn;
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address, blockSize: 64);
        List<string> input = ["""{"type":"message","role":"developer","content":[{"type":"input_text","text":"secret rules"}]}""",
            Message("secret: mend the tests")];
        await Send("/v1/responses", input, "Root. ", "root");
        for (int turn = 0; turn < 3; turn++)
        {
            input.Add($$"""{"type":"reasoning","id":"rs_{{turn}}","summary":[],"encrypted_content":"gAAAAA{{turn}}"}""");
            input.Add($$"""{"type":"function_call","call_id":"c{{turn}}","name":"shell","arguments":"{\"secret\":{{turn}}}"}""");
            input.Add($$"""{"type":"function_call_output","call_id":"c{{turn}}","output":"secret output {{turn}}"}""");
            await Send("/v1/responses", input, "Root. ", "root");
        }

        List<string> child = [Message("secret: look")];
        await Send("/v1/responses", child, "Child. ", "child", ("x-codex-parent-thread-id", "root"), ("x-openai-subagent", "collab_spawn"));
        await Send("/v1/responses", [.. child, Message("and there")], "Child. ", "child", ("x-codex-parent-thread-id", "root"),
            ("x-openai-subagent", "collab_spawn"));
        await Send("/v1/responses/compact", input, "Root. ", "root", ("x-openai-subagent", "compact"));
        await Send("/v1/responses", ["""{"type":"compaction","encrypted_content":"gAAA"}""", Message("secret: go on")], "Root. ", "root");

        JsonElement[] rows = await bench.Rows();
        Assert.Equal(told.Count, rows.Length);
        foreach ((AgentScripts.Turn turn, JsonElement row) in told.Zip(rows))
        {
            JsonElement request = row.GetProperty("request");
            Assert.Equal((turn.Input, turn.Cached, turn.Output), (request.GetProperty("input_tokens").GetInt64(),
                request.GetProperty("cached_tokens").GetInt64(), request.GetProperty("output_tokens").GetInt64()));
            Assert.Equal((turn.Input, turn.Reasoning), (request.GetProperty("replay").GetProperty("input_length").GetInt64(),
                request.GetProperty("capture").GetProperty("reasoning_tokens").GetInt64()));
        }

        Assert.Equal([("call_0", "shell"), ("call_0b", "apply_patch")],
            rows[0].GetProperty("request").GetProperty("finish_reason_metadata").GetProperty("tool_calls").EnumerateArray()
                .Select(call => (call.GetProperty("id").GetString()!, call.GetProperty("name").GetString()!)));
        Assert.Equal(["root", "root", "root", "root", "child", "child", "root", "root"],
            rows.Select(row => row.GetProperty("agent_context").GetProperty("session_id").GetString()));
        Assert.Equal("root", rows[5].GetProperty("agent_context").GetProperty("parent_session_id").GetString());
        Assert.All(Enumerable.Range(1, 3), i => Assert.Equal(told[i - 1].Input / 64, Shared(rows[i - 1], rows[i])));
        Assert.Equal(told[4].Input / 64, Shared(rows[4], rows[5]));
        Assert.Equal((told[3].Input + 63) / 64, Shared(rows[3], rows[6]));   // a compaction gets the whole history, and nothing else
        Assert.DoesNotContain("secret", await bench.Text());

        async Task Send(string path, List<string> items, string instructions, string thread, params (string, string)[] more)
        {
            string body = $$$$"""{"model":"m","instructions":"{{{{string.Concat(Enumerable.Repeat(instructions, 300))}}}}","input":[{{{{string.Join(',', items)}}}}],"tools":[{"type":"function","name":"shell","parameters":{"type":"object"}}],"store":false,"stream":{{{{(path.EndsWith("compact", StringComparison.Ordinal) ? "false" : "true")}}}},"include":["reasoning.encrypted_content"],"prompt_cache_key":"root"}""";
            using HttpResponseMessage response = await bench.Post(body, path,
                [("session-id", "root"), ("thread-id", thread), ("Authorization", "Bearer secret"), .. more]);
            Assert.True(response.IsSuccessStatusCode);
            await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task Responses_that_go_on_from_an_answer_on_the_server_share_its_prompt()
    {
        int number = 0;
        await using FakeServer server = await AgentScripts.Responses(_ => new AgentScripts.Turn(1_000 + (1_000 * number++), 0, 200));
        await using ProxyBench bench = await ProxyBench.Start(server.Address, blockSize: 64, infersSessions: true);
        string? previous = null;
        for (int i = 0; i < 3; i++)
        {
            string link = previous is null ? "" : $"\"previous_response_id\":\"{previous}\",";
            JsonNode answer = JsonNode.Parse(await bench.PostText($$"""{"model":"m",{{link}}"input":"question {{i}}"}""",
                "/v1/responses"))!;
            previous = answer["id"]!.GetValue<string>();
        }

        JsonElement[] rows = await bench.Rows();
        Assert.Equal([1000 / 64, 2000 / 64], [Shared(rows[0], rows[1]), Shared(rows[1], rows[2])]);
        Assert.Single(rows.Select(row => row.GetProperty("agent_context").GetProperty("session_id").GetString()).Distinct());
        Assert.All(rows, row => Assert.Equal("inferred", row.GetProperty("request").GetProperty("capture").GetProperty("session")
            .GetString()));
    }

    /// <summary>Leading blocks that two rows have in common.</summary>
    internal static int Shared(JsonElement one, JsonElement other) =>
        Hashes(one).Zip(Hashes(other)).TakeWhile(pair => pair.First == pair.Second).Count();

    private static ulong[] Hashes(JsonElement row) =>
        [.. row.GetProperty("request").GetProperty("replay").GetProperty("input_sequence_hashes").EnumerateArray()
            .Select(hash => hash.GetUInt64())];

    private static string Message(string text) =>
        $$"""{"type":"message","role":"user","content":[{"type":"input_text","text":"{{text}}"}]}""";

    private static string Assistant(string text, string call) =>
        $$$$"""{"role":"assistant","content":[{"type":"thinking","thinking":"secret","signature":"EqQB"},{"type":"text","text":"{{{{text}}}}"},{"type":"tool_use","id":"{{{{call}}}}","name":"Task","input":{"secret":1}}]}""";

    private static string Result(string call, string text) =>
        $$"""{"role":"user","content":[{"tool_use_id":"{{call}}","type":"tool_result","content":"{{text}}"}]}""";
}
