using System.Diagnostics;
using System.Text;
using AgentSim.Capture;
using AgentSim.Tests.Zmtp;
using AgentSim.Traces;
using AgentSim.Zmtp;

namespace AgentSim.Tests.Proxy;

public sealed class ProxyProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Task<FakeServer> Answering() => FakeServer.Json("""{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}""");

    private TraceCaptureOptions Options(Uri upstream, TraceFileFormat format = TraceFileFormat.JsonlGz, bool withTools = false, int flushMs = 20) => new()
    {
        Sink = new TraceSinkOptions { Path = _folder.File(format == TraceFileFormat.Jsonl ? "run.jsonl" : "run"), Format = format, FlushIntervalMs = flushMs },
        ToolEndpoint = withTools ? "tcp://127.0.0.1:0" : null,
        Proxy = new ProxyOptions { Upstream = upstream, Listen = "http://127.0.0.1:0" },
    };

    private static async Task Post(string address, int count = 1, string session = "s")
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        client.DefaultRequestHeaders.Add("x-dynamo-session-id", session);
        for (int i = 0; i < count; i++)
        {
            using HttpResponseMessage response = await client.PostAsync($"{address}/v1/chat/completions", new StringContent(ProxyBench.Chat, Encoding.UTF8, "application/json"));
            Assert.True(response.IsSuccessStatusCode);
        }
    }

    [Theory]
    [InlineData(TraceFileFormat.JsonlGz, false)]
    [InlineData(TraceFileFormat.JsonlGz, true)]
    [InlineData(TraceFileFormat.Jsonl, false)]
    [InlineData(TraceFileFormat.Jsonl, true)]
    public async Task A_capture_counts_and_writes_what_its_proxy_records(TraceFileFormat format, bool withTools)
    {
        await using FakeServer server = await Answering();
        using TraceCapture capture = TraceCapture.Start(Options(server.Address, format, withTools, flushMs: 600_000), PullEndpoint.Bind);
        TraceStatus status = capture.GetStatus();
        Assert.Equal($"{status.ProxyAddress}/v1", status.Environment["OPENAI_BASE_URL"]);
        Assert.DoesNotContain("DYN_REQUEST_TRACE", status.Environment.Keys);
        await Post(status.ProxyAddress!, 3);
        await Wait.Until(() => capture.GetStatus().Proxy!.Recorded == 3);
        Assert.Equal(3, capture.GetStatus().Sink!.Accepted);

        capture.Dispose();
        status = capture.GetStatus();
        Assert.Equal((3L, 3L, 0L, false), (status.Rows, status.Sink!.Written, status.Proxy!.Active, status.IsRunning));
        Assert.Empty(status.Problems);
        Assert.Equal(3, RequestTraceReader.Read(status.LiteralPath).Count());
        Assert.Equal(status.LiteralPath, TraceCapture.GetStatus(capture.OutputPath).LiteralPath.Where(path => new FileInfo(path).Length > 0));
    }

    [Fact]
    public async Task An_upstream_with_a_path_is_where_the_api_begins()
    {
        await using FakeServer server = await Answering();
        using TraceCapture capture = TraceCapture.Start(Options(new Uri(server.Address, "/v1")));
        Assert.Equal(capture.GetStatus().ProxyAddress, capture.GetStatus().Environment["OPENAI_BASE_URL"]);
    }

    [Fact]
    public async Task A_proxy_that_is_killed_is_reported_and_what_it_wrote_is_counted()
    {
        if (OperatingSystem.IsWindows()) return;
        await using FakeServer server = await Answering();
        TraceCaptureOptions options = Options(server.Address);
        var problems = new List<AgentSimException>();
        using ProxyProcess proxy = ProxyProcess.Start(new ProxySettings(options.Proxy!, options.Sink), problems.Add);
        await Post(proxy.Address, 5);
        await Wait.Until(() => proxy.Status().Sink!.Written == 5);
        using (Process process = Process.GetProcessById(proxy.Id)) process.Kill();
        await Wait.Until(() => problems.Count > 0);
        Assert.Equal("ProxyEnded", problems.Single().ErrorId);
        Assert.Null(proxy.Status().Sink);
        proxy.Dispose();
        Assert.Single(problems);
        Assert.Equal(5, TraceCapture.GetStatus(options.Sink.Path).Rows);
    }

    [Fact]
    public async Task When_the_capture_is_killed_its_proxy_writes_everything_and_ends()
    {
        await using FakeServer server = await Answering();
        using Process capture = Cli([], server.Address, "--flush-interval-ms", "600000");
        await Post(await Address(capture), 4);
        capture.Kill();
        await Wait.Until(() => Rows() == 4);
        Assert.Equal(4, RequestTraceReader.Read([_folder.File("run.000000.jsonl.gz")]).Count());
    }

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
        Assert.Equal((8L, 8L, 8L, 1L, 0L), (report.Counters.Requests, report.Counters.Recorded, report.Sink!.Written, report.Counters.Restarts, report.Counters.Lost));
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
        using (Process kill = Process.Start("sh", ["-c", $"kill -TERM {capture.Id}; sleep {gapMs / 1000.0}; kill -TERM {capture.Id}; true"])) await kill.WaitForExitAsync();
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
            new HttpRequestMessage(HttpMethod.Post, $"{address}/v1/chat/completions") { Content = new StringContent(ProxyBench.ChatStream) }, HttpCompletionOption.ResponseHeadersRead);
        using (Process kill = Process.Start("sh", ["-c", $"kill -INT {capture.Id}; sleep 2; kill -INT {capture.Id}"])) await kill.WaitForExitAsync();
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
                flood.Add(new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp));
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

    [Fact]
    public async Task The_environment_leads_clients_of_both_kinds_to_the_proxy()
    {
        await using FakeServer server = await Answering();
        using TraceCapture capture = TraceCapture.Start(Options(server.Address));
        TraceStatus status = capture.GetStatus();
        Assert.Equal(status.ProxyAddress, status.Environment["ANTHROPIC_BASE_URL"]);
        using TraceCapture versioned = TraceCapture.Start(Options(new Uri(server.Address, "/v1")) with { Sink = new TraceSinkOptions { Path = _folder.File("other") } });
        Assert.DoesNotContain("ANTHROPIC_BASE_URL", versioned.GetStatus().Environment.Keys);
    }

    [Fact]
    public async Task Where_nothing_can_be_written_and_who_could_come_is_said_at_the_start()
    {
        if (OperatingSystem.IsWindows()) return;
        await using FakeServer server = await Answering();
        TraceCaptureOptions options = Options(server.Address);
        string file = _folder.File("taken");
        await File.WriteAllTextAsync(file, "");
        AgentSimException error = Assert.Throws<AgentSimException>(() => TraceCapture.Start(options with { Sink = options.Sink with { Path = Path.Combine(file, "run") } }));
        Assert.Equal("CaptureUnwritable", error.ErrorId);
        using TraceCapture capture = TraceCapture.Start(options with { Proxy = options.Proxy! with { Listen = "http://*:0" } });
        Assert.Equal("EndpointReachable", Assert.Single(capture.GetStatus().Problems).ErrorId);
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    [InlineData("-HUP")]
    public async Task Signals_that_reach_the_proxy_too_leave_the_stop_to_the_capture(string signal)
    {
        if (OperatingSystem.IsWindows()) return;
        await using FakeServer server = await Answering();
        TraceCaptureOptions options = Options(server.Address, flushMs: 600_000);
        var problems = new List<AgentSimException>();
        using ProxyProcess proxy = ProxyProcess.Start(new ProxySettings(options.Proxy!, options.Sink), problems.Add);
        await Post(proxy.Address, 2);
        using (Process kill = Process.Start("kill", [signal, $"{proxy.Id}"])) await kill.WaitForExitAsync();
        await Post(proxy.Address, 2);
        proxy.Dispose();
        Assert.Empty(problems);
        Assert.Equal((4L, 4L), (proxy.Status().Counters.Recorded, proxy.Status().Sink!.Written));
    }

    [Fact]
    public async Task A_full_disk_is_reported_and_harms_no_request()
    {
        if (OperatingSystem.IsWindows()) return;
        // A limit on the size of files stands for the end of the disk. The runtime must not need a large file for itself.
        string script = Path.Combine(_folder.Path, "..", $"{Path.GetFileName(_folder.Path)}.sh");
        await File.WriteAllTextAsync(script, "ulimit -f 4\nexport DOTNET_EnableWriteXorExecute=0\nexec \"$@\"\n");
        try
        {
            await using FakeServer server = await Answering();
            using Process capture = Cli(["sh", script], server.Address, "--flush-interval-ms", "20");
            string address = await Address(capture);
            await Post(address);
            await Wait.Until(() => Rows() == 1);   // a batch of many may not fit at all
            for (int i = 0; i < 40; i++) await Post(address, 20, Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(200)));
            using (Process kill = Process.Start("kill", ["-INT", $"{capture.Id}"])) await kill.WaitForExitAsync();
            string errors = await capture.StandardError.ReadToEndAsync().WaitAsync(Patience);
            await capture.WaitForExitAsync().WaitAsync(Patience);
            Assert.Equal(1, capture.ExitCode);
            Assert.Contains("agentsim: warning: ", errors);
            Assert.Contains("801 requests (0 failed, 0 not recorded)", errors);
            Assert.Contains($"agentsim: {801 - Rows()} records could not be written", errors);
            Assert.InRange(Rows(), 1, 800);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task What_is_wrong_with_the_settings_is_said_before_anything_is_written()
    {
        await using FakeServer server = await Answering();
        TraceCaptureOptions options = Options(server.Address);
        string taken = server.Address.GetLeftPart(UriPartial.Authority);
        AgentSimException error = Assert.Throws<AgentSimException>(() => TraceCapture.Start(options with { Proxy = options.Proxy! with { Listen = taken, Upstream = new Uri("http://127.0.0.1:1") } }));
        Assert.Equal("EndpointUnavailable", error.ErrorId);
        error = Assert.Throws<AgentSimException>(() => TraceCapture.Start(options with { Proxy = options.Proxy! with { Listen = taken } }));
        Assert.Equal("UpstreamIsListen", error.ErrorId);
        error = Assert.Throws<AgentSimException>(() => TraceCapture.Start(options with { Proxy = options.Proxy! with { TraceBlockSize = 0 } }));
        Assert.Equal(("CaptureSettingInvalid", FaultKind.Usage), (error.ErrorId, error.Kind));
        Assert.Empty(_folder.Everything);
    }

    private long Rows()
    {
        try
        {
            return TraceCapture.GetStatus(_folder.File("run")).Rows;
        }
        catch (AgentSimException)
        {
            return 0;   // no files yet
        }
    }

    // The only child of a process. Threads may end while they are looked at.
    private static async Task<int> Child(int process)
    {
        int child = 0;
        await Wait.Until(() =>
        {
            try
            {
                child = Directory.GetDirectories($"/proc/{process}/task").SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse).SingleOrDefault();
            }
            catch (IOException)
            {
                // One has just ended.
            }

            return child > 0;
        });
        return child;
    }

    private Process Cli(string[] before, Uri upstream, params string[] options) => Process.Start(CliProgram.StartBy(
        before, ["capture", "--output-path", _folder.File("run"), "--upstream", upstream.ToString(), "--listen", "http://127.0.0.1:0", .. options]))!;

    // Where the proxy listens, from the command's own words.
    private static async Task<string> Address(Process process)
    {
        while (await process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            int at = line.IndexOf(" at http://", StringComparison.Ordinal);
            if (at >= 0) return line[(at + 4)..];
        }

        throw new InvalidOperationException("no address was named");
    }
}
