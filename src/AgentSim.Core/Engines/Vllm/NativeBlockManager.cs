using AgentSim.Collections;
using AgentSim.Workload;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// Physical copies per block, an index from identity to the copies in the order they became cached, and an LRU list of
/// the copies nobody uses (specification 02, 5).
/// </summary>
/// <remarks>
/// A copy is a slot of one array; slot 0 is the sentinel of the circular LRU list. Private blocks are only counted.
/// Generated blocks are cached too, but unless the workload can send generated tokens back in a prompt, no look-up can
/// ever meet them: they are counted while their request runs, become one LRU entry for the whole run of them when it
/// ends, and get an identity only when their request is preempted, since that request itself may find them again.
/// </remarks>
internal sealed class NativeBlockManager : BlockManager
{
    private const int Anonymous = -1;

    private struct Copy
    {
        public int Identity;   // Anonymous: the entry stands for Sibling blocks
        public int References;
        public int Sibling;    // next copy with this identity, 0 where there is none
        public int Previous;   // LRU neighbours
        public int Next;
    }

    private readonly PagedInts _index = new();   // identity -> first copy
    private readonly bool _generatedAreVisible;
    private Copy[] _copies = new Copy[64];
    private int _copyCount = 1;
    private int _freeCopy;                       // list of unused slots through Sibling
    private int _total;
    private int _inactive;
    private int _nextOwnIdentity;

    public NativeBlockManager(long capacity, int blockSize, bool cachingEnabled, PromptCatalog prompts)
        : base(capacity, blockSize, cachingEnabled, prompts)
    {
        _generatedAreVisible = prompts.HasGeneratedIdentities;
        _nextOwnIdentity = _generatedAreVisible ? 0 : prompts.FreeIdentity;
    }

    public override int Active => _total - _inactive + Reserved;

    public override long Obtainable => Capacity - _total - Reserved + _inactive;

    private long Free => Capacity - _total - Reserved;

    public override bool SupportsStretches => !_generatedAreVisible;

    public override CachedPrefix Match(Sequence sequence)
    {
        if (!CachingEnabled) return default;
        int matched = 0, active = 0;
        foreach (BlockRun run in sequence.Prompt.Runs)
        {
            int identity = run.First, left = run.Count;
            while (left > 0)
            {
                ReadOnlySpan<int> page = _index.PageFrom(identity, left);
                foreach (int copy in page)
                {
                    if (copy == 0) return new CachedPrefix(matched, active);
                    matched++;
                    if (_copies[copy].References > 0) active++;
                }

                if (page.IsEmpty) return new CachedPrefix(matched, active);
                identity += page.Length;
                left -= page.Length;
            }
        }

        for (int block = matched; block < sequence.FullBlocks; block++)
        {
            int copy = _index[IdentityOf(sequence, block)];
            if (copy == 0) break;
            matched++;
            if (_copies[copy].References > 0) active++;
        }

        return new CachedPrefix(matched, active);
    }

    public override int CachedBlocks(PromptBlocks prompt)
    {
        int matched = 0;
        foreach (BlockRun run in prompt.Runs)
        {
            int found = _index.LeadingRun(run.First, run.Count);
            matched += found;
            if (found < run.Count) break;
        }

        return matched;
    }

    public override bool TryAllocate(Sequence sequence, int from, int to, int reuse)
    {
        int fresh = to - from - reuse;
        int need = Shortfall(fresh);
        if (need > 0 && need > _inactive - InactiveAmong(sequence, reuse)) return false;
        if (reuse > 0) Reuse(sequence, reuse);
        Evict(need);
        sequence.PrivateCount += fresh;
        _total += fresh;
        return true;
    }

    public override void OnComputed(Sequence sequence, int before, int after)
    {
        if (CachingEnabled)
        {
            int complete = Math.Min(Math.Min(after / BlockSize, sequence.TableLength), sequence.FullBlocks);
            CachePrompt(sequence, Math.Min(complete, sequence.Prompt.Count));
            while (sequence.CachedTableLength < complete) CacheNext(sequence);
        }

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
        if (sequence.AnonymousCount > 0)
        {
            if (preempted) RegisterOwn(sequence);
            else AddAnonymousRun(sequence.AnonymousCount);
        }

        for (int i = sequence.CopyCount - 1; i >= 0; i--)
        {
            int copy = sequence.Copies[i];
            if (--_copies[copy].References == 0) AppendToLru(copy);
        }

        sequence.CopyCount = sequence.AnonymousCount = sequence.PrivateCount = 0;
    }

