using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// The <c>kvbm</c> backend: one physical block per identity, registered as soon as it is allocated, and evicted leaves
/// first (behaviour 02#11). A sequence's table holds the identities of its complete blocks, then a private tail.
/// </summary>
internal sealed class LineageBlockManager : BlockManager, ITargetCache
{
    private readonly IntMap _registered = new();   // identity -> references + 1
    private readonly LineageEviction _inactive = new();
    private readonly RepeatedMatch _match = new();
    private readonly bool _sharesPrompts;
    private int _activeFull;
    private int _partials;
    private int _nextOwnIdentity;

    public LineageBlockManager(long capacity, int blockSize, bool cachingEnabled, PromptCatalog prompts)
        : base(capacity, blockSize, cachingEnabled, prompts)
    {
        // Without caching every block of every sequence is unlike all others.
        _sharesPrompts = cachingEnabled;
        _nextOwnIdentity = cachingEnabled && !prompts.HasGeneratedIdentities ? prompts.FreeIdentity : 0;
    }

    public override int Active => _activeFull + _partials + Reserved;

    public override long Obtainable => Free + _inactive.Count;

    public override long Free => Capacity - _activeFull - _inactive.Count - _partials - Reserved;

    // A block of generated tokens that a prompt can match gives way to one that is there already, which frees it.
    public override StretchBlocks InStretches =>
        _sharesPrompts && Prompts.HasGeneratedIdentities ? StretchBlocks.None : StretchBlocks.PlayedByPass;

    public override CachedPrefix Match(Sequence sequence)
    {
        if (!CachingEnabled) return default;
        if (_match.TryGet(sequence, out CachedPrefix known)) return known;
        int matched = 0, active = 0;
        for (; matched < sequence.FullBlocks; matched++)
        {
            int identity = IdentityOf(sequence, matched), state = _registered[identity];
            _match.DependsOn(identity, isFound: state != 0);
            if (state == 0) break;
            if (state > 1) active++;
        }

        return _match.Answer(new CachedPrefix(matched, active));
    }

    public int CachedBlocks(PromptBlocks prompt)
    {
        // Without caching the registered identities are the sequences' own and mean nothing to others.
        if (!CachingEnabled) return 0;
        int matched = 0;
        foreach (BlockRun run in prompt)
        {
            for (int identity = run.First; identity < run.First + run.Count; identity++, matched++)
            {
                if (_registered[identity] == 0) return matched;
            }
        }

        return matched;
    }

    public override bool TryAllocate(Sequence sequence, int from, int to, int reuse)
    {
        // Blocks are reused wherever they match, also behind a miss; what the prefix was charged for plays no part.
        int fullEnd = Math.Min(to, sequence.FullBlocks);
        int fresh = to - Math.Max(from, fullEnd);
        List<int> taken = [];
        for (int block = from; block < fullEnd; block++)
        {
            int state = _registered[IdentityOf(sequence, block)];
            if (state == 0) fresh++;
            else if (state == 1) taken.Add(block);
        }

        if (!TryMakeRoom(sequence, taken, fresh)) return false;
        for (int block = from; block < fullEnd; block++) Reference(sequence, block);
        AddPrivate(sequence, to - Math.Max(from, fullEnd));
        return true;
    }

    // What is transferred gets blocks of its own until it has arrived, even where somebody else holds the same by then.
    public override bool TryAllocateForTransfer(Sequence sequence, int blocks, int reuse)
    {
        List<int> taken = [];
        for (int block = 0; block < reuse; block++)
        {
            if (_registered[IdentityOf(sequence, block)] == 1) taken.Add(block);
        }

        if (!TryMakeRoom(sequence, taken, blocks - reuse)) return false;
        for (int block = 0; block < reuse; block++) Reference(sequence, block);
        AddPrivate(sequence, blocks - reuse);
        return true;
    }

