using System.Net;
using System.Net.Sockets;

namespace AgentSim.Tests.Proxy;

/// <summary>A proxy keeps its connections below what it can have open, and serves while others hold theirs.</summary>
public sealed class ManyConnectionsTests
{
    private const string Answer =
        """{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}""";

    [Fact]
    public async Task Requests_that_are_never_sent_whole_take_no_place_from_those_that_are()
    {
        await using FakeServer server = await FakeServer.Json(Answer);
        await using ProxyBench bench = await ProxyBench.Start(server.Address, connections: 8);
        var held = new List<Socket>();
        try
        {
            for (int i = 0; i < 100; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                held.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, bench.Address.Port);
                try
                {
                    await socket.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Le"u8.ToArray());
                }
                catch (SocketException)
                {
                    // It was closed for the ones after it.
                }
            }

            for (int i = 0; i < 20; i++)
            {
                using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
                using HttpResponseMessage response = await client.PostAsync(new Uri(bench.Address, "/v1/chat/completions"),
                    new StringContent(ProxyBench.Chat));
                Assert.Equal(Answer, await response.Content.ReadAsStringAsync());
            }
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }

        Assert.True(bench.Counters.RefusedConnections >= 92);
        Assert.Contains("ProxyFull", bench.Problems.Select(problem => problem.ErrorId));
        Assert.Equal(20, (await bench.Rows()).Length);
    }

    [Fact]
    public async Task When_all_connections_are_busy_a_new_one_is_told_so()
    {
        var isOver = new TaskCompletionSource();
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.ContentType = "application/json";
            await isOver.Task;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Answer));
        });
        await using ProxyBench bench = await ProxyBench.Start(server.Address, connections: 4);
        Task<string>[] busy = [.. Enumerable.Range(0, 4).Select(_ => bench.PostText(ProxyBench.Chat))];
        await Zmtp.Wait.Until(() => bench.Counters.Active == 4);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using HttpResponseMessage response = await client.GetAsync(new Uri(bench.Address, "/v1/models"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("too many connections", await response.Content.ReadAsStringAsync());
        isOver.SetResult();
        Assert.All(await Task.WhenAll(busy), answer => Assert.Equal(Answer, answer));
        Assert.Equal(4, (await bench.Rows()).Length);
    }
}
