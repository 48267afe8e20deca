using System.Diagnostics;
using AgentSim.Capture;
using AgentSim.Tests.Zmtp;
using AgentSim.Traces;
using AgentSim.Zmtp;

namespace AgentSim.Tests.Proxy;

public sealed class ProxyProcessTests : ProxyProcesses
{
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
        Assert.Equal(status.LiteralPath, TraceCapture.GetStatus(capture.OutputPath).LiteralPath.Where(path =>
            new FileInfo(path).Length > 0));
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
    public async Task The_environment_leads_clients_of_both_kinds_to_the_proxy()
    {
        await using FakeServer server = await Answering();
        using TraceCapture capture = TraceCapture.Start(Options(server.Address));
        TraceStatus status = capture.GetStatus();
        Assert.Equal(status.ProxyAddress, status.Environment["ANTHROPIC_BASE_URL"]);
        using TraceCapture versioned = TraceCapture.Start(Options(new Uri(server.Address, "/v1")) with { Sink =
            new TraceSinkOptions { Path = _folder.File("other") } });
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
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            TraceCapture.Start(options with { Sink = options.Sink with { Path = Path.Combine(file, "run") } }));
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
            for (int i = 0; i < 40; i++)
                await Post(address, 20, Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(200)));
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
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            TraceCapture.Start(options with { Proxy = options.Proxy! with { Listen = taken, Upstream = new Uri("http://127.0.0.1:1") } }));
        Assert.Equal("EndpointUnavailable", error.ErrorId);
        error = Assert.Throws<AgentSimException>(() => TraceCapture.Start(options with { Proxy = options.Proxy! with { Listen = taken } }));
        Assert.Equal("UpstreamIsListen", error.ErrorId);
        error = Assert.Throws<AgentSimException>(() =>
            TraceCapture.Start(options with { Proxy = options.Proxy! with { TraceBlockSize = 0 } }));
        Assert.Equal(("CaptureSettingInvalid", FaultKind.Usage), (error.ErrorId, error.Kind));
        Assert.Empty(_folder.Everything);
    }
}
