using AgentSim.Capture;
using AgentSim.Tests.Zmtp;
using AgentSim.Traces;
using AgentSim.Zmtp;

namespace AgentSim.Tests.Capture;

public sealed class CaptureEndTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TraceCapture Start() => TraceCapture.Start(
        new TraceCaptureOptions
        {
            Sink = new TraceSinkOptions { Path = _folder.File("run"), FlushIntervalMs = 600_000 },
            ToolEndpoint = "tcp://127.0.0.1:0",
        },
        PullEndpoint.Bind);

    // That every event is in the files, once.
    private void CheckAllThere(TraceCapture capture, int count)
    {
        TraceStatus status = capture.GetStatus();
        Assert.Equal((0L, 0L, (long)count), (status.Peers!.Lost, status.Peers.CutOff, status.Tools!.Accepted));
        Assert.Empty(status.Problems);
        Assert.Equal(0, status.Tools.SequenceMissing + status.Tools.SequenceOutOfOrder);
        IEnumerable<ToolRecord> tools = RequestTraceReader.Read(status.LiteralPath).OfType<ToolRecord>();
        Assert.Equal(count, tools.Select(tool => tool.ToolCallId).Distinct().Count());
    }

    [ZmqFact]
    public async Task What_clients_sent_before_the_stop_is_written_also_when_it_is_still_on_its_way()
    {
        TraceCapture capture = Start();
        await using var relay = new HeldBackRelay(capture.GetStatus().ToolEndpoint!, TimeSpan.FromMilliseconds(150));
        using ZmqClient clients = ZmqClient.Start(relay.Address, 5_000, "--clients", "4");
        await clients.Done();   // all is with the relay, and the clients are gone
        capture.Dispose();
        CheckAllThere(capture, 20_000);
    }

    [ZmqFact]
    public async Task What_clients_sent_before_the_stop_is_written_without_anything_between_them()
    {
        TraceCapture capture = Start();
        using ZmqClient clients = ZmqClient.Start(capture.GetStatus().ToolEndpoint!, 500, "--clients", "40");
        await clients.Done();
        capture.Dispose();
        CheckAllThere(capture, 20_000);
    }

    [Fact]
    public async Task A_client_that_goes_on_sending_is_cut_off_and_that_is_said()
    {
        TraceCapture capture = Start();
        using RawPeer peer = new RawPeer(capture.GetStatus().ToolEndpoint!).Connect().Send(TraceCaptureTests.Message("a"));
        peer.Send(RawPeer.Frame(new string('x', 100_000), more: false)[..9]);
        using var isOver = new CancellationTokenSource();
        Task sending = Task.Run(async () =>
        {
            for (; !isOver.IsCancellationRequested; await Task.Delay(10)) peer.TrySend([0]);   // not enough of them
        });
        await Wait.Until(() => capture.GetStatus().Tools!.Accepted == 1);
        capture.Dispose();
        await isOver.CancelAsync();
        await sending;
        AgentSimException problem = Assert.Single(capture.GetStatus().Problems);
        Assert.Equal("ToolEventsCut", problem.ErrorId);
        Assert.Contains("1 clients were still sending", problem.Message);
    }
}