    public override bool TryReserve(int blocks)
    {
        int need = Shortfall(blocks);
        if (need > _inactive) return false;
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

    public override void Grow(int blocks)
    {
        Evict(Shortfall(blocks));
        _total += blocks;
    }

    public override void Advance(Sequence sequence, int steps)
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

    // The partial tail, if there is one, becomes a complete block with the tokens it has (specification 02, 5.5).
    private void CompleteTail(Sequence sequence)
    {
        int full = (sequence.Length % BlockSize == 1 ? sequence.Length - 1 : sequence.Length) / BlockSize;
        if (sequence.FullBlocks >= full) return;
        sequence.FullBlocks = full;
        if (CachingEnabled && sequence.PrivateCount > 0 && sequence.CachedTableLength == full - 1) CacheNext(sequence);
    }

    // The computed prompt blocks up to, not including, the given one.
    private void CachePrompt(Sequence sequence, int end)
    {
        int skip = sequence.CachedTableLength, left = end - skip;
        foreach (BlockRun run in sequence.Prompt.Runs)
        {
            if (left <= 0) return;
            if (skip >= run.Count)
            {
                skip -= run.Count;
                continue;
            }

            int inRun = Math.Min(left, run.Count - skip);
            for (int identity = run.First + skip; identity < run.First + skip + inRun; identity++)
            {
                int copy = NewCopy(identity);
                _copies[copy].References = 1;
                sequence.AddCopy(copy);
            }

            sequence.PrivateCount -= inRun;
            left -= inRun;
            skip = 0;
        }
    }

    private void CacheNext(Sequence sequence)
    {
        int block = sequence.CachedTableLength;
        sequence.PrivateCount--;
        if (block >= sequence.Prompt.Count && !_generatedAreVisible)
        {
            sequence.AnonymousCount++;
            return;
        }

        int copy = NewCopy(IdentityOf(sequence, block));
        _copies[copy].References = 1;
        sequence.AddCopy(copy);
    }

    // A running request can hold further copies of a block it once owned; siblings keep the order they were made in.
    private void RegisterOwn(Sequence sequence)
    {
        int first = sequence.CopyCount;
        for (int block = first + sequence.AnonymousCount - 1; block >= first; block--) AppendToLru(NewCopy(IdentityOf(sequence, block)));
    }

    private int IdentityOf(Sequence sequence, int block)
    {
        int generated = block - sequence.Prompt.Count;
        if (generated < 0) return sequence.Prompt[block];
        if (_generatedAreVisible) return Prompts.GeneratedBlock(sequence.Request, block);
        while (sequence.OwnIdentities.Count <= generated) sequence.OwnIdentities.Add(_nextOwnIdentity++);
        return sequence.OwnIdentities[generated];
    }

    private int Shortfall(int blocks) => (int)Math.Max(0, blocks - Free);

    private int InactiveAmong(Sequence sequence, int reuse)
    {
        int inactive = 0;
        for (int block = 0; block < reuse; block++)
        {
            if (_copies[_index[IdentityOf(sequence, block)]].References == 0) inactive++;
        }

        return inactive;
    }

    private void Reuse(Sequence sequence, int blocks)
    {
        int left = Math.Min(blocks, sequence.Prompt.Count);
        foreach (BlockRun run in sequence.Prompt.Runs)
        {
            if (left == 0) break;
            int identity = run.First, inRun = Math.Min(left, run.Count);
            left -= inRun;
            while (inRun > 0)
            {
                ReadOnlySpan<int> page = _index.PageFrom(identity, inRun);
                foreach (int copy in page) Take(sequence, copy);
                identity += page.Length;
                inRun -= page.Length;
            }
        }

        for (int block = sequence.Prompt.Count; block < blocks; block++) Take(sequence, _index[IdentityOf(sequence, block)]);
    }

    private void Take(Sequence sequence, int copy)
    {
        if (_copies[copy].References++ == 0)
        {
            Unlink(copy);
            _inactive--;
        }

        sequence.AddCopy(copy);
    }

    private int NewCopy(int identity)
    {
        int copy = NewSlot(identity);
        int first = _index[identity];
        if (first == 0)
        {
            _index.Set(identity, copy);
            return copy;
        }

        while (_copies[first].Sibling != 0) first = _copies[first].Sibling;
        _copies[first].Sibling = copy;
        return copy;
    }

    private int NewSlot(int identity)
    {
        int copy = _freeCopy;
        if (copy != 0)
        {
            _freeCopy = _copies[copy].Sibling;
        }
        else
        {
            if (_copyCount == _copies.Length) Array.Resize(ref _copies, _copyCount * 2);
            copy = _copyCount++;
        }

        _copies[copy] = new Copy { Identity = identity };
        return copy;
    }

    private void AddAnonymousRun(int blocks)
    {
        int entry = NewSlot(Anonymous);
        _copies[entry].Sibling = blocks;
        Link(entry);
        _inactive += blocks;
    }

    private void AppendToLru(int copy)
    {
        Link(copy);
        _inactive++;
    }

    private void Link(int copy)
    {
        int last = _copies[0].Previous;
        _copies[copy].Previous = last;
        _copies[copy].Next = 0;
        _copies[last].Next = copy;
        _copies[0].Previous = copy;
    }

    private void Unlink(int copy)
    {
        (int previous, int next) = (_copies[copy].Previous, _copies[copy].Next);
        _copies[previous].Next = next;
        _copies[next].Previous = previous;
    }

    private void Evict(int blocks)
    {
        _total -= blocks;
        _inactive -= blocks;
        while (blocks > 0)
        {
            int entry = _copies[0].Next;
            if (_copies[entry].Identity == Anonymous)
            {
                int taken = Math.Min(blocks, _copies[entry].Sibling);
                blocks -= taken;
                if ((_copies[entry].Sibling -= taken) > 0) return;
            }
            else
            {
                RemoveFromIndex(entry);
                blocks--;
            }

            Unlink(entry);
            _copies[entry].Sibling = _freeCopy;
            _freeCopy = entry;
        }
    }

    private void RemoveFromIndex(int copy)
    {
        int identity = _copies[copy].Identity;
        int first = _index[identity];
        if (first == copy)
        {
            _index.Set(identity, _copies[copy].Sibling);
            return;
        }

        while (_copies[first].Sibling != copy) first = _copies[first].Sibling;
        _copies[first].Sibling = _copies[copy].Sibling;
    }
}