    public override void OnTransferred(Sequence sequence)
    {
        for (int block = sequence.CopyCount; block < sequence.FullBlocks; block++) Register(sequence, block);
    }

    public override void OnComputed(Sequence sequence, int before, int after)
    {
    }

    public override void OnTokenAppended(Sequence sequence)
    {
        if (sequence.Length % BlockSize != 1) return;
        CompleteTail(sequence, (sequence.Length - 1) / BlockSize);
    }

    public override void CompleteTail(Sequence sequence, int full)
    {
        if (full <= sequence.FullBlocks) return;
        sequence.FullBlocks = full;
        Register(sequence, full - 1);
    }

    public override void Release(Sequence sequence, bool preempted)
    {
        _partials -= sequence.PrivateCount;
        for (int block = sequence.CopyCount - 1; block >= 0; block--)
        {
            int identity = IdentityOf(sequence, block);
            int state = _registered[identity] - 1;
            _registered[identity] = state;
            if (state > 1) continue;
            if (_match.IsKept) _match.Changed(identity);
            _activeFull--;
            Deactivate(identity, block > 0 ? IdentityOf(sequence, block - 1) : LineageEviction.None);
        }

        sequence.CopyCount = sequence.PrivateCount = 0;
    }

    public override bool TryReserve(int blocks)
    {
        if (blocks > Free + _inactive.Count) return false;
        EvictFor(blocks);
        Reserved = blocks;
        return true;
    }

    public override void TakeReserved(Sequence sequence)
    {
        Reserved--;
        AddPrivate(sequence, 1);
    }

    // Takes cached blocks out of the inactive set and makes room for others beside them; all or nothing.
    private bool TryMakeRoom(Sequence sequence, List<int> taken, int fresh)
    {
        foreach (int block in taken) _inactive.Remove(IdentityOf(sequence, block));
        if (fresh > Free - taken.Count + _inactive.Count)
        {
            foreach (int block in taken)
                Deactivate(IdentityOf(sequence, block), block > 0 ? IdentityOf(sequence, block - 1) : LineageEviction.None);
            return false;
        }

        EvictFor(fresh + taken.Count);
        return true;
    }

    private void AddPrivate(Sequence sequence, int blocks)
    {
        sequence.PrivateCount += blocks;
        _partials += blocks;
    }

    // A private block that is complete gives way to the registered one of its identity, or becomes it.
    private void Register(Sequence sequence, int block)
    {
        AddPrivate(sequence, -1);
        int identity = IdentityOf(sequence, block);
        if (_registered[identity] == 1) _inactive.Remove(identity);
        Reference(sequence, block);
    }

    private void EvictFor(int blocks)
    {
        for (long need = blocks - Free; need > 0; need--)
        {
            int identity = _inactive.Evict();
            _registered[identity] = 0;
            if (_match.IsKept) _match.Evicted(identity);
        }
    }

    private void Reference(Sequence sequence, int block)
    {
        int identity = IdentityOf(sequence, block);
        int state = Math.Max(1, _registered[identity]);
        if (state == 1)
        {
            _activeFull++;
            if (_match.IsKept) _match.Changed(identity);
        }

        _registered[identity] = state + 1;
        sequence.CopyCount++;
    }

    // Without caching blocks have no lineage.
    private void Deactivate(int identity, int parent) => _inactive.Add(identity, CachingEnabled ? parent : LineageEviction.None);

    private int IdentityOf(Sequence sequence, int block)
    {
        int own = block;
        if (_sharesPrompts)
        {
            own = block - sequence.Prompt.Count;
            if (own < 0) return sequence.Prompt[block];
            if (Prompts.HasGeneratedIdentities) return Prompts.GeneratedBlock(sequence.Request, block);
        }

        while (sequence.OwnIdentities.Count <= own) sequence.OwnIdentities.Add(_nextOwnIdentity++);
        return sequence.OwnIdentities[own];
    }
}
