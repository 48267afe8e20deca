namespace AgentSim.Collections;

/// <summary>
/// A hash map from 64-bit keys to non-negative integers that only grows: open addressing in one array. The hash is drawn
/// anew in every process, so that no file can be made to collide.
/// </summary>
internal sealed class NumberMap
{
    private const int FirstBits = 10;
    private const int LineBits = 2;

    private static readonly ulong Multiplier = (ulong)Random.Shared.NextInt64() << 1 | 1;

    private struct Slot
    {
        public ulong Key;
        public int ValueAndOne;   // 0: free
    }

    private Slot[] _slots = new Slot[1 << FirstBits];
    private int _shift = 64 - FirstBits + LineBits;
    private int _count;

    /// <summary>The value of <paramref name="key"/>, which becomes <paramref name="next"/> where it had none.</summary>
    /// <param name="key">Any number.</param>
    /// <param name="next">The value of a new key, at least 0.</param>
    /// <param name="isNew">True when the key had no value.</param>
    public int GetOrAdd(ulong key, int next, out bool isNew)
    {
        if (_count > _slots.Length / 2) Grow();
        ref Slot slot = ref Place(key);
        isNew = slot.ValueAndOne == 0;
        if (!isNew) return slot.ValueAndOne - 1;
        slot = new Slot { Key = key, ValueAndOne = next + 1 };
        _count++;
        return next;
    }

    /// <summary>The value of <paramref name="key"/>; -1 if it has none.</summary>
    public int Find(ulong key) => Place(key).ValueAndOne - 1;

    private ref Slot Place(ulong key)
    {
        int mask = _slots.Length - 1;
        int line = (int)(((key >> LineBits) * Multiplier) >> _shift);
        int at = (line << LineBits) | (int)(key & ((1 << LineBits) - 1));
        while (_slots[at].ValueAndOne != 0 && _slots[at].Key != key) at = (at + 1) & mask;
        return ref _slots[at];
    }

    private void Grow()
    {
        Slot[] before = _slots;
        _slots = new Slot[before.Length * 2];
        _shift--;
        foreach (ref readonly Slot slot in before.AsSpan())
        {
            if (slot.ValueAndOne != 0) Place(slot.Key) = slot;
        }
    }
}
