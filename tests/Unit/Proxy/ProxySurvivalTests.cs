using System.Diagnostics;
using AgentSim.Capture;
using AgentSim.Tests.Zmtp;
using AgentSim.Traces;

namespace AgentSim.Tests.Proxy;

/// <summary>The proxy stands between agents and their server: it comes back when it died, and signals and floods lose nothing.</summary>
public sealed class ProxySurvivalTests : ProxyProcesses
{
    [Fact]
    public async Task A_proxy_that_was_killed_is_started_again_and_what_was_lost_is_counted_and_said()
    {
        if (!OperatingSystem.IsLinux()) return;
        await using FakeServer server = await Answering();
        using Process capture = Cli([], server.Address, "--flush-interval-ms", "600000", "--buffer-bytes", "2000");
        string address = await Address(capture);
        await Post(address, 30);
        await Wait.Until(() => Rows() > 0);
        long written = Rows();
        using (Process process = Process.GetProcessById(await Child(capture.Id))) process.Kill();
        string said = await Said("agentsim: warning: the proxy ended: ");
        Assert.Contains($"started again at {address} ", said);
        Assert.Contains($"; {30 - written} requests that it had received are not recorded", said);

        await Post(address, 4);
        using (Process kill = Process.Start("kill", ["-TERM", $"{capture.Id}"])) await kill.WaitForExitAsync();
        Assert.Contains("34 requests", await Said($"agentsim: {written + 4} rows in 2 files"));
        await Said("agentsim: the proxy ended: ");
        await capture.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(1, capture.ExitCode);

        async Task<string> Said(string start)
        {
            while (await capture.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
            {
                if (line.StartsWith(start, StringComparison.Ordinal)) return line;
            }

            Assert.Fail($"it did not say '{start}'");
            return "";
        }
    }

    [Theory]
    [InlineData(TraceFileFormat.Jsonl)]
    [InlineData(TraceFileFormat.JsonlGz)]
    public async Task What_a_killed_proxy_and_its_successor_wrote_counts_together(TraceFileFormat format)
    {
        if (OperatingSystem.IsWindows()) return;
        await using FakeServer server = await Answering();
        TraceCaptureOptions options = Options(server.Address, format);
        var problems = new List<AgentSimException>();
        using ProxySupervisor proxy = ProxySupervisor.Start(new ProxySettings(options.Proxy!, options.Sink), problems.Add);
        string address = proxy.Address;
        await Post(address, 5);
        await Wait.Until(() => proxy.Status().Sink!.Written == 5);
        using (Process process = Process.GetProcessById(proxy.ProcessId)) process.Kill();
        await Wait.Until(() => problems.Count > 0);
        Assert.Equal("ProxyRestarted", problems.Single().ErrorId);
        Assert.Equal(address, proxy.Address);
        await Post(address, 3);
        proxy.Dispose();
        ProxyReport report = proxy.Status();
        Assert.Equal((8L, 8L, 8L, 1L, 0L), (report.Counters.Requests, report.Counters.Recorded, report.Sink!.Written,
            report.Counters.Restarts, report.Counters.Lost));
        Assert.Equal(8, TraceCapture.GetStatus(options.Sink.Path).Rows);
        if (format == TraceFileFormat.Jsonl) Assert.Equal(8, report.Sink.Segments.Single().Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(50)]
    public async Task Two_signals_in_short_order_lose_nothing(int gapMs)
    {
        if (OperatingSystem.IsWindows()) return;
        await using FakeServer server = await Answering();
        using Process capture = Cli([], server.Address, "--flush-interval-ms", "600000");
        await Post(await Address(capture), 20);
        using (Process kill = Process.Start("sh",
            ["-c", $"kill -TERM {capture.Id}; sleep {gapMs / 1000.0}; kill -TERM {capture.Id}; true"])) await kill.WaitForExitAsync();
        string errors = await capture.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await capture.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, capture.ExitCode);
        Assert.Contains("agentsim: 20 rows in 1 files", errors);
        Assert.Equal(20, Rows());
    }

    [Fact]
    public async Task A_later_signal_breaks_off_what_is_under_way_and_records_it()
    {
        if (OperatingSystem.IsWindows()) return;
        await using FakeServer server = await FakeServer.Start(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.WriteAsync("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n"u8.ToArray());
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using Process capture = Cli([], server.Address);
        string address = await Address(capture);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        client.DefaultRequestHeaders.Add("x-dynamo-session-id", "s");
        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, $"{address}/v1/chat/completions") { Content =
                new StringContent(ProxyBench.ChatStream) }, HttpCompletionOption.ResponseHeadersRead);
        using (Process kill = Process.Start("sh", ["-c", $"kill -INT {capture.Id}; sleep 2; kill -INT {capture.Id}"]))
            await kill.WaitForExitAsync();
        string errors = await capture.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await capture.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, capture.ExitCode);
        Assert.Contains("agentsim: warning: 1 answers are under way; ", errors);
        Assert.Contains("1 broken off by the stop", errors);
        RequestRecord row = RequestTraceReader.Read([_folder.File("run.000000.jsonl.gz")]).OfType<RequestRecord>().Single();
        Assert.Equal("error: the capture was stopped", row.Finish!.BackendReason);
    }

    [Fact]
    public async Task A_flood_of_connections_kills_no_proxy_and_takes_no_request()
    {
        if (!OperatingSystem.IsLinux()) return;
        string script = Path.Combine(_folder.Path, "..", $"{Path.GetFileName(_folder.Path)}.sh");
        await File.WriteAllTextAsync(script, "ulimit -n 512\nexec \"$@\"\n");
        var flood = new List<System.Net.Sockets.Socket>();
        try
        {
            await using FakeServer server = await Answering();
            using Process capture = Cli(["sh", script], server.Address);
            string address = await Address(capture);
            await Post(address, 3);
            for (int i = 0; i < 500; i++)
            {
                flood.Add(new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream,
                    System.Net.Sockets.ProtocolType.Tcp));
                await flood[^1].ConnectAsync(System.Net.IPAddress.Loopback, new Uri(address).Port);
                try
                {
                    await flood[^1].SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Le"u8.ToArray());
                }
                catch (System.Net.Sockets.SocketException)
                {
                    // It was closed for the ones after it.
                }
            }

            await Post(address, 5);
            flood.ForEach(socket => socket.Dispose());
            await Post(address, 5);
            using (Process kill = Process.Start("kill", ["-TERM", $"{capture.Id}"])) await kill.WaitForExitAsync();
            string errors = await capture.StandardError.ReadToEndAsync().WaitAsync(Patience);
            await capture.WaitForExitAsync().WaitAsync(Patience);
            Assert.True(capture.ExitCode == 0, errors);
            Assert.Contains("agentsim: 13 rows in 1 files", errors);
            Assert.Contains("agentsim: warning: there are more connections than ", errors);
        }
        finally
        {
            flood.ForEach(socket => socket.Dispose());
            File.Delete(script);
        }
    }
}
