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
    private ToolIngressCounters _counters = new();

    /// <summary>Creates an ingress.</summary>
    /// <param name="sink">Takes the records.</param>
    /// <param name="topic">The first frame of the messages that are meant.</param>
    public ToolEventIngress(TraceFileSink sink, string topic = DefaultTopic)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(topic);
        (_sink, _topic) = (sink, Encoding.UTF8.GetBytes(topic));
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
            _counters = _counters with { WrongFrames = _counters.WrongFrames + 1, LastDrop = $"a message has {frames.Count} frames instead of three" };
            return null;
        }

        _sequence.Add(peer, frames[1].Span);
        if (!frames[0].Span.SequenceEqual(_topic))
        {
            _counters = _counters with { OtherTopic = _counters.OtherTopic + 1, LastDrop = "a message has another topic" };
            return null;
        }

        ToolRecord found;
        try
        {
            found = ToolEventReader.Read(frames[2].Span);
        }
        catch (FormatException error)
        {
            _counters = _counters with { Malformed = _counters.Malformed + 1, LastDrop = error.Message };
            return null;
        }

        bool isTool = found.EventType is TraceNames.ToolStart or TraceNames.ToolEnd or TraceNames.ToolError;
        if (!isTool || (found.DurationMs is { } duration && !double.IsFinite(duration)))
        {
            string reason = isTool ? "tool.duration_ms is not finite" : $"event_type {found.EventType} is no tool event";
            _counters = _counters with { Unusable = _counters.Unusable + 1, LastDrop = reason };
            return null;
        }

        _counters = _counters with { Accepted = _counters.Accepted + 1 };
        return found;
    }
}
