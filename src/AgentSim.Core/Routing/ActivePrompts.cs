using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>
/// The prompt blocks of the requests placed on each target and not ended. A block counts once, however many requests share it
/// (behaviour 05#5).
/// </summary>
/// <remarks>
/// All prompts that have anything of a chain have the same blocks before it. So a request counts as a use of the last chain of its prompt
/// alone, and each chain that is in use as one use of the chain before it.
/// </remarks>
internal sealed class ActivePrompts(int targets)
{
    // Uses by a target of the same number of a chain's blocks. The list begins with the largest number, which is
    // the reach of the target into the chain.
    private struct Use
    {
        public int Blocks;
        public int Requests;
        public int Next;
    }

    private readonly PrefixReaches _reaches = new(hasNotes: true);   // with the first use of each
    private readonly long[] _blocks = new long[targets];
    private Slots<Use> _uses = new();

    /// <summary>Distinct prompt blocks of a target.</summary>
    public long Blocks(int target) => _blocks[target];

    /// <summary>How many leading blocks of a prompt each target counts already.</summary>
    public void Measure(PromptBlocks prompt, Span<int> leading) => _reaches.Measure(prompt, leading);

    public void Add(int target, PromptBlocks prompt)
    {
        ReadOnlySpan<BlockRun> runs = prompt.Runs;
        bool isFirst = true;
        for (int i = runs.Length - 1; i >= 0 && isFirst; i--)
        {
            BlockRun run = runs[i];
            int slot = _reaches.Find(run.First, target);
            isFirst = slot == 0;
            if (isFirst) slot = _reaches.Add(run.First, target, blocks: 0);
            int longest = LongestUse(slot);
            AddUse(slot, run.Count);
            if (run.Count <= longest) continue;
            _reaches.Set(slot, run.Count);
            _blocks[target] += run.Count - longest;
        }
    }

    public void Remove(int target, PromptBlocks prompt)
    {
        ReadOnlySpan<BlockRun> runs = prompt.Runs;
        bool wasLast = true;
        for (int i = runs.Length - 1; i >= 0 && wasLast; i--)
        {
            BlockRun run = runs[i];
            int slot = _reaches.Find(run.First, target), longest = LongestUse(slot);
            RemoveUse(slot, run.Count);
            int left = LongestUse(slot);
            wasLast = left == 0;
            _blocks[target] -= longest - left;
            if (wasLast) _reaches.Remove(run.First, slot);
            else if (left < longest) _reaches.Set(slot, left);
        }
    }

    private int LongestUse(int slot) => _reaches.Note(slot) == 0 ? 0 : _uses[_reaches.Note(slot)].Blocks;

    private void AddUse(int slot, int blocks)
    {
        int before = 0, use = _reaches.Note(slot);
        while (use != 0 && _uses[use].Blocks > blocks) (before, use) = (use, _uses[use].Next);
        if (use != 0 && _uses[use].Blocks == blocks)
        {
            _uses[use].Requests++;
            return;
        }

        use = _uses.Add(new Use { Blocks = blocks, Requests = 1, Next = use });
        if (before == 0) _reaches.Note(slot) = use;
        else _uses[before].Next = use;
    }

    private void RemoveUse(int slot, int blocks)
    {
        int before = 0, use = _reaches.Note(slot);
        while (_uses[use].Blocks != blocks) (before, use) = (use, _uses[use].Next);
        if (--_uses[use].Requests > 0) return;
        if (before == 0) _reaches.Note(slot) = _uses[use].Next;
        else _uses[before].Next = _uses[use].Next;
        _uses.Free(use);
    }
}
