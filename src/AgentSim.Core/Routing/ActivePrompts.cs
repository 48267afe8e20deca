using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>
/// The prompt blocks of the requests placed on each target and not ended. A block counts once, however many requests share it
/// (behaviour 05#5).
/// </summary>
internal sealed class ActivePrompts(int targets)
{
    // Requests of a target whose prompts have the same number of a chain's blocks. The list begins with the largest number, which is
    // the reach of the target into the chain.
    private struct Use
    {
        public int Blocks;
        public int Requests;
        public int Next;
    }

    private readonly PrefixReaches _reaches = new();
    private readonly long[] _blocks = new long[targets];
    private int[] _firstUse = new int[64];   // by slot of the reaches
    private Slots<Use> _uses = new();

    /// <summary>Distinct prompt blocks of a target.</summary>
    public long Blocks(int target) => _blocks[target];

    /// <summary>How many leading blocks of a prompt each target counts already.</summary>
    public void Measure(PromptBlocks prompt, Span<int> leading) => _reaches.Measure(prompt, leading);

    public void Add(int target, PromptBlocks prompt)
    {
        foreach (BlockRun run in prompt)
        {
            int slot = _reaches.Find(run.First, target);
            if (slot == 0)
            {
                slot = _reaches.Add(run.First, target, blocks: 0);
                if (slot >= _firstUse.Length) Array.Resize(ref _firstUse, _firstUse.Length * 2);
            }

            int longest = LongestUse(slot);
            AddUse(slot, run.Count);
            if (run.Count <= longest) continue;
            _reaches.Set(slot, run.Count);
            _blocks[target] += run.Count - longest;
        }
    }

    public void Remove(int target, PromptBlocks prompt)
    {
        foreach (BlockRun run in prompt)
        {
            int slot = _reaches.Find(run.First, target), longest = LongestUse(slot);
            RemoveUse(slot, run.Count);
            int left = LongestUse(slot);
            if (left == longest) continue;
            _blocks[target] -= longest - left;
            if (left > 0) _reaches.Set(slot, left);
            else _reaches.Remove(run.First, slot);
        }
    }

    private int LongestUse(int slot) => _firstUse[slot] == 0 ? 0 : _uses[_firstUse[slot]].Blocks;

    private void AddUse(int slot, int blocks)
    {
        int before = 0, use = _firstUse[slot];
        while (use != 0 && _uses[use].Blocks > blocks) (before, use) = (use, _uses[use].Next);
        if (use != 0 && _uses[use].Blocks == blocks)
        {
            _uses[use].Requests++;
            return;
        }

        use = _uses.Add(new Use { Blocks = blocks, Requests = 1, Next = use });
        if (before == 0) _firstUse[slot] = use;
        else _uses[before].Next = use;
    }

    private void RemoveUse(int slot, int blocks)
    {
        int before = 0, use = _firstUse[slot];
        while (_uses[use].Blocks != blocks) (before, use) = (use, _uses[use].Next);
        if (--_uses[use].Requests > 0) return;
        if (before == 0) _firstUse[slot] = _uses[use].Next;
        else _uses[before].Next = _uses[use].Next;
        _uses.Free(use);
    }
}
