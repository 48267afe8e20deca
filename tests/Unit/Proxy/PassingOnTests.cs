using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AgentSim.Capture;
using AgentSim.Proxy;
using AgentSim.Tests.Zmtp;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Tests.Proxy;

public sealed class PassingOnTests
{
    private const string Answer =
        """{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi","tool_calls":[{"id":"c1","function":{"name":"bash"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":2}}""";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_answer_in_one_piece_passes_as_it_is_and_is_recorded()
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.Equal(Answer, await bench.PostText(ProxyBench.Chat, headers: [("x-dynamo-session-id", "s"), ("x-request-id", "r-1")]));
        Assert.Equal(ProxyBench.Chat, server.Requests[0].Body);
        JsonElement row = (await bench.Rows()).Single(), request = row.GetProperty("request");
        Assert.Equal(
            ["request_id", "x_request_id", "model", "input_tokens", "output_tokens", "request_received_ms", "total_time_ms", "replay",
                "finish_reason_metadata"],
            request.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("r-1", "m", 9, 2), (request.GetProperty("x_request_id").GetString(), request.GetProperty("model").GetString(),
            request.GetProperty("input_tokens").GetInt32(), request.GetProperty("output_tokens").GetInt32()));
        Assert.Equal((9, 3), (request.GetProperty("replay").GetProperty("input_length").GetInt32(), request.GetProperty("replay")
            .GetProperty("input_sequence_hashes").GetArrayLength()));
        Assert.Equal("bash", request.GetProperty("finish_reason_metadata").GetProperty("tool_calls")[0].GetProperty("name").GetString());
        Assert.Equal(
            request.GetProperty("request_received_ms").GetInt64()
                + (long)Math.Round(request.GetProperty("total_time_ms").GetDouble(), MidpointRounding.AwayFromZero),
            row.GetProperty("event_time_unix_ms").GetInt64());
    }

    [Fact]
    public async Task Without_a_session_only_what_the_format_allows_is_recorded()
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await bench.PostText(ProxyBench.Chat, headers: ("x-request-id", "r-1"));
        JsonElement row = (await bench.Rows()).Single();
        Assert.Equal(["schema", "event_type", "event_time_unix_ms", "request"], row.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["request_id", "output_tokens", "request_received_ms", "replay"], row.GetProperty("request").EnumerateObject()
            .Select(property => property.Name));
    }

    [Fact]
    public async Task Headers_of_one_connection_stay_there_and_all_others_pass()
    {
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.Headers.Connection = "x-gone";
            context.Response.Headers["x-gone"] = "1";
            context.Response.Headers["x-kept"] = "kept";
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Answer);
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(ProxyBench.Chat, "/v1/chat/completions?a=b%20c", ("Connection", "x-hop"),
            ("x-hop", "1"), ("Keep-Alive", "timeout=5"),
            ("Authorization", "Bearer key"), ("x-other", "1"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        (string path, _, Dictionary<string, string> headers) = server.Requests[0];
        Assert.Equal("/v1/chat/completions?a=b%20c", path);
        Assert.Equal("Bearer key", headers["authorization"]);
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", headers["traceparent"]);
        Assert.Equal(server.Address.Authority, headers["host"]);
        Assert.DoesNotContain("x-hop", headers.Keys);
        Assert.DoesNotContain("keep-alive", headers.Keys);
        Assert.Contains("x-other", headers.Keys);
        Assert.Equal("kept", response.Headers.GetValues("x-kept").Single());
        Assert.False(response.Headers.Contains("x-gone"));
    }

    [Fact]
    public async Task Secrets_are_not_written()
    {
        await using FakeServer server = await FakeServer.Json(Answer.Replace("\"hi\"", "\"secret-answer\"", StringComparison.Ordinal));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        string body = ProxyBench.Chat.Replace("hello", "secret-prompt", StringComparison.Ordinal)
            .Replace("\"model\"", "\"api_key\":\"secret-key\",\"user\":\"secret-user\",\"model\"", StringComparison.Ordinal);
        await bench.PostText(body, "/v1/chat/completions?key=secret-query", ("x-dynamo-session-id", "s"),
            ("Authorization", "Bearer secret-token"), ("Cookie", "secret-cookie"));
        string text = await bench.Text();
        Assert.Contains("\"session_id\":\"s\"", text);
        Assert.DoesNotContain("secret", text);
    }

    [Theory]
    [InlineData("a\u0001\u007fb", null)]         // no plain text
    [InlineData("sessiön", null)]
    [InlineData("  x \" \\ <y>  ", "x \" \\ <y>")]
    [InlineData("   ", null)]
    public async Task A_session_id_that_is_no_plain_text_is_none(string value, string? expected)
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await Raw(bench, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-dynamo-session-id: " +
            $"{value}\r\nContent-Length: {ProxyBench.Chat.Length}\r\n\r\n{ProxyBench.Chat}");
        Assert.Equal(value.Trim(), server.Requests.Single().Headers["x-dynamo-session-id"]);
        JsonElement row = (await bench.Rows()).Single();
        Assert.Equal(expected, row.TryGetProperty("agent_context", out JsonElement context) ? context.GetProperty("session_id")
            .GetString() : null);
    }

    [Theory]
    [InlineData("x-dynamo-session-id: a\rb")]
    [InlineData("x-dynamo-session-id: a\0b")]
    [InlineData("x-dynamo-session-id: a\r\n\r\n{\"schema\":\"forged\"}")]
    public async Task Line_ends_in_a_session_id_forge_nothing(string header)
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await Raw(bench, $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\nContent-Length: " +
            $"{ProxyBench.Chat.Length}\r\n\r\n{ProxyBench.Chat}");
        await bench.PostText(ProxyBench.Chat, headers: ("x-dynamo-session-id", "good"));
        JsonElement[] rows = await bench.Rows();
        Assert.Equal("good", rows.Single().GetProperty("agent_context").GetProperty("session_id").GetString());
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x"}}]}]}""",
        "images or other media")]
    [InlineData("""{"n":2,"messages":[{"role":"user","content":"x"}]}""", "several answers (n, best_of)")]
    [InlineData("""{"best_of":2,"messages":[{"role":"user","content":"x"}]}""", "several answers (n, best_of)")]
    [InlineData("""{"messages":[{"role":"user","content":"\ud800"}]}""", "bodies that are not understood")]
    [InlineData("""{"messages":"x"}""", "bodies that are not understood")]
    [InlineData("[1]", "bodies that are not understood")]
    [InlineData("not json", "bodies that are not understood")]
    [InlineData("", "bodies that are not understood")]
    public async Task What_cannot_be_recorded_passes_and_is_counted(string body, string kind)
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.Equal(Answer, await bench.PostText(body));
        Assert.Equal(body, server.Requests[0].Body);
        Assert.Empty(await bench.Rows());
        Assert.Equal((1, 1, 0), (bench.Counters.Requests, bench.Counters.NotRecorded, bench.Counters.Active));
        Assert.Equal(kind, Assert.Single(bench.Counters.NotRecordedKinds).Key);
        Assert.StartsWith(kind, bench.Problems.Single(problem => problem.ErrorId == "RequestsNotRecorded").Message);
    }

    [Fact]
    public async Task A_body_that_is_no_http_is_told_so()
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.StartsWith("HTTP/1.1 400 ",
            await Raw(bench, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"));
        Assert.Empty(server.Requests);
        Assert.Empty(await bench.Rows());
        Assert.Equal((0, 0), (bench.Counters.Active, bench.Counters.Failed));
    }

    [Fact]
    public async Task Long_heads_pass_both_ways()
    {
        string token = new('x', 100_000);
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            (context.Response.ContentType, context.Response.Headers["x-long"]) = ("application/json", token);
            await context.Response.WriteAsync(Answer);
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(ProxyBench.Chat, "/v1/chat/completions?q=" + new string('y', 20_000),
            [("authorization", token), .. Enumerable.Range(0, 200).Select(i => ($"x-{i}", "1"))]);
        Assert.Equal((HttpStatusCode.OK, token), (response.StatusCode, response.Headers.GetValues("x-long").Single()));
        Assert.Equal((token, "/v1/chat/completions?q=".Length + 20_000),
            (server.Requests.Single().Headers["authorization"], server.Requests.Single().Path.Length));
    }

    [Fact]
    public async Task An_upgrade_that_nobody_asked_for_is_a_bad_gateway()
    {
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.StatusCode = 101;
            await context.Response.CompleteAsync();
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(ProxyBench.Chat);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("no answer", await response.Content.ReadAsStringAsync());
        Assert.Equal((1, 0), (bench.Counters.Failed, bench.Counters.Active));
    }

    [Fact]
    public async Task Options_of_any_depth_pass_and_usage_is_still_asked_for()
    {
        string deep = $"{new string('[', 100)}{new string(']', 100)}";
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.Equal(Answer, await bench.PostText(ProxyBench.ChatStream.Replace("\"stream\"",
            $"\"stream_options\":{{\"x\":{deep}}},\"stream\"", StringComparison.Ordinal)));
        Assert.Contains($"\"stream_options\":{{\"x\":{deep},\"include_usage\":true}}", server.Requests.Single().Body);
        Assert.Single(await bench.Rows());
    }

    [Theory]
    [InlineData("""{"prompt":["a","b"]}""", false)]
    [InlineData("""{"prompt":[[1],[2]]}""", false)]
    [InlineData("""{"prompt":"x","prompt_embeds":"AAAA"}""", false)]
    [InlineData("""{"prompt":["a"]}""", true)]
    [InlineData("""{"prompt":[1,2,3,4,5,6,7,8,9]}""", true)]
    [InlineData("""{"prompt":[[1,2,3,4,5,6,7,8,9]]}""", true)]
    public async Task Completions_are_recorded_if_they_have_one_prompt(string body, bool isRecorded)
    {
        await using FakeServer server = await FakeServer.Json(
            """{"choices":[{"index":0,"text":"hi","finish_reason":"length"}],"usage":{"prompt_tokens":9,"completion_tokens":1}}""");
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await bench.PostText(body, "/v1/completions");
        Assert.Equal(isRecorded ? 1 : 0, (await bench.Rows()).Length);
    }

    [Theory]
    [InlineData("""{"error":"busy"}""")]
    [InlineData("")]
    public async Task An_error_of_the_server_passes_and_is_reported_once(string answer)
    {
        await using FakeServer server = await FakeServer.Json(answer, 503);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await bench.Post(ProxyBench.Chat);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, answer), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        Assert.Empty(await bench.Rows());
        Assert.Equal(3, bench.Counters.Failed);
        Assert.Equal("UpstreamRefused", bench.Problems.Single().ErrorId);
    }

    [Fact]
    public async Task Without_a_server_the_client_gets_an_error_it_understands()
    {
        await using ProxyBench bench = await ProxyBench.Start(new Uri("http://127.0.0.1:1"));
        using HttpResponseMessage response = await bench.Post(ProxyBench.Chat);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        using JsonDocument error = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains("no answer", error.RootElement.GetProperty("error").GetProperty("message").GetString());
        using HttpResponseMessage other = await bench.Client.GetAsync("/v1/models");
        Assert.Equal(HttpStatusCode.BadGateway, other.StatusCode);
        Assert.Empty(await bench.Rows());
        Assert.Equal("UpstreamFailed", bench.Problems.Single().ErrorId);
    }

    [Theory]
    [InlineData(12 << 20, true)]
    [InlineData(40 << 20, false)]
    public async Task Big_requests_pass_whole_and_are_recorded_up_to_a_bound(int length, bool isRecorded)
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address, blockSize: 1024);
        string body = ProxyBench.Chat.Replace("hello", new string('x', length), StringComparison.Ordinal);
        Assert.Equal(Answer, await bench.PostText(body));
        using var chunked = new HttpRequestMessage(HttpMethod.Post,
            "/v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage response = await bench.Client.SendAsync(chunked);
        Assert.Equal(Answer, await response.Content.ReadAsStringAsync());
        Assert.All(server.Requests, request => Assert.True(body == request.Body));
        Assert.Equal(isRecorded ? 2 : 0, (await bench.Rows()).Length);
        Assert.Equal(isRecorded ? 0 : 2, bench.Counters.NotRecorded);
    }

    [Fact]
    public async Task A_big_answer_passes_whole()
    {
        string answer = Answer.Replace("\"hi\"", $"\"{new string('y', 20 << 20)}\"", StringComparison.Ordinal);
        await using FakeServer server = await FakeServer.Json(answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.True(answer == await bench.PostText(ProxyBench.Chat));
        Assert.Empty(await bench.Rows());
        Assert.Equal(1, bench.Counters.NotRecorded);
    }

    [Fact]
    public async Task A_count_beyond_reason_costs_nothing()
    {
        await using FakeServer server = await FakeServer.Json(Answer.Replace(":9,", ":9000000000000000000,", StringComparison.Ordinal));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await bench.PostText(ProxyBench.Chat);
        Assert.InRange((await bench.Rows()).Single().GetProperty("request").GetProperty("replay").GetProperty("input_length")
            .GetInt32(), 1, 100);
    }

    [Fact]
    public async Task Answers_come_uncompressed_so_that_they_can_be_read()
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await bench.PostText(ProxyBench.Chat, headers: ("Accept-Encoding", "gzip"));
        Assert.DoesNotContain("accept-encoding", server.Requests[0].Headers.Keys);
    }

    [Fact]
    public async Task A_compressed_answer_passes_unread()
    {
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            (context.Response.ContentType, context.Response.Headers.ContentEncoding) = ("application/json", "x-own");
            await context.Response.WriteAsync("***");
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.Equal("***", await bench.PostText(ProxyBench.Chat));
        Assert.Empty(await bench.Rows());
        Assert.Equal(1, bench.Counters.NotRecorded);
    }

    [Fact]
    public async Task Everything_else_passes_unrecorded()
    {
        await using FakeServer server = await FakeServer.Json("""{"data":[]}""");
        await using ProxyBench bench = await ProxyBench.Start(new Uri(server.Address, "/base"));
        Assert.Equal("""{"data":[]}""", await bench.Client.GetStringAsync("/v1/models"));
        Assert.Equal("""{"data":[]}""", await bench.PostText("{}", "/v1/embeddings"));
        Assert.Equal(["/base/v1/models", "/base/v1/embeddings"], server.Requests.Select(request => request.Path));
        Assert.Equal((2, 0), (bench.Counters.Other, bench.Counters.Requests));
    }

    [Fact]
    public async Task A_client_that_breaks_off_its_request_harms_nothing()
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, bench.Client.BaseAddress!.Port);
            await socket.GetStream()
                .WriteAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"mess"u8.ToArray());
            await Wait.Until(() => bench.Counters.Active == 1);
        }

        await Wait.Until(() => bench.Counters.Active == 0);
        Assert.Equal(Answer, await bench.PostText(ProxyBench.Chat));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_stopped_proxy_records_what_it_breaks_off()
    {
        var isThere = new TaskCompletionSource();
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n");
            isThere.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        using HttpResponseMessage response = await bench.Post(ProxyBench.ChatStream, headers: ("x-dynamo-session-id", "s"));
        await isThere.Task.WaitAsync(Patience);
        await bench.StopAtOnce();
        JsonElement row = (await bench.Rows()).Single();
        Assert.Equal("error: the capture was stopped", row.GetProperty("request").GetProperty("finish_reason_metadata")
            .GetProperty("backend_finish_reason").GetString());
        Assert.Equal((0, 1), (bench.Counters.Cancelled, bench.Counters.Stopped));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string address = $"http://{taken.LocalEndpoint}";
        var error = await Assert.ThrowsAsync<AgentSimException>(() =>
            RecordingProxy.StartAsync(new ProxyOptions { Upstream = new Uri("http://127.0.0.1:1"), Listen = address }, _ => { }, _ => { }));
        Assert.Equal("EndpointUnavailable", error.ErrorId);
        Assert.Contains(address, error.Message);
    }

    private static async Task<string> Raw(ProxyBench bench, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, bench.Client.BaseAddress!.Port);
        await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        try
        {
            return await new StreamReader(socket.GetStream()).ReadToEndAsync().WaitAsync(Patience);
        }
        catch (IOException)
        {
            return "";   // a refused request may end with a reset
        }
    }
}
