using System.Buffers.Binary;
using AgentSim.Capture;
using AgentSim.Traces;

namespace AgentSim.Tests.Capture;

public sealed class ToolEventIngressTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TraceFileSink _sink;
    private readonly ToolEventIngress _ingress;
    private readonly List<AgentSimException> _problems = [];

    public ToolEventIngressTests()
    {
        _sink = TraceFileSink.Open(new TraceSinkOptions { Path = _folder.File("run") });
        _ingress = new ToolEventIngress(_sink, onProblem: _problems.Add);
    }

    public void Dispose()
    {
        _sink.Dispose();
        _folder.Dispose();
    }

    private static byte[] Number(ulong number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Event(string type = "tool_end", double duration = 1, string session = "s") => Pack.Map(
        ("schema", "dynamo.request.trace.v1"), ("event_type", type), ("event_time_unix_ms", 5UL), ("session_id", session),
        ("tool", Pack.Map(("tool_call_id", "c"), ("tool_class", "k"), ("duration_ms", duration))));

    private void Send(long peer, params byte[][] frames)
    {
        ValueTask handled = _ingress.HandleAsync(peer, [.. frames.Select(frame => (ReadOnlyMemory<byte>)frame)], default);
        Assert.True(handled.IsCompletedSuccessfully);
    }

    private static byte[] Topic => [.. "agent-tool-events"u8];

    [Fact]
    public void Each_rule_drops_its_messages_and_the_rest_goes_on()
    {
        Send(1, Topic, Number(1));
        Send(1, Topic, Number(1), Event(), []);
        Send(1, [.. "agent-tool-event"u8], Number(2), [0xc1]);
        Send(1, [.. "agent-tool-events "u8], Number(3), Event());
        Send(1, Topic, Number(4), [0xc1]);
        Send(1, Topic, Number(5), Event("tool_pause"));
        Send(1, Topic, Number(6), Event("request_end"));
        Send(1, Topic, Number(7), Event(duration: double.NaN));
        Send(1, Topic, Number(8), Event(duration: double.NegativeInfinity));
        Send(1, Topic, [], Event());                 // the number may have any length
        Send(1, Topic, new byte[20], Event("tool_error"));

        ToolIngressCounters counters = _ingress.Counters;
        // The first of each kind is said, the others are counted.
        Assert.Equal(4, _problems.Count(problem => problem.ErrorId == "ToolEventRefused"));
        Assert.Contains("2 frames instead of three", _problems[0].Message);
        Assert.Equal((11, 2, 2, 2, 2, 3), (counters.Received, counters.Accepted, counters.WrongFrames, counters.OtherTopic,
            counters.Malformed, counters.Unusable));
        Assert.Equal(9, counters.Dropped);
        Assert.Contains("not finite", counters.LastDrop);

        _sink.Dispose();
        TraceRecord[] records = [.. RequestTraceReader.Read([_folder.File("run.000000.jsonl.gz")])];
        Assert.Equal(["tool_end", "tool_error"], records.Select(record => record.EventType));
        Assert.All(records, record => Assert.Equal("s", record.SessionId));
    }

    [Fact]
    public void Gaps_are_counted_by_producer_and_drop_nothing()
    {
        foreach (ulong number in (ulong[])[7, 8, 10, 11, 9, 20, 20]) Send(1, Topic, Number(number), Event());
        foreach (ulong number in (ulong[])[ulong.MaxValue - 1, ulong.MaxValue, 0, 2]) Send(2, Topic, Number(number), Event());
        ToolIngressCounters counters = _ingress.Counters;
        Assert.Equal((3, 1 + 8 + 1, 2), (counters.SequenceGaps, counters.SequenceMissing, counters.SequenceOutOfOrder));
        Assert.Equal(11, counters.Accepted);

        _ingress.Forget(1);
        Send(1, Topic, Number(500), Event());        // a new producer may start anywhere
        Assert.Equal(3, _ingress.Counters.SequenceGaps);
    }

    [Fact]
    public void Counters_do_not_change_afterwards()
    {
        ToolIngressCounters before = _ingress.Counters;
        Send(1, Topic, Number(1), Event());
        Assert.Equal((0, 1), (before.Received, _ingress.Counters.Received));
    }
}
