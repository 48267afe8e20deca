using System.Buffers.Binary;

namespace AgentSim.Capture;

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
