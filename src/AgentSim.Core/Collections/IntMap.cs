using System.Diagnostics;

namespace AgentSim.Collections;

/// <summary>
/// A hash map from non-negative integers to positive integers, in which 0 means absent: open addressing in one small
/// array, for sets of which there are many and most are small.
/// </summary>
internal sealed class IntMap
{
    private const int FirstBits = 4;

    // Drawn anew in every process, so that no distance between keys, and no file, can be made to collide.
    private static readonly ulong Drawn = (ulong)Random.Shared.NextInt64() << 1 | 1;

    // Beside the slots, since a static field is asked each time whether it is there already.
    private readonly ulong _multiplier = Drawn;

    private struct Slot
    {
        public int Key;
        public int Value;   // 0: free
    }

    private Slot[] _slots = new Slot[1 << FirstBits];
    private int _shift = 64 - FirstBits;
    private int _count;

    /// <summary>The value of <paramref name="key"/>, 0 when absent; 0 removes it.</summary>
    public int this[int key]
    {
        get => _slots[Find(key)].Value;
        set
        {
            Debug.Assert(key >= 0 && value >= 0, "keys and values are not negative");
            int at = Find(key);
            if (_slots[at].Value != 0)
            {
                if (value != 0) _slots[at].Value = value;
                else Remove(at);
                return;
            }

            if (value == 0) return;
            _slots[at] = new Slot { Key = key, Value = value };
            if (++_count > _slots.Length / 2) Grow();
        }
    }

    private int Home(int key) => (int)(((uint)key * _multiplier) >> _shift);

    private int Find(int key)
    {
        Slot[] slots = _slots;
        int at = Home(key);
        while (slots[at].Value != 0 && slots[at].Key != key) at = (at + 1) & (slots.Length - 1);
        return at;
    }

    // Those behind move up where that brings them closer to their place, so that no look-up meets a gap.
    private void Remove(int at)
    {
        int mask = _slots.Length - 1;
        for (int next = (at + 1) & mask; _slots[next].Value != 0; next = (next + 1) & mask)
        {
            int home = Home(_slots[next].Key);
            if (((next - home) & mask) < ((next - at) & mask)) continue;
            _slots[at] = _slots[next];
            at = next;
        }

        _slots[at] = default;
        _count--;
    }

    private void Grow()
    {
        Slot[] before = _slots;
        _slots = new Slot[before.Length * 2];
        _shift--;
        foreach (Slot slot in before)
        {
            if (slot.Value != 0) _slots[Find(slot.Key)] = slot;
        }
    }
}
