using System.Buffers.Binary;

namespace AgentSim.Capture;

/// <summary>What a <see cref="ToolEventIngress"/> received so far (behaviour 07#A8); a snapshot that does not change.</summary>
public sealed record ToolIngressCounters
{
    /// <summary>Messages received.</summary>
    public long Received { get; init; }

    /// <summary>Events accepted as records.</summary>
    public long Accepted { get; init; }

    /// <summary>Messages dropped because they did not have three frames.</summary>
    public long WrongFrames { get; init; }

    /// <summary>Messages dropped because they had another topic.</summary>
    public long OtherTopic { get; init; }

    /// <summary>Messages dropped because their map was malformed.</summary>
    public long Malformed { get; init; }

    /// <summary>Messages dropped because they were no tool events, or had a duration that is no finite number.</summary>
    public long Unusable { get; init; }

    /// <summary>Times that a producer left out sequence numbers. Diagnostic: no event is dropped for that.</summary>
    public long SequenceGaps { get; init; }

    /// <summary>Sequence numbers left out: events that never came.</summary>
    public long SequenceMissing { get; init; }

    /// <summary>Sequence numbers that came again, or after a later one.</summary>
    public long SequenceOutOfOrder { get; init; }

    /// <summary>Why the last message was dropped; null if none was.</summary>
    public string? LastDrop { get; init; }

    /// <summary>Messages dropped for any reason.</summary>
    public long Dropped => WrongFrames + OtherTopic + Malformed + Unusable;
}

/// <summary>Finds gaps in the sequence numbers of producers. For diagnosis only: nothing depends on the numbers.</summary>
internal sealed class SequenceGaps
{
    private readonly Dictionary<long, ulong> _expected = [];   // next number per producer

    /// <summary>Times that numbers were left out.</summary>
    public long Gaps { get; private set; }

    /// <summary>Numbers left out.</summary>
    public long Missing { get; private set; }

    /// <summary>Numbers that came again, or after a later one.</summary>
    public long OutOfOrder { get; private set; }

    public void Add(long producer, ReadOnlySpan<byte> frame)
    {
        if (!BinaryPrimitives.TryReadUInt64BigEndian(frame, out ulong number) || frame.Length != sizeof(ulong)) return;
        if (!_expected.TryGetValue(producer, out ulong expected)) expected = number;
        ulong ahead = unchecked(number - expected);   // the numbers may wrap
        if (ahead > long.MaxValue)
        {
            OutOfOrder++;
            return;
        }

        if (ahead > 0)
        {
            Gaps++;
            Missing = Missing > long.MaxValue - (long)ahead ? long.MaxValue : Missing + (long)ahead;
        }

        _expected[producer] = unchecked(number + 1);
    }

    public void Forget(long producer) => _expected.Remove(producer);
}
