using System.Net;
using System.Text;
using System.Text.Json;
using AgentSim.Proxy;
using AgentSim.Tests.Zmtp;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Tests.Proxy;

public sealed class StreamingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly (string, string) Session = ("x-dynamo-session-id", "s");

    private static string Chunk(string content, string rest = "") =>
        $$"""data: {"id":"c","choices":[{"index":0,"delta":{"content":"{{content}}"},"finish_reason":null}]{{rest}}}""" + "\n\n";

    private const string Stop = """data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n";
    private const string Usage =
        """data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":30,"prompt_tokens_details":{"cached_tokens":4}}}""" + "\n\n";
    private const string Done = "data: [DONE]\n\n";

    [Fact]
    public async Task A_stream_passes_byte_by_byte_where_the_client_asked_for_usage()
    {
        string[] events = [": comment\r\n\r\n", "event: x\ndata: not json\n\n", Chunk("a", ""","usage":null"""), Chunk("b"), Stop, Usage,
            Done, "data: no end"];
        await using FakeServer server = await FakeServer.Events(events);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(ProxyBench.ChatStreamUsage, headers: Session);
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(string.Concat(events), await response.Content.ReadAsStringAsync());
        Assert.Equal(ProxyBench.ChatStreamUsage, server.Requests[0].Body);

        JsonElement request = (await bench.Rows()).Single().GetProperty("request");
        Assert.Equal((10, 30, 4), (request.GetProperty("input_tokens").GetInt32(), request.GetProperty("output_tokens").GetInt32(),
            request.GetProperty("cached_tokens").GetInt32()));
        Assert.Equal("stop", request.GetProperty("finish_reason_metadata").GetProperty("finish_reason").GetString());
        double ttft = request.GetProperty("ttft_ms").GetDouble(), total = request.GetProperty("total_time_ms").GetDouble();
        Assert.InRange(ttft, 0, total);
        Assert.Equal((total - ttft) / 29, request.GetProperty("avg_itl_ms").GetDouble());
    }

    [Fact]
    public async Task Usage_that_the_client_did_not_ask_for_is_recorded_and_not_passed_on()
    {
        await using FakeServer server = await FakeServer.Events(Chunk("a", ""","usage":null"""), Chunk("b"), Stop, Usage, Done);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.Equal(Chunk("a") + Chunk("b") + Stop + Done, await bench.PostText(ProxyBench.ChatStream, headers: Session));
        Assert.Equal("""{"stream_options":{"include_usage":true},"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}]}""", server.Requests[0].Body);
        JsonElement request = (await bench.Rows()).Single().GetProperty("request");
        Assert.Equal((10, 30), (request.GetProperty("input_tokens").GetInt32(), request.GetProperty("output_tokens").GetInt32()));
    }

    [Theory]
    [InlineData(ProxyBench.ChatStream)]
    [InlineData(ProxyBench.ChatStreamUsage)]
    public async Task A_piece_arrives_before_the_next_one_is_sent(string body)
    {
        var gates = new SemaphoreSlim(0);
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            for (int i = 0; i < 5; i++)
            {
                await context.Response.WriteAsync(Chunk($"{i}"));
                await gates.WaitAsync(Patience);
            }
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(body);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(Chunk($"{i}").TrimEnd(), await reader.ReadLineAsync().WaitAsync(Patience));
            await reader.ReadLineAsync().WaitAsync(Patience);
            gates.Release();
        }

        Assert.Equal("", await reader.ReadToEndAsync().WaitAsync(Patience));
    }

    [Fact]
    public async Task Without_usage_chunks_count_as_tokens()
    {
        await using FakeServer server = await FakeServer.Events(
            """data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""" + "\n\n", Chunk("a"), Chunk("b"), Stop, Done);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await bench.PostText(ProxyBench.ChatStream, headers: Session);
        JsonElement request = (await bench.Rows()).Single().GetProperty("request");
        Assert.Equal(2, request.GetProperty("output_tokens").GetInt32());
        Assert.False(request.TryGetProperty("input_tokens", out _));
    }

    [Fact]
    public async Task Tool_calls_are_recorded_without_their_arguments()
    {
        await using FakeServer server = await FakeServer.Events(
            """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"bash","arguments":""}}]}}]}"""
                + "\n\n",
            """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"top secret"}},{"index":1,"id":"c2","function":{"name":"read"}}]}}]}""" + "\n\n",
            """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"late","function":{"name":"late"}}]},"finish_reason":"tool_calls","stop_reason":151645}]}""" + "\n\n", Done);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await bench.PostText(ProxyBench.ChatStream, headers: Session);
        string text = await bench.Text();
        Assert.Contains(
            """ "finish_reason_metadata":{"finish_reason":"tool_calls","stop_reason":151645,"tool_calls":[{"choice_index":0,"tool_call_index":0,"id":"c1","name":"bash"},{"choice_index":0,"tool_call_index":1,"id":"c2","name":"read"}],"choices":[{"choice_index":0,"finish_reason":"tool_calls","stop_reason":151645}]}""".Trim(), text);
        Assert.DoesNotContain("secret", text);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_request_to_the_server_and_is_recorded()
    {
        var isGone = new TaskCompletionSource();
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(Chunk("a"));
            await context.Response.WriteAsync(Chunk("b"));
            context.RequestAborted.Register(isGone.SetResult);
            await isGone.Task.WaitAsync(Patience);
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using (HttpResponseMessage response = await bench.Post(ProxyBench.ChatStream, headers: Session))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            for (int i = 0; i < 4; i++) await reader.ReadLineAsync().WaitAsync(Patience);
        }

        await isGone.Task.WaitAsync(Patience);
        await Wait.Until(() => bench.Counters.Cancelled == 1);
        JsonElement request = (await bench.Rows()).Single().GetProperty("request");
        Assert.Equal(2, request.GetProperty("output_tokens").GetInt32());
        Assert.Equal("cancelled", request.GetProperty("finish_reason_metadata").GetProperty("backend_finish_reason").GetString());
        Assert.True(request.TryGetProperty("total_time_ms", out _));
    }

    [Fact]
    public async Task A_server_that_dies_breaks_off_the_answer_which_is_recorded_as_far_as_it_came()
    {
        var isRead = new TaskCompletionSource();
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(Chunk("a"));
            await isRead.Task.WaitAsync(Patience);
            context.Abort();
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(ProxyBench.ChatStream, headers: Session);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal(Chunk("a").TrimEnd(), await reader.ReadLineAsync().WaitAsync(Patience));
        isRead.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => reader.ReadToEndAsync().WaitAsync(Patience));

        await Wait.Until(() => bench.Counters.Broken == 1);
        Assert.Equal("UpstreamBroke", bench.Problems.Single().ErrorId);
        JsonElement request = (await bench.Rows()).Single().GetProperty("request");
        Assert.Equal(1, request.GetProperty("output_tokens").GetInt32());
        Assert.StartsWith("error: ", request.GetProperty("finish_reason_metadata").GetProperty("backend_finish_reason").GetString());
    }

    [Theory]
    [InlineData(ForwarderError.None, true, "Complete")]                      // the client left after the last byte
    [InlineData(ForwarderError.ResponseBodyDestination, false, "Broken")]
    [InlineData(ForwarderError.ResponseBodyDestination, true, "Broken")]     // the forwarder aborts the client's request then
    [InlineData(ForwarderError.ResponseBodyClient, true, "Cancelled")]
    [InlineData(ForwarderError.RequestCanceled, false, "Cancelled")]
    [InlineData(ForwarderError.Request, true, "Cancelled")]
    [InlineData(ForwarderError.Request, false, "Failed")]
    public void Who_broke_a_request_off_is_told_by_the_error_first(ForwarderError error, bool isAborted, string outcome) =>
        Assert.Equal(outcome, $"{Outcomes.Of(error, isAborted)}");

    [Fact]
    public async Task A_server_that_refuses_to_tell_usage_is_asked_again_and_then_left_alone()
    {
        await using FakeServer server = await FakeServer.Start(async (context, body) =>
        {
            if (body.Contains("stream_options", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync("unknown field stream_options");
                return;
            }

            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(Chunk("a") + Stop + Done);
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        for (int i = 0; i < 3; i++) Assert.Equal(Chunk("a") + Stop + Done, await bench.PostText(ProxyBench.ChatStream));
        Assert.Equal([true, false, false, false], server.Requests.Select(request =>
            request.Body.Contains("stream_options", StringComparison.Ordinal)));
        // Another model may be another server.
        string other = ProxyBench.ChatStream.Replace("\"m\"", "\"other\"", StringComparison.Ordinal);
        await bench.PostText(other);
        Assert.Contains("stream_options", server.Requests[4].Body);
        Assert.Equal(2, bench.Problems.Count(problem => problem.ErrorId == "UsageRefused"));
        JsonElement[] rows = await bench.Rows();
        Assert.Equal((4, 4), (rows.Length, bench.Counters.Estimated));
        Assert.All(rows, row => Assert.Equal("estimated", row.GetProperty("request").GetProperty("capture").GetProperty("output")
            .GetString()));
    }

    [Fact]
    public async Task A_refusal_for_another_reason_reaches_the_client_as_it_is()
    {
        await using FakeServer server = await FakeServer.Json("""{"error":"no such model"}""", 400);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(ProxyBench.ChatStream);
        Assert.Equal((HttpStatusCode.BadRequest, """{"error":"no such model"}"""),
            (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal("no", await AskAgain());
        Assert.Contains("stream_options", server.Requests[^2].Body);

        async Task<string> AskAgain()
        {
            await bench.PostText(ProxyBench.ChatStream);
            return server.Requests.Count == 4 && bench.Counters.Failed == 2 ? "no" : "yes";
        }
    }

    [Fact]
    public async Task An_event_beyond_all_bounds_passes_and_the_request_counts_as_not_recorded()
    {
        string huge = Chunk(new string('x', 17 << 20));
        await using FakeServer server = await FakeServer.Events(Chunk("a"), huge, Chunk("b"), Usage, Done);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.Equal(Chunk("a") + huge + Chunk("b") + Usage + Done, await bench.PostText(ProxyBench.ChatStream));
        Assert.Equal(Chunk("a") + huge + Chunk("b") + Usage + Done, await bench.PostText(ProxyBench.ChatStreamUsage));
        Assert.Empty(await bench.Rows());
        Assert.Equal(2, bench.Counters.NotRecorded);
    }

    [Fact]
    public async Task Many_streams_at_once_are_all_recorded_each_with_its_own_figures()
    {
        await using FakeServer server = await FakeServer.Start(async (context, body) =>
        {
            int tokens = JsonDocument.Parse(body).RootElement.GetProperty("max_tokens").GetInt32();
            context.Response.ContentType = "text/event-stream";
            for (int i = 0; i < tokens; i++) await context.Response.WriteAsync(Chunk($"{i}"));
            await context.Response.WriteAsync(Usage.Replace("30", $"{tokens}", StringComparison.Ordinal) + Done);
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await Parallel.ForEachAsync(Enumerable.Range(1, 400), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            string body = ProxyBench.ChatStream.Replace("\"stream\"", $"\"max_tokens\":{i % 40},\"stream\"", StringComparison.Ordinal);
            string expected = string.Concat(Enumerable.Range(0, i % 40).Select(n => Chunk($"{n}"))) + Done;
            Assert.Equal(expected, await bench.PostText(body, headers: ("x-dynamo-session-id", $"s{i}")));
        });
        JsonElement[] rows = await bench.Rows();
        Assert.Equal(400, rows.Length);
        Assert.All(rows, row => Assert.Equal(
            int.Parse(row.GetProperty("agent_context").GetProperty("session_id").GetString()![1..], null) % 40, row.GetProperty("request")
                .GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task Events_that_arrive_in_pieces_and_characters_cut_in_two_are_put_together()
    {
        byte[] all = Encoding.UTF8.GetBytes(Chunk("äöü") + Stop + Usage + Done);
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            for (int i = 0; i < all.Length; i += 3)
            {
                await context.Response.Body.WriteAsync(all.AsMemory(i, Math.Min(3, all.Length - i)));
                await context.Response.Body.FlushAsync();
            }
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.Equal(Chunk("äöü") + Stop + Done, await bench.PostText(ProxyBench.ChatStream, headers: Session));
        Assert.Equal(30, (await bench.Rows()).Single().GetProperty("request").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task A_request_that_works_after_refusals_is_marked_with_them()
    {
        int number = 0;
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            if (++number <= 2) context.Response.StatusCode = number == 1 ? 429 : 529;
            else await context.Response.WriteAsJsonAsync(new { choices = new[] { new { index = 0, message = new { content = "a" },
                finish_reason = "stop" } }, usage = new { prompt_tokens = 9, completion_tokens = 1 } });
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        for (int i = 0; i < 4; i++) await bench.PostText(ProxyBench.Chat, headers: Session);
        JsonElement[] rows = await bench.Rows();
        JsonElement before = rows[0].GetProperty("request").GetProperty("capture").GetProperty("refused_before");
        Assert.Equal((2, 529), (before.GetProperty("count").GetInt32(), before.GetProperty("last_status").GetInt32()));
        Assert.InRange(before.GetProperty("first_received_ms").GetInt64(), 1, rows[0].GetProperty("request")
            .GetProperty("request_received_ms").GetInt64());
        Assert.False(rows[1].GetProperty("request").TryGetProperty("capture", out _));
        Assert.Equal((2, 1), (bench.Counters.Failed, bench.Counters.Retried));
    }
}
