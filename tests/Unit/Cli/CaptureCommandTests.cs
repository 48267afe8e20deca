using System.Diagnostics;
using AgentSim.Capture;
using AgentSim.Cli;
using AgentSim.Tests.Capture;
using AgentSim.Tests.Zmtp;
using AgentSim.Traces;

namespace AgentSim.Tests.Cli;

public sealed class CaptureCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Process Start(params string[] options) => StartBy([], options);

    private Process StartBy(string[] before, params string[] options) =>
        Process.Start(CliProgram.StartBy(before, ["capture", "--output-path", _folder.File("run"), "--tool-endpoint", "tcp://127.0.0.1:0",
            .. options]))!;

    // Where it listens, from its own words.
    private static async Task<string> Endpoint(Process process)
    {
        while (await process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            int at = line.IndexOf("tcp://", StringComparison.Ordinal);
            if (at >= 0) return line[at..];
        }

        throw new InvalidOperationException("no endpoint was named");
    }

    private static async Task Signal(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
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

    [ZmqFact]
    public async Task An_interrupt_ends_it_in_order_with_everything_written()
    {
        using Process capture = Start("--flush-interval-ms", "600000", "--roll-lines", "400");
        using ZmqClient client = ZmqClient.Start(await Endpoint(capture), 500, "--clients", "2");
        await client.Done();
        await Signal(capture, "-INT");
        string errors = await capture.StandardError.ReadToEndAsync().WaitAsync(Patience);
        string output = await capture.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await capture.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(0, capture.ExitCode);
        Assert.Contains("1,000 rows in 3 files", errors);
        Assert.Contains("1,000 tool events (0 refused, 0 missing)", errors);
        Assert.Contains($"DYN_REQUEST_TRACE_FILE_PATH={_folder.File("run")}\n", output);
        Assert.Equal(1000, RequestTraceReader.Read(_folder.Everything.Select(_folder.File)).OfType<ToolRecord>()
            .Select(tool => tool.ToolCallId).Distinct().Count());
    }

    [ZmqFact]
    public async Task A_killed_process_leaves_files_that_import_and_the_next_one_goes_on_behind_them()
    {
        using (Process capture = Start("--flush-interval-ms", "100"))
        {
            using ZmqClient client = ZmqClient.Start(await Endpoint(capture), 1_000_000, "--rate", "2000");
            await Wait.Until(() => Rows() > 1000);
            long before = Rows();
            capture.Kill();
            await capture.WaitForExitAsync().WaitAsync(Patience);
            Assert.InRange(RequestTraceReader.Read([_folder.File("run.000000.jsonl.gz")]).Count(), before, int.MaxValue);
        }

        using Process next = Start();
        using ZmqClient more = ZmqClient.Start(await Endpoint(next), 10);
        await more.Done();
        await Signal(next, "-TERM");
        await next.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(10, RequestTraceReader.Read([_folder.File("run.000001.jsonl.gz")]).Count());
    }

    [ZmqFact]
    public async Task A_full_disk_is_reported_once_and_counted_and_what_was_written_before_stays_whole()
    {
        if (OperatingSystem.IsWindows()) return;
        // A limit on the size of files stands for the end of the disk. The runtime must not need a large file for itself.
        string script = Path.Combine(_folder.Path, "..", $"{Path.GetFileName(_folder.Path)}.sh");
        await File.WriteAllTextAsync(script, "ulimit -f 40\nexport DOTNET_EnableWriteXorExecute=0\nexec \"$@\"\n");
        try
        {
            using Process capture = StartBy(["sh", script], "--flush-interval-ms", "50");
            string endpoint = await Endpoint(capture);
            using ZmqClient first = ZmqClient.Start(endpoint, 10);
            await first.Done();
            await Wait.Until(() => Rows() == 10);   // a batch of many would not fit at all
            using ZmqClient client = ZmqClient.Start(endpoint, 19_990, "--first", "10");
            await client.Done();
            await Signal(capture, "-INT");
            string errors = await capture.StandardError.ReadToEndAsync().WaitAsync(Patience);
            await capture.WaitForExitAsync().WaitAsync(Patience);

            Assert.Equal(1, capture.ExitCode);
            Assert.Single(errors.Split('\n'), line => line.StartsWith("agentsim: warning: ", StringComparison.Ordinal));
            Assert.Contains("cannot be written: it would be larger than the file system or a limit allows; ", errors);
            Assert.True(errors.Contains("20,000 tool events (0 refused", StringComparison.Ordinal), errors);
            int written = RequestTraceReader.Read([_folder.File("run.000000.jsonl.gz")]).Count();
            Assert.InRange(written, 10, 19_999);
            Assert.Contains($"agentsim: {20_000 - written} records could not be written", errors);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task A_flood_of_connections_leaves_files_to_write_to()
    {
        if (!OperatingSystem.IsLinux()) return;
        string script = Path.Combine(_folder.Path, "..", $"{Path.GetFileName(_folder.Path)}.sh");
        await File.WriteAllTextAsync(script, "ulimit -n 1024\nexec \"$@\"\n");
        var flood = new List<RawPeer>();
        try
        {
            using Process capture = StartBy(["sh", script], "--flush-interval-ms", "20");
            string endpoint = await Endpoint(capture);
            using RawPeer good = new RawPeer(endpoint).Connect();
            good.Read(64 + 28);
            while (flood.Count < 650)
            {
                flood.Add(new RawPeer(endpoint));
                flood[^1].TrySend([.. RawPeer.Hello, .. RawPeer.Ready]);   // as far as they get, to NetMQ
            }

            Assert.Empty(flood[^1].ReadToEnd());   // one too many, so all others have been taken
            good.Send(TraceCaptureTests.Message("a"));
            await Wait.Until(() => Rows() == 1);
            flood.ForEach(peer => peer.Dispose());
            await Signal(capture, "-TERM");
            await capture.WaitForExitAsync().WaitAsync(Patience);
            Assert.Equal(0, capture.ExitCode);
        }
        finally
        {
            flood.ForEach(peer => peer.Dispose());
            File.Delete(script);
        }
    }

    [Fact]
    public void What_fails_to_start_because_it_was_interrupted_counts_as_interrupted()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        string[] arguments = ["capture", "--output-path", _folder.File("run"), "--tool-endpoint", $"tcp://{taken.LocalEndpoint}"];
        Assert.Equal(130, CommandLine.Run(arguments, new CancellationToken(canceled: true)));
        Assert.Equal(1, CommandLine.Run(arguments, CancellationToken.None));
    }

    [Fact]
    public void The_environment_does_not_replace_the_file_captured_to()
    {
        string file = _folder.Write("run.jsonl", "{}\n");
        Assert.Equal(2, CommandLine.Run(["capture", "--output-path", file, "--format", "jsonl", "--env-file", file],
            CancellationToken.None));
        Assert.Equal("{}\n", File.ReadAllText(file));
    }

    [Fact]
    public async Task The_environment_can_be_written_to_a_file()
    {
        if (OperatingSystem.IsWindows()) return;
        using Process capture = Start("--env-file", _folder.File("dynamo.env"), "--format", "jsonl", "--roll-lines", "7");
        await Endpoint(capture);
        await Signal(capture, "-INT");
        Assert.Equal("", await capture.StandardOutput.ReadToEndAsync().WaitAsync(Patience));
        Assert.Contains("DYN_REQUEST_TRACE_FILE_ROLL_LINES=7\n", await File.ReadAllTextAsync(_folder.File("dynamo.env")));
    }
}
