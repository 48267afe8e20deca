using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// The default backend: a block is private to its request until it is computed, and then a copy in the prefix cache that others
/// can use (behaviour 02#5).
/// </summary>
/// <remarks>
/// Private blocks are only counted. Blocks of generated tokens are cached, too. But unless the workload can send generated
/// tokens back in a prompt, no prompt can ever match them. So they are only counted while their request runs (the anonymous
/// blocks of its table), and are one entry of the LRU list when it ends. They get identities only when their request is
/// preempted, since it may find them again when it comes back.
/// </remarks>
internal sealed class NativeBlockManager : BlockManager
{
    private readonly PrefixCache _cache;
    private readonly bool _generatedAreVisible;
    private GrowList<ChainBlocks> _path;   // scratch: blocks being looked up or cached
    private int _total;
    private int _nextOwnChain;

    public NativeBlockManager(long capacity, int blockSize, bool cachingEnabled, PromptCatalog prompts, PrefixReaches? reaches, int rank)
        : base(capacity, blockSize, cachingEnabled, prompts)
    {
        _cache = new PrefixCache(reaches, rank);
        _generatedAreVisible = prompts.HasGeneratedIdentities;
        _nextOwnChain = _generatedAreVisible ? 0 : prompts.FreeIdentity;
    }

    public override int Active => _total - _cache.Inactive + Reserved;

    public override long Obtainable => Free + _cache.Inactive;

    public override long Free => Capacity - _total - Reserved;

    /// <summary>Blocks that no prompt can match and that eviction takes before all others.</summary>
    public int FirstAnonymous => _cache.FirstAnonymous;

    // Where prompts can match blocks of generated tokens, it matters when which is completed.
    public override StretchBlocks InStretches =>
        _generatedAreVisible && CachingEnabled ? StretchBlocks.PlayedByRequest : StretchBlocks.Counted;

    public override CachedPrefix Match(Sequence sequence)
    {
        if (!CachingEnabled) return default;
        int active = 0;
        int matched = Match(sequence.Prompt, ref active);
        if (matched == sequence.Prompt.Count && sequence.FullBlocks > matched)
        {
            foreach (ChainBlocks run in Path(sequence, matched, sequence.FullBlocks))
            {
                int found = _cache.Match(run, ref active);
                matched += found;
                if (found < run.Count) break;
            }
        }

        return new CachedPrefix(matched, active);
    }

    public override bool TryAllocate(Sequence sequence, int from, int to, int reuse)
    {
        int fresh = to - from - reuse;
        int need = MissingBlocks(fresh);
        // Mostly there are enough, whichever of those that are taken from the cache are in use already.
        if (need > 0 && need > _cache.Inactive - reuse && need > _cache.Inactive - InactiveAmong(sequence, reuse)) return false;
        if (reuse > 0)
        {
            foreach (ChainBlocks run in Path(sequence, 0, reuse)) _cache.Take(run, ref sequence.Copies);
            sequence.CopyCount += reuse;
        }

        Evict(need);
        sequence.PrivateCount += fresh;
        _total += fresh;
        return true;
    }

    public override void OnComputed(Sequence sequence, int before, int after)
    {
        if (CachingEnabled) CacheUpTo(sequence, Math.Min(Math.Min(after / BlockSize, sequence.TableLength), sequence.FullBlocks));
        if (after != 0 && after == sequence.Length && after % BlockSize == 0) CompleteTail(sequence);
    }

    public override void OnTokenAppended(Sequence sequence)
    {
        // The block before the new one is complete now; in speculative bursts it has not been computed on its own.
        if (sequence.Length % BlockSize == 1) CompleteTail(sequence);
    }

    public override void Release(Sequence sequence, bool preempted)
    {
        _total -= sequence.PrivateCount;
        if (preempted) RegisterOwn(sequence);
        else _cache.AddAnonymous(sequence.AnonymousCount);
        _cache.Release(ref sequence.Copies);
        sequence.CopyCount = sequence.AnonymousCount = sequence.PrivateCount = 0;
    }

    public override bool TryReserve(int blocks)
    {
        int need = MissingBlocks(blocks);
        if (need > _cache.Inactive) return false;
        Evict(need);
        Reserved = blocks;
        return true;
    }

