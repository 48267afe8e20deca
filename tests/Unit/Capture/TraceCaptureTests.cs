using AgentSim.Capture;
using AgentSim.Tests.Zmtp;
using AgentSim.Traces;
using AgentSim.Zmtp;

namespace AgentSim.Tests.Capture;

public sealed class TraceCaptureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TraceCapture Start(TraceFileFormat format = TraceFileFormat.JsonlGz, string path = "run", bool withTools = true) =>
        TraceCapture.Start(
        new TraceCaptureOptions
        {
            Sink = new TraceSinkOptions { Path = _folder.File(path), Format = format, FlushIntervalMs = 20, RollLines = 3 },
            ToolEndpoint = withTools ? "tcp://127.0.0.1:0" : null,
        },
        PullEndpoint.Bind);

    /// <summary>A tool event as a harness sends it.</summary>
    internal static byte[] Message(string id) => RawPeer.Message("agent-tool-events", "\0\0\0\0\0\0\0\u0001", string.Concat(Pack.Map(
        ("schema", "dynamo.request.trace.v1"), ("event_type", "tool_end"), ("event_time_unix_ms", 5), ("session_id", "s"),
        ("tool", Pack.Map(("tool_call_id", id), ("tool_class", "k")))).Select(b => (char)b)));

    private static async Task Send(TraceCapture capture, params string[] ids)
    {
        long before = capture.GetStatus().Sink!.Written;
        using RawPeer peer = new RawPeer(capture.GetStatus().ToolEndpoint!).Connect();
        foreach (string id in ids) peer.Send(Message(id));
        await Wait.Until(() => capture.GetStatus().Sink!.Written == before + ids.Length);
    }

    // A row as a frontend writes it.
    private static string Row(string id) =>
        """{"timestamp":1,"event":{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":9,"request":{"request_id":"ID","output_tokens":1,"request_received_ms":1,"replay":{"trace_block_size":16,"input_length":1,"input_sequence_hashes":[7]}}}}""".Replace("ID", id, StringComparison.Ordinal) + "\n";

    [Fact]
    public async Task The_status_counts_what_is_in_files_of_this_capture_whoever_wrote_them()
    {
        _folder.Write("run.000004.jsonl.gz", TempFolder.Gzip(Row("earlier")));
        using TraceCapture capture = Start();
        await Send(capture, "a", "b", "c", "d");
        _folder.Write("run.000007.jsonl.gz", TempFolder.Gzip(Row("x") + Row("y")));
        TraceStatus status = capture.GetStatus();
        Assert.Equal(
            [("run.000005.jsonl.gz", 3L), ("run.000006.jsonl.gz", 1L), ("run.000007.jsonl.gz", 2L)],
            status.Segments.Select(segment => (Path.GetFileName(segment.Path), segment.Rows)));
        Assert.Equal(6, status.Rows);
        Assert.Equal(status.Segments.Sum(segment => new FileInfo(segment.Path).Length), status.Bytes);
        Assert.True(status.IsRunning);
        Assert.InRange(status.RowsPerSecond!.Value, 0.01, 100_000);

        capture.Dispose();
        status = capture.GetStatus();
        Assert.Equal((6L, false), (status.Rows, status.IsRunning));
        Assert.Equal(["a", "b", "c", "d", "x", "y"], RequestTraceReader.Read(status.LiteralPath).Select(
            record => record is ToolRecord tool ? tool.ToolCallId : ((RequestRecord)record).RequestId));
        Assert.Equal(7, TraceCapture.GetStatus(_folder.File("run")).Rows);
    }

    [Fact]
    public async Task Plain_files_are_counted_too_the_frontends_beside_the_own()
    {
        _folder.Write("run.jsonl", Row("earlier"));
        using TraceCapture capture = Start(TraceFileFormat.Jsonl, "run.jsonl");
        await Send(capture, "a");
        _folder.Write("run.dynamo.jsonl", Row("x"));
        TraceStatus status = capture.GetStatus();
        Assert.Equal([("run.dynamo.jsonl", 1L), ("run.jsonl", 1L)],
            status.Segments.Select(segment => (Path.GetFileName(segment.Path), segment.Rows)));
        Assert.Equal(_folder.File("run.dynamo.jsonl"), status.Environment["DYN_REQUEST_TRACE_FILE_PATH"]);
    }

    [Fact]
    public void Without_an_endpoint_nothing_is_written_but_a_frontend_watched()
    {
        using TraceCapture capture = Start(withTools: false);
        Assert.Empty(_folder.Everything);
        _folder.Write("run.000000.jsonl.gz", TempFolder.Gzip(Row("x")));
        TraceStatus status = capture.GetStatus();
        Assert.Equal(1, status.Rows);
        Assert.Null(status.Sink);
        Assert.Null(status.ToolEndpoint);
        Assert.Equal("request_end,tool", status.Environment["DYN_REQUEST_TRACE_RECORDS"]);
    }

    [Fact]
    public async Task Following_hands_out_new_records_of_all_files_until_the_capture_stops()
    {
        using TraceCapture capture = Start();
        await Send(capture, "before");
        _folder.Write("run.000009.jsonl.gz", TempFolder.Gzip(Row("before")));
        var ids = new List<string>();
        var bad = new List<AgentSimException>();
        using var isGoing = new ManualResetEventSlim();
        Task following = Task.Run(() => capture.Follow(
            record =>
            {
                lock (ids) ids.Add(record is ToolRecord tool ? tool.ToolCallId
                    : $"{((RequestRecord)record).RequestId}:{((RequestRecord)record).InputSequenceHashes.Length}");
                isGoing.Set();
            },
            error =>
            {
                lock (bad) bad.Add(error);
            },
            default));
        for (int i = 0; !isGoing.IsSet; i++)
        {
            await Send(capture, $"probe{i}");   // which of them is the first to be seen depends on when following begins
            isGoing.Wait(TimeSpan.FromMilliseconds(300));
        }

        lock (ids) ids.Clear();
        await Send(capture, "a", "b");
        _folder.Write("run.000100.jsonl.gz", TempFolder.Gzip(Row("x") + "{broken\n" + Row("y")));
        await Wait.Until(() =>
        {
            lock (ids) return ids.Contains("y:1");
        });
        await Send(capture, "last");
        capture.Dispose();
        await following.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["a", "b", "last", "x:1", "y:1"], ids.Where(id => !id.StartsWith("probe", StringComparison.Ordinal)).Order());
        Assert.Contains("run.000100.jsonl.gz:2: ", Assert.Single(bad).Message);
    }

    [Fact]
    public async Task Following_ends_when_cancelled()
    {
        using TraceCapture capture = Start();
        using var cancel = new CancellationTokenSource();
        Task following = Task.Run(() => capture.Follow(_ => { }, _ => { }, cancel.Token));
        await cancel.CancelAsync();
        try
        {
            await following.WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (OperationCanceledException)
        {
            // Cancelled while it was reading.
        }
    }

    [Fact]
    public void What_cannot_be_started_leaves_nothing_behind()
    {
        using TraceCapture running = Start();
        string taken = running.GetStatus().ToolEndpoint!;
        AgentSimException error = Assert.Throws<AgentSimException>(() => TraceCapture.Start(
            new TraceCaptureOptions { Sink = new TraceSinkOptions { Path = _folder.File("other") }, ToolEndpoint = taken },
                PullEndpoint.Bind));
        Assert.Equal("EndpointUnavailable", error.ErrorId);
        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public void Files_that_are_not_there_are_an_error() =>
        Assert.Equal("CaptureMissing", Assert.Throws<AgentSimException>(() => TraceCapture.GetStatus(_folder.File("none"))).ErrorId);

    [Theory]
    [InlineData("sub/", "sub/request-trace")]
    [InlineData("sub", "sub/request-trace")]
    [InlineData("sub/run", "sub/run")]
    [InlineData("new/", "new/request-trace")]
    public void A_folder_stands_for_a_prefix_in_it(string path, string prefix)
    {
        Directory.CreateDirectory(_folder.File("sub"));
        Assert.Equal(Path.GetFullPath(_folder.File(prefix)), Path.GetFullPath(TraceCaptureOptions.Prefix(_folder.File(path))));
    }
}
