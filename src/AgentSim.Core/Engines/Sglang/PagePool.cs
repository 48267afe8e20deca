using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// The KV pages of one rank. A page is free, or in the radix tree (the prefix cache), or held by a request outside the tree
/// (behaviour 03#A.3.3 and 03#A.4); the three numbers always add up to all pages. Which physical page is used does not matter,
/// so only numbers are kept.
/// </summary>
internal sealed class PagePool(SglangLimits limits, PromptCatalog prompts, PublishedPages published)
{
    private readonly RadixTree _tree = new(published);
    private GrowList<BlockRun> _path;          // scratch: pages being looked up or inserted
    private int _nextPrivatePage = int.MinValue;

    public long FreePages { get; private set; } = limits.TotalPages;

    /// <summary>Free pages, and cached ones that no request uses, which can be evicted.</summary>
    public long ObtainablePages => FreePages + _tree.EvictablePages;

    /// <summary>Changes whenever a waiting request may find more or less in the cache.</summary>
    public long CacheVersion => _tree.Version;

    /// <summary>Complete leading pages of a sequence that are cached.</summary>
    public int Peek(Sequence sequence) => _tree.Peek(Path(sequence, 0, sequence.Length / limits.PageSize));

    /// <summary>Identity of a complete page of a sequence.</summary>
    public int PageAt(Sequence sequence, int index) => Path(sequence, index, index + 1)[0].First;

    /// <summary>
    /// Gives a sequence that holds no pages KV slots for its first <paramref name="tokens"/> tokens, cached pages where there are
    /// any. False, with nothing changed but time stamps, when there are too few pages.
    /// </summary>
    public bool TryStart(Sequence sequence, int tokens)
    {
        (int matched, int node) = _tree.Match(Path(sequence, 0, tokens / limits.PageSize));
        int held = BlockCount.Of(tokens, limits.PageSize);
        _tree.Lock(node);
        if (held - matched > ObtainablePages)
        {
            _tree.Unlock(node);
            return false;
        }

        Take(held - matched);
        sequence.Node = node;
        sequence.CachedPages = matched;
        Hold(sequence, tokens, held);
        return true;
    }

    /// <summary>Pages of a sequence that are its own, not in the tree.</summary>
    public static int OwnPages(Sequence sequence) => sequence.HeldPages - sequence.CachedPages;

    /// <summary>Gives a partly prefilled sequence KV slots up to <paramref name="tokens"/>; the cache is not looked into again.</summary>
    public bool TryContinue(Sequence sequence, int tokens)
    {
        int held = BlockCount.Of(tokens, limits.PageSize);
        if (!TryMakeRoom(held - sequence.HeldPages)) return false;
        FreePages -= held - sequence.HeldPages;
        Hold(sequence, tokens, held);
        return true;
    }

    /// <summary>Evicts until so many pages are free; false when that cannot be reached, although all that can be is evicted.</summary>
    public bool TryMakeRoom(long pages)
    {
        if (pages > FreePages) FreePages += _tree.Evict(pages - FreePages);
        return pages <= FreePages;
    }

    /// <summary>Gives one more token a KV slot, in a new page where the last one is full.</summary>
    public void AddToken(Sequence sequence)
    {
        if (sequence.Materialised == (long)sequence.HeldPages * limits.PageSize)
        {
            FreePages--;
            sequence.HeldPages++;
        }

        sequence.Materialised++;
    }

    /// <summary>Puts the complete pages of a sequence that goes on into the tree and keeps them locked.</summary>
    public void Cache(Sequence sequence)
    {
        if (sequence.Materialised < (sequence.CachedPages + 1L) * limits.PageSize) return;
        int complete = sequence.Materialised / limits.PageSize;
        int before = sequence.Node;
        int node = Insert(sequence, complete);
        if (node == before) return;
        _tree.Lock(node);
        _tree.Unlock(before);
        sequence.Node = node;
    }

    /// <summary>Puts the complete pages of a sequence that ended into the tree and releases all it holds.</summary>
    public void Finish(Sequence sequence)
    {
        int complete = sequence.Materialised / limits.PageSize;
        FreePages += sequence.HeldPages - complete;
        if (complete > sequence.CachedPages) Insert(sequence, complete);
        _tree.Unlock(sequence.Node);
        sequence.DropPages();
    }

    /// <summary>
    /// Lets routers see the complete pages of its first <paramref name="tokens"/> tokens that a sequence holds outside the tree
    /// (behaviour 03#A.6), until they enter the tree or are released.
    /// </summary>
    public void Expose(Sequence sequence, int tokens)
    {
        int complete = tokens / limits.PageSize;
        if (complete <= sequence.CachedPages || sequence.ExposedPages > 0) return;
        published.Exposed(Path(sequence, sequence.CachedPages, complete));
        sequence.ExposedPages = complete - sequence.CachedPages;
    }