    public override void TakeReserved(Sequence sequence)
    {
        Reserved--;
        _total++;
        sequence.PrivateCount++;
    }

    /// <summary>Takes blocks for the sequences of a decode stretch, evicting where nothing is free.</summary>
    public void Grow(int blocks)
    {
        Evict(MissingBlocks(blocks));
        _total += blocks;
    }

    /// <summary>Brings a sequence's table up to date after <paramref name="steps"/> decode passes, whose blocks <see cref="Grow"/>
    /// took.</summary>
    public void Advance(Sequence sequence, int steps)
    {
        int allocated = sequence.Allocated + steps;
        sequence.PrivateCount += BlockCount.Of(allocated, BlockSize) - BlockCount.Of(sequence.Allocated, BlockSize);
        int full = allocated / BlockSize;
        if (CachingEnabled)
        {
            sequence.AnonymousCount += full - sequence.FullBlocks;
            sequence.PrivateCount -= full - sequence.FullBlocks;
        }

        sequence.FullBlocks = full;
    }

    public override void CompleteTail(Sequence sequence, int full)
    {
        if (sequence.FullBlocks >= full) return;
        sequence.FullBlocks = full;
        if (CachingEnabled && sequence.PrivateCount > 0 && sequence.CachedTableLength == full - 1) CacheUpTo(sequence, full);
    }

    private int Match(PromptBlocks prompt, ref int active)
    {
        int matched = 0;
        foreach (BlockRun run in prompt)
        {
            int found = _cache.Match(new ChainBlocks(run.First, 0, run.Count), ref active);
            matched += found;
            if (found < run.Count) break;
        }

        return matched;
    }

    // The partial tail, if there is one, becomes a complete block with the tokens it has (behaviour 02#5.5).
    private void CompleteTail(Sequence sequence) =>
        CompleteTail(sequence, (sequence.Length % BlockSize == 1 ? sequence.Length - 1 : sequence.Length) / BlockSize);

    // The computed blocks up to, not including, the given one.
    private void CacheUpTo(Sequence sequence, int end)
    {
        int from = sequence.CachedTableLength;
        if (from >= end) return;
        sequence.PrivateCount -= end - from;
        int visible = _generatedAreVisible ? end : Math.Min(end, sequence.Prompt.Count);
        if (visible > from)
        {
            foreach (ChainBlocks run in Path(sequence, from, visible)) _cache.Add(run, ref sequence.Copies);
            sequence.CopyCount += visible - from;
        }

        sequence.AnonymousCount += end - Math.Max(from, visible);
    }

    // A running request can hold further copies of a block it once owned; siblings keep the order they were made in.
    private void RegisterOwn(Sequence sequence)
    {
        if (sequence.AnonymousCount == 0) return;
        int first = sequence.CopyCount - sequence.Prompt.Count;
        _cache.AddInactive(new ChainBlocks(OwnChain(sequence), first, sequence.AnonymousCount));
    }

    private int MissingBlocks(int blocks) => (int)Math.Max(0, blocks - Free);

    private int InactiveAmong(Sequence sequence, int reuse)
    {
        int active = 0;
        foreach (ChainBlocks run in Path(sequence, 0, reuse)) _cache.Match(run, ref active);
        return reuse - active;
    }

    private void Evict(int blocks)
    {
        if (blocks == 0) return;
        _total -= blocks;
        _cache.Evict(blocks);
    }

    // The complete blocks [from, to) of a sequence; valid until the next call.
    private GrowList<ChainBlocks> Path(Sequence sequence, int from, int to)
    {
        _path.Clear();
        int prompt = sequence.Prompt.Count;
        if (from < prompt) sequence.Prompt.Slice(from, Math.Min(to, prompt), ref _path);
        from = Math.Max(from, prompt);
        if (from >= to) return _path;
        if (_generatedAreVisible) Prompts.GeneratedBlocks(sequence.Request, from, to, ref _path);
        else _path.Add(new ChainBlocks(OwnChain(sequence), from - prompt, to - from));
        return _path;
    }

    private int OwnChain(Sequence sequence)
    {
        if (sequence.OwnChain == Sequence.None) sequence.OwnChain = _nextOwnChain++;
        return sequence.OwnChain;
    }
}
