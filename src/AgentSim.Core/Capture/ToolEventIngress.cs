using System.Text;
using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Capture;

/// <summary>
/// Turns messages of harnesses – topic, sequence number, MessagePack map – into records of a sink (behaviour 07#A8).
/// A message that breaks a rule is dropped and counted. While the sink cannot keep up, messages are not taken, so that
/// their producers have to wait.
/// </summary>
public sealed class ToolEventIngress : IPullHandler
{
    /// <summary>The topic harnesses use unless told otherwise.</summary>
    public const string DefaultTopic = "agent-tool-events";

    private readonly TraceFileSink _sink;
    private readonly byte[] _topic;
    private readonly object _gate = new();
    private readonly SequenceGaps _sequence = new();
    private readonly Action<AgentSimException>? _onProblem;
    private ToolIngressCounters _counters = new();

    /// <summary>Creates an ingress.</summary>
    /// <param name="sink">Takes the records.</param>
    /// <param name="topic">The first frame of the messages that are meant.</param>
    /// <param name="onProblem">Told of the first message that breaks each of the rules, on any thread; must not block.</param>
    public ToolEventIngress(TraceFileSink sink, string topic = DefaultTopic, Action<AgentSimException>? onProblem = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(topic);
        (_sink, _topic, _onProblem) = (sink, Encoding.UTF8.GetBytes(topic), onProblem);
    }

    /// <summary>What was received so far.</summary>
    public ToolIngressCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return _counters with
                {
                    SequenceGaps = _sequence.Gaps, SequenceMissing = _sequence.Missing, SequenceOutOfOrder = _sequence.OutOfOrder,
                };
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask HandleAsync(long peer, IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ToolRecord? accepted;
        lock (_gate) accepted = Accept(peer, frames);
        if (accepted is not null) await _sink.WriteAsync(TraceRecordWriter.ToBytes(accepted), cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Forget(long peer)
    {
        lock (_gate) _sequence.Forget(peer);
    }

    // The event of a message, or null if it is dropped.
    private ToolRecord? Accept(long peer, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        _counters = _counters with { Received = _counters.Received + 1 };
        if (frames.Count != 3)
        {
            Drop(_counters.WrongFrames == 0, $"a message has {frames.Count} frames instead of three");
            _counters = _counters with { WrongFrames = _counters.WrongFrames + 1 };
            return null;
        }

        _sequence.Add(peer, frames[1].Span);
        if (!frames[0].Span.SequenceEqual(_topic))
        {
            Drop(_counters.OtherTopic == 0, "a message has another topic");
            _counters = _counters with { OtherTopic = _counters.OtherTopic + 1 };
            return null;
        }

        ToolRecord found;
        try
        {
            found = ToolEventReader.Read(frames[2].Span);
        }
        catch (FormatException error)
        {
            Drop(_counters.Malformed == 0, error.Message);
            _counters = _counters with { Malformed = _counters.Malformed + 1 };
            return null;
        }

        bool isTool = found.EventType is TraceNames.ToolStart or TraceNames.ToolEnd or TraceNames.ToolError;
        if (!isTool || (found.DurationMs is { } duration && !double.IsFinite(duration)))
        {
            Drop(_counters.Unusable == 0, isTool ? "tool.duration_ms is not finite" : $"event_type {found.EventType} is no tool event");
            _counters = _counters with { Unusable = _counters.Unusable + 1 };
            return null;
        }

        _counters = _counters with { Accepted = _counters.Accepted + 1 };
        return found;
    }

    // Each kind is said once: a harness that does something wrong does it with every event.
    private void Drop(bool isFirst, string reason)
    {
        _counters = _counters with { LastDrop = reason };
        if (isFirst) _onProblem?.Invoke(Errors.ToolEventRefused.Error(
            $"a tool event was refused: {reason}; others like it are only counted"));
    }
}
