using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>
/// An index of what the prefix caches of all targets hold, so that a request walks its prompt once and not once a target. The
/// reach of a target into a chain is the number of the chain's leading blocks that it holds.
/// </summary>
/// <remarks>
/// Prompts that begin alike and then differ are a tree of blocks, and each run of a prompt is the beginning of a branch. So runs
/// of different prompts that share a block share their first block, too: they are beginnings of one chain, which is known by that
/// block. Few targets hold anything of most chains, so that the reaches of a chain are a short list. Of a chain that many hold, such
/// as a system prompt, they are a table by target.
/// A slot is a place in a list where it is above 0, a cell of a table where it is below.
/// </remarks>
/// <param name="hasNotes">Whether each reach has a number that its owner can use.</param>
internal sealed class PrefixReaches(bool hasNotes = false) : IPrefixCaches
{
    private const int ShortList = 4;
    private const int SharePerList = 8;       // a list holds at most this part of the targets, or a short list
    private const int TableFlag = 1 << 30;    // of what a chain has: the number of its table instead of its first reach

    private struct Reach
    {
        public int Target;
        public int Blocks;
        public int Next;   // of the same chain
    }

    private readonly IntMap _chains = new();   // first block of a chain -> its first reach, or its table
    private Slots<Reach> _reaches = new();
    private int[] _notes = new int[hasNotes ? 64 : 0];   // by slot in lists

    private int _targets;                      // known from the first question on
    private int[] _cells = [];                 // blocks by table and target
    private int[] _cellNotes = [];
    private GrowList<int> _held;               // by table: targets that hold something
    private GrowList<int> _freeTables;

    /// <summary>The slot with the reach of a target into a chain; 0 when it holds nothing of it.</summary>
    public int Find(int chain, int target)
    {
        int slot = _chains[chain];
        if ((slot & TableFlag) != 0)
        {
            int cell = CellOf(slot, target);
            return _cells[cell] == 0 ? 0 : ~cell;
        }

        while (slot != 0 && _reaches[slot].Target != target) slot = _reaches[slot].Next;
        return slot;
    }

    /// <summary>Adds the reach of a target that held nothing of a chain; returns its slot. One of 0 blocks is to be set at once.</summary>
    public int Add(int chain, int target, int blocks)
    {
        int first = _chains[chain];
        if ((first & TableFlag) == 0 && IsLong(first)) first = MakeTable(chain, first);
        if ((first & TableFlag) != 0)
        {
            int cell = CellOf(first, target);
            _cells[cell] = blocks;
            _held[first & ~TableFlag]++;
            return ~cell;
        }

        int slot = _reaches.Add(new Reach { Target = target, Blocks = blocks, Next = first });
        _chains[chain] = slot;
        if (hasNotes && slot >= _notes.Length) Array.Resize(ref _notes, _notes.Length * 2);
        return slot;
    }

    /// <summary>Leading blocks of a chain that a target has.</summary>
    public int Blocks(int slot) => slot > 0 ? _reaches[slot].Blocks : _cells[~slot];

    /// <summary>What the owner noted of a reach, 0 when it was added; to be 0 again when it is removed.</summary>
    public ref int Note(int slot) => ref (slot > 0 ? ref _notes[slot] : ref _cellNotes[~slot]);

    /// <summary>Changes how many leading blocks of a chain a target has, at least 1.</summary>
    public void Set(int slot, int blocks)
    {
        if (slot > 0) _reaches[slot].Blocks = blocks;
        else _cells[~slot] = blocks;
    }

    /// <summary>A target has nothing of a chain any more.</summary>
    public void Remove(int chain, int slot)
    {
        int first = _chains[chain];
        if (slot < 0)
        {
            _cells[~slot] = 0;
            if (--_held[first & ~TableFlag] > 0) return;
            _freeTables.Add(first & ~TableFlag);
            _chains[chain] = 0;
            return;
        }

        int next = _reaches[slot].Next;
        if (first == slot)
        {
            _chains[chain] = next;
        }
        else
        {
            while (_reaches[first].Next != slot) first = _reaches[first].Next;
            _reaches[first].Next = next;
        }

        _reaches.Free(slot);
    }

    /// <inheritdoc/>
    public void Measure(PromptBlocks prompt, Span<int> leading)
    {
        if (_targets == 0) _targets = leading.Length;
        Debug.Assert(_targets == leading.Length, "the targets stay the same");
        leading.Clear();
        int before = 0;
        foreach (BlockRun run in prompt)
        {
            bool isHeld = false;
            int first = _chains[run.First];
            if ((first & TableFlag) != 0)
            {
                isHeld = Lengthen(leading, _cells.AsSpan(CellOf(first, 0), leading.Length), before, run.Count);
            }
            else
            {
                for (int slot = first; slot != 0; slot = _reaches[slot].Next)
                {
                    ref Reach reach = ref _reaches[slot];
                    if (leading[reach.Target] != before) continue;
                    leading[reach.Target] += Math.Min(reach.Blocks, run.Count);
                    isHeld |= reach.Blocks >= run.Count;
                }
            }

            if (!isHeld) return;
            before += run.Count;
        }
    }

    // Those targets that have all blocks before a run get what they have of it; true when one has all of it.
    private static bool Lengthen(Span<int> leading, ReadOnlySpan<int> blocks, int before, int count)
    {
        ref int lead = ref MemoryMarshal.GetReference(leading), block = ref MemoryMarshal.GetReference(blocks);
        Vector128<int> befores = Vector128.Create(before), counts = Vector128.Create(count), held = default;
        int at = 0;
        for (; at <= leading.Length - Vector128<int>.Count; at += Vector128<int>.Count)
        {
            Vector128<int> so = Vector128.LoadUnsafe(ref lead, (nuint)at);
            Vector128<int> has = Vector128.Min(Vector128.LoadUnsafe(ref block, (nuint)at), counts) & Vector128.Equals(so, befores);
            held |= Vector128.Equals(has, counts);
            (so + has).StoreUnsafe(ref lead, (nuint)at);
        }

        bool isHeld = held != default;
        for (; at < leading.Length; at++)
        {
            if (leading[at] != before) continue;
            leading[at] += Math.Min(blocks[at], count);
            isHeld |= blocks[at] >= count;
        }

        return isHeld;
    }

    private int CellOf(int table, int target) => ((table & ~TableFlag) * _targets) + target;

    // Whether the list of a chain is as long as it may become.
    private bool IsLong(int first)
    {
        int left = Math.Max(ShortList, _targets / SharePerList);
        if (left >= _targets) return false;
        for (int slot = first; slot != 0 && left > 0; slot = _reaches[slot].Next) left--;
        return left == 0 && (long)(_held.Count + 1) * _targets < TableFlag;
    }

    private int MakeTable(int chain, int first)
    {
        int table = _freeTables.Count > 0 ? _freeTables.RemoveLast() : _held.Count;
        if (table == _held.Count) _held.Add(0);
        int end = _held.Count * _targets;
        if (end > _cells.Length) Array.Resize(ref _cells, Math.Max(end, _cells.Length * 2));
        if (hasNotes && end > _cellNotes.Length) Array.Resize(ref _cellNotes, _cells.Length);
        int held = 0;
        while (first != 0)
        {
            Reach reach = _reaches[first];
            int cell = CellOf(table, reach.Target);
            _cells[cell] = reach.Blocks;
            if (hasNotes) (_cellNotes[cell], _notes[first]) = (_notes[first], 0);
            _reaches.Free(first);
            (first, held) = (reach.Next, held + 1);
        }

        _held[table] = held;
        return _chains[chain] = table | TableFlag;
    }
}
