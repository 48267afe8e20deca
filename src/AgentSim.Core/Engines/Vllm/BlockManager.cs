using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>What a sequence finds in the cache: matched leading blocks, and how many of them are in use already.</summary>
internal readonly record struct CachedPrefix(int Blocks, int ActiveBlocks);

/// <summary>How stretches treat the blocks of a manager.</summary>
internal enum StretchBlocks
{
    /// <summary>There are none: passes can free blocks.</summary>
    None,

    /// <summary>Only how many are taken matters.</summary>
    Counted,

    /// <summary>They are taken and completed in the order of single passes, each request's in turn.</summary>
    PlayedByRequest,

    /// <summary>The same, but each pass takes all its blocks before it completes any.</summary>
    PlayedByPass,
}

/// <summary>
/// The KV blocks of one rank: what is in use, what is cached, what is free (behaviour 02#5 and 02#11).
/// </summary>
internal abstract class BlockManager(long capacity, int blockSize, bool cachingEnabled, PromptCatalog prompts)
{
    /// <summary>What <c>block_size</c> must be where the managers cannot work with it; null when they can (behaviour
    /// 00#differences).</summary>
    public static string? FindUnrunnableBlockSize(EngineConfig config)
    {
        if (config.BlockSize < 2) return "must be at least 2 with vLLM and TensorRT-LLM";
        bool isRunnable = config.Backend != KvBackend.Kvbm || (config.BlockSize <= 1024 && long.IsPow2(config.BlockSize));
        return isRunnable ? null : "must be a power of two up to 1024 with the kvbm backend";
    }

    protected long Capacity { get; } = capacity;

    protected int BlockSize { get; } = blockSize;

    protected bool CachingEnabled { get; } = cachingEnabled;

    protected PromptCatalog Prompts { get; } = prompts;

    /// <summary>Blocks reserved for a speculative burst.</summary>
    protected int Reserved { get; set; }

    /// <summary>Blocks set aside and not yet taken.</summary>
    public int ReservedBlocks => Reserved;

    /// <summary>Blocks in use, reserved ones included.</summary>
    public abstract int Active { get; }

    /// <summary>Blocks that hold nothing.</summary>
    public abstract long Free { get; }

    /// <summary>Blocks that an allocation can get: free ones, and cached ones that no request uses, which are then evicted.</summary>
    public abstract long Obtainable { get; }

    /// <summary>The leading blocks of a sequence found in the cache; nothing when caching is off.</summary>
    public abstract CachedPrefix Match(Sequence sequence);

    /// <summary>
    /// Gives a sequence its logical blocks <c>[from, to)</c>, the first <paramref name="reuse"/> of them from the cache
    /// (only when from is 0). False, with nothing changed, when they cannot be had.
    /// </summary>
    public abstract bool TryAllocate(Sequence sequence, int from, int to, int reuse);

    /// <summary>
    /// The KV reservation for a prompt that another worker computes: <paramref name="blocks"/> blocks, of which the first
    /// <paramref name="reuse"/> are cached here (behaviour 04#7.5). False, with nothing changed, when there are too few.
    /// </summary>
    public virtual bool TryAllocateForTransfer(Sequence sequence, int blocks, int reuse) => TryAllocate(sequence, 0, blocks, reuse);

    /// <summary>The KV of the prompt has arrived: its complete blocks are cached from now on.</summary>
    public virtual void OnTransferred(Sequence sequence) => OnComputed(sequence, 0, sequence.PromptTokens);

    /// <summary>The sequence was computed from <paramref name="before"/> to <paramref name="after"/> tokens.</summary>
    public abstract void OnComputed(Sequence sequence, int before, int after);

    /// <summary>A generated token was appended, before any block for it is taken.</summary>
    public abstract void OnTokenAppended(Sequence sequence);

    /// <summary>Releases all blocks of a sequence; they stay cached, and a preempted one may find them again.</summary>
    public abstract void Release(Sequence sequence, bool preempted);

    /// <summary>Sets blocks aside for a burst, evicting where needed; false, with nothing changed, when they cannot be had.</summary>
    public abstract bool TryReserve(int blocks);

    /// <summary>Hands one reserved block to a sequence as its new private tail.</summary>
    public abstract void TakeReserved(Sequence sequence);

    /// <summary>Gives the rest of a reservation back.</summary>
    public void DropReservation() => Reserved = 0;

    /// <summary>How stretches treat its blocks.</summary>
    public abstract StretchBlocks InStretches { get; }

    /// <summary>A decode pass takes a block for a sequence, which is obtainable; it becomes block <paramref name="index"/>.</summary>
    public void TakeTail(Sequence sequence, int index) => TryAllocate(sequence, index, index + 1, 0);

    /// <summary>The tail of a sequence becomes the last of its first <paramref name="full"/> blocks, which are complete.</summary>
    public abstract void CompleteTail(Sequence sequence, int full);
}
