using System.Net;
using System.Net.Sockets;
using System.Text;
using AgentSim.Proxy.Serving;
using AgentSim.Tests.Zmtp;

namespace AgentSim.Tests.Serving;

/// <summary>Clients that break every rule harm nobody but themselves: after each, a sound request is answered as ever.</summary>
public sealed class HostileClientTests
{
    private const string Sound = """{"prompt":"one two three","max_tokens":3}""";

    private static readonly byte[] Head = Encoding.ASCII.GetBytes("POST /v1/completions HTTP/1.1\r\nHost: x\r\n");

    [Theory]
    [InlineData("\0\u0001\u0002\u0003\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")]
    [InlineData("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("GET /v1/models HTTP/9.9\r\nHost: x\r\n\r\n")]
    public async Task What_is_no_request_is_refused_or_closed(string bytes)
    {
        await using ApiBench bench = await ApiBench.Start();
        using Socket socket = await Connect(bench);
        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        string answer = await ReadAll(socket);
        Assert.DoesNotContain("HTTP/1.1 2", answer);
        await bench.Ask("/v1/completions", Sound);
    }

    [Fact]
    public async Task Random_bytes_harm_nothing()
    {
        await using ApiBench bench = await ApiBench.Start();
        var random = new Random(26);
        for (int i = 0; i < 50; i++)
        {
            byte[] bytes = new byte[random.Next(1, 4000)];
            random.NextBytes(bytes);
            using Socket socket = await Connect(bench);
            byte[] all = i % 2 == 0 ? bytes : [.. Head, .. Encoding.ASCII.GetBytes($"Content-Length: {bytes.Length}\r\n\r\n"), .. bytes];
            await socket.SendAsync(all);
            socket.Shutdown(SocketShutdown.Send);
            await ReadAll(socket);
        }

        await bench.Ask("/v1/completions", Sound);
    }

    [Fact]
    public async Task A_body_without_an_end_is_cut_off()
    {
        await using ApiBench bench = await ApiBench.Start();
        using Socket socket = await Connect(bench);
        await socket.SendAsync((byte[])[.. Head, .. "Transfer-Encoding: chunked\r\n\r\n"u8]);
        byte[] chunk = [.. "100000\r\n"u8, .. new byte[0x100000], .. "\r\n"u8];
        int sent = 0;
        try
        {
            for (; sent < 200; sent++) await socket.SendAsync(chunk);
        }
        catch (SocketException)
        {
            // It was cut off.
        }

        Assert.Contains("413", await ReadAll(socket) + (sent < 200 ? "413" : ""));
        await bench.Ask("/v1/completions", Sound);
    }

    [Fact]
    public async Task Requests_that_are_never_sent_whole_take_no_place_from_those_that_are()
    {
        await using ApiBench bench = await ApiBench.Start(connections: 8);
        List<Socket> held = [];
        try
        {
            for (int i = 0; i < 100; i++)
            {
                Socket socket = await Connect(bench);
                held.Add(socket);
                try
                {
                    await socket.SendAsync("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Le"u8.ToArray());
                }
                catch (SocketException)
                {
                    // It was closed for the ones after it.
                }
            }

            for (int i = 0; i < 10; i++) await bench.Ask("/v1/completions", Sound);
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }

        Assert.True(bench.Server.Counters.RefusedConnections >= 92);
        Assert.Contains("ServerFull", bench.Problems.Select(problem => problem.ErrorId));
    }

    [Fact]
    public async Task A_body_that_comes_byte_by_byte_is_cut_off_and_holds_up_nobody()
    {
        await using ApiBench bench = await ApiBench.Start();
        using Socket socket = await Connect(bench);
        await socket.SendAsync((byte[])[.. Head, .. "Content-Length: 100000\r\n\r\n{\"prompt\":\""u8]);
        Task<string> answer = ReadAll(socket);
        while (!answer.IsCompleted)
        {
            try
            {
                await socket.SendAsync("a"u8.ToArray());
            }
            catch (SocketException)
            {
                break;   // it was cut off
            }

            await bench.Ask("/v1/completions", Sound);
            await Task.Delay(50);
        }

        Assert.Contains(" 408 ", await answer);
        Assert.Equal(0L, bench.Server.Counters.Active);
    }

    [Fact]
    public async Task Bodies_that_take_too_much_memory_together_are_refused_until_others_are_read()
    {
        await using ApiBench bench = await ApiBench.Start(limits: new ApiLimits(BodyBytes: 1 << 20));
        byte[] half = [.. Head, .. "Content-Length: 600000\r\n\r\n{\"prompt\":\""u8, .. Enumerable.Repeat((byte)'a', 500_000)];
        using (Socket first = await Connect(bench))
        {
            await first.SendAsync(half);
            string large = $$"""{"prompt":"a","user":"{{new string('a', 600_000)}}","max_tokens":1}""";
            // Until what the first has sent so far is read.
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusOnce(bench, large, status => status != HttpStatusCode.OK));
            await bench.Ask("/v1/completions", Sound);
        }

        string smaller = $$"""{"prompt":"a","user":"{{new string('a', 400_000)}}","max_tokens":1}""";
        Assert.Equal(HttpStatusCode.OK, await StatusOnce(bench, smaller, status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Requests_beyond_those_that_are_taken_at_a_time_are_refused_until_others_end()
    {
        await using ApiBench bench = await ApiBench.Start(speed: 0.1, limits: new ApiLimits(Requests: 3));
        List<HttpResponseMessage> held = [];
        for (int i = 0; i < 3; i++)
        {
            held.Add(await bench.Post("/v1/completions", """{"prompt":"a","max_tokens":2000,"stream":true}""",
                HttpCompletionOption.ResponseHeadersRead));
        }

        using (HttpResponseMessage refused = await bench.Post("/v1/completions", Sound))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.Equal(3L, bench.Server.Counters.Active);
        held[0].Dispose();
        Assert.Equal(HttpStatusCode.OK, await StatusOnce(bench, Sound, status => status == HttpStatusCode.OK));
        held.ForEach(each => each.Dispose());
    }

    // The status of a request that is sent until it has such a one.
    private static async Task<HttpStatusCode> StatusOnce(ApiBench bench, string body, Func<HttpStatusCode, bool> isIt)
    {
        HttpStatusCode status = default;
        for (int i = 0; i < 600; i++)
        {
            using HttpResponseMessage response = await bench.Post("/v1/completions", body);
            status = response.StatusCode;
            if (isIt(status)) break;
            await Task.Delay(50);
        }

        return status;
    }

    [Fact]
    public async Task Thousands_of_idle_connections_make_room_for_those_that_ask()
    {
        await using ApiBench bench = await ApiBench.Start(connections: 64);
        List<Socket> held = [];
        try
        {
            for (int i = 0; i < 1500; i++) held.Add(await Connect(bench));
            for (int i = 0; i < 10; i++) await bench.Ask("/v1/completions", Sound);
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_half_closed_connection_ends_and_leaves_nothing_behind()
    {
        await using ApiBench bench = await ApiBench.Start();
        using Socket socket = await Connect(bench);
        await socket.SendAsync((byte[])[.. Head, .. Encoding.ASCII.GetBytes($"Content-Length: {Sound.Length}\r\n\r\n{Sound}")]);
        socket.Shutdown(SocketShutdown.Send);
        await ReadAll(socket);
        await Wait.Until(() => bench.Server.Counters.Active == 0);
        await bench.Ask("/v1/completions", Sound);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_nobody()
    {
        await using ApiBench bench = await ApiBench.Start(speed: 1000.0);
        using Socket socket = await Connect(bench);
        socket.ReceiveBufferSize = 4096;
        const string Long = """{"prompt":"a","max_tokens":8000,"stream":true}""";
        await socket.SendAsync((byte[])[.. Head, .. Encoding.ASCII.GetBytes($"Content-Length: {Long.Length}\r\n\r\n{Long}")]);
        for (int i = 0; i < 10; i++) await bench.Ask("/v1/completions", Sound);
        await Wait.Until(() => bench.Server.Counters.Active == 0);
        Assert.Equal(8030L, bench.Server.Counters.OutputTokens);
    }

    [Fact]
    public async Task Who_waits_for_a_first_token_when_the_server_stops_is_told_so()
    {
        await using ApiBench bench = await ApiBench.Start(speed: 0.001);
        Task<HttpResponseMessage> waiting = bench.Post("/v1/completions", Sound);
        await Wait.Until(() => bench.Server.Counters.Active == 1);
        using var hurry = new CancellationTokenSource();
        await hurry.CancelAsync();
        await bench.Server.StopAsync(hurry.Token);
        using HttpResponseMessage response = await waiting;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    private static async Task<Socket> Connect(ApiBench bench)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, bench.Address.Port);
        return socket;
    }

    private static async Task<string> ReadAll(Socket socket)
    {
        byte[] buffer = new byte[64 << 10];
        int filled = 0;
        try
        {
            for (int count; filled < buffer.Length && (count = await socket.ReceiveAsync(buffer.AsMemory(filled))) > 0;)
            {
                filled += count;
                if (Encoding.Latin1.GetString(buffer, 0, filled).Contains("\r\n\r\n", StringComparison.Ordinal)) break;
            }
        }
        catch (SocketException)
        {
            // It was reset.
        }

        return Encoding.Latin1.GetString(buffer, 0, filled);
    }
}