    /// <summary>Takes all pages from a sequence; those in the tree stay there as cache.</summary>
    public void Retract(Sequence sequence)
    {
        if (sequence.ExposedPages > 0) Withdraw(sequence, Peek(sequence) - sequence.CachedPages);
        FreePages += OwnPages(sequence);
        _tree.Unlock(sequence.Node);
        sequence.DropPages();
    }

    /// <summary>True when the next page that a sequence completes is appended to its node, a leaf that no other request holds.</summary>
    public bool GrowsInPlace(Sequence sequence) => _tree.IsOwnLeaf(sequence.Node);

    /// <summary>Takes the pages that a decode stretch grows into, evicting where nothing is free.</summary>
    public void Grow(long pages) => Take(pages);

    /// <summary>
    /// Brings a sequence that grows in place up to date after <paramref name="steps"/> decode passes, whose pages
    /// <see cref="Grow"/> took. Where it ends with the last of them, <see cref="Finish"/> puts the page of its last token into the tree.
    /// </summary>
    public void Advance(Sequence sequence, int steps, bool ends)
    {
        Hold(sequence, sequence.Materialised + steps, BlockCount.Of(sequence.Materialised + steps, limits.PageSize));
        int complete = (sequence.Materialised - (ends ? 1 : 0)) / limits.PageSize;
        if (complete == sequence.CachedPages) return;
        _tree.Extend(sequence.Node, Path(sequence, sequence.CachedPages, complete));
        sequence.CachedPages = complete;
    }

    private static void Hold(Sequence sequence, int tokens, int pages)
    {
        sequence.Materialised = tokens;
        sequence.HeldPages = pages;
        sequence.MostMaterialised = Math.Max(sequence.MostMaterialised, tokens);
    }

    private void Take(long pages)
    {
        TryMakeRoom(pages);
        FreePages -= pages;
    }

    // Pages that another request has put into the tree in the meantime are not needed twice: they become free.
    private int Insert(Sequence sequence, int complete)
    {
        ReadOnlySpan<BlockRun> pages = Path(sequence, sequence.CachedPages, complete);
        int node = _tree.Insert(sequence.Node, pages, out int added);
        FreePages += complete - sequence.CachedPages - added;
        if (sequence.ExposedPages > 0) Withdraw(sequence, inTree: sequence.ExposedPages);
        sequence.CachedPages = complete;
        return node;
    }

    private void Withdraw(Sequence sequence, int inTree)
    {
        published.Withdrawn(Path(sequence, sequence.CachedPages, sequence.CachedPages + sequence.ExposedPages), inTree);
        sequence.ExposedPages = 0;
    }

    // The complete pages [from, to) of a sequence; valid until the next call.
    private ReadOnlySpan<BlockRun> Path(Sequence sequence, int from, int to)
    {
        _path.Clear();
        int prompt = sequence.Prompt.Count;
        if (from < prompt) sequence.Prompt.Slice(from, Math.Min(to, prompt), ref _path);
        if (to > prompt)
        {
            if (sequence.GeneratedPageCount < to - prompt) NameGeneratedPages(sequence, to - prompt);
            PromptBlocks.Slice(sequence.GeneratedPages, Math.Max(from - prompt, 0), to - prompt, ref _path);
        }

        return _path.AsSpan();
    }

    // Identities for pages of generated tokens. Where such tokens can come back in prompts, the catalog of prompts knows them.
    // Otherwise they are the sequence's own: negative numbers, which no prompt has, one run for all it can ever complete.
    private void NameGeneratedPages(Sequence sequence, int count)
    {
        if (prompts.HasGeneratedIdentities)
        {
            for (int page = sequence.GeneratedPageCount; page < count; page++)
                AddGenerated(sequence, prompts.GeneratedBlock(sequence.Request, sequence.Prompt.Count + page));
            sequence.GeneratedPageCount = count;
            return;
        }

        int all = (int)(((long)sequence.PromptTokens + sequence.OutputLimit) / limits.PageSize) - sequence.Prompt.Count;
        if (_nextPrivatePage + (long)all > 0)
            throw Errors.TooManyBlocks.Error(
                "a worker would generate more than 2^31 KV pages; use a larger engine block_size or split the trace");
        sequence.GeneratedPages.Add(new BlockRun(_nextPrivatePage, all));
        sequence.GeneratedPageCount = all;
        _nextPrivatePage += all;
    }

    private static void AddGenerated(Sequence sequence, int identity)
    {
        if (sequence.GeneratedPages.Count > 0)
        {
            ref BlockRun last = ref sequence.GeneratedPages[sequence.GeneratedPages.Count - 1];
            if (last.First + last.Count == identity)
            {
                last = last with { Count = last.Count + 1 };
                return;
            }
        }

        sequence.GeneratedPages.Add(new BlockRun(identity, 1));
    }
}
