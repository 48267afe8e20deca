namespace AgentSim.Prompts;

/// <summary>
/// The end of a token sequence to which tokens are appended: identity and chain of its last complete block, and the block that is being
/// filled, as a 128-bit digest of its pieces (a piece is a token value and how often it comes in a row). It is a value type: a copy
/// of it can go on with other tokens.
/// </summary>
internal struct TokenCursor
{
    public static readonly TokenCursor Start = new() { Parent = -1 };

    public int Parent;
    public int Chain;
    public int Filled;
    public ulong High;
    public ulong Low;
    public ulong PieceValue;
    public int PieceCount;
}

/// <summary>
/// Gives identities to blocks by their tokens, for workloads in which generated tokens can come back in prompts
/// (behaviour 01#8.2 and 01#8.4). Equal neighbours count as one piece however they were appended, so that
/// equal token sequences always get equal identities.
/// </summary>
internal class ContentInterner(int blockSize)
{
    private readonly Dictionary<BlockKey, ChainedBlock> _blocks = [];
    private readonly Dictionary<int, int> _kept = [];   // identity -> end of those kept for what follows the block before it

    /// <summary>Identities that are given or kept.</summary>
    public int Count { get; private set; }

    /// <summary>A block by the one before it and its own tokens.</summary>
    protected readonly record struct BlockKey(int Parent, ulong High, ulong Low);

    /// <summary>A block with its chain: the identity of the first block of that (<see cref="ChainBlocks"/>).</summary>
    protected readonly record struct ChainedBlock(int Identity, int Chain)
    {
        /// <summary>A new block: of the chain of its parent if their identities follow each other.</summary>
        public static ChainedBlock After(in TokenCursor parent, int identity) =>
            new(identity, parent.Parent >= 0 && parent.Parent == identity - 1 ? parent.Chain : identity);
    }

    /// <summary>Appends <paramref name="count"/> tokens of one value; completed blocks are appended to <paramref name="blocks"/>.</summary>
    /// <param name="cursor">Where they are appended.</param>
    /// <param name="value">The value.</param>
    /// <param name="count">How often it comes.</param>
    /// <param name="blocks">The blocks completed so far.</param>
    /// <param name="keep">
    /// Identities to be kept for what follows a new block. Sequences that grow side by side keep some, or their blocks would have
    /// numbers in turn, none of which follow each other.
    /// </param>
    public void Append(ref TokenCursor cursor, ulong value, int count, List<BlockRun>? blocks, int keep = 0)
    {
        while (count > 0)
        {
            int take = Math.Min(count, blockSize - cursor.Filled);
            if (cursor.PieceCount > 0 && cursor.PieceValue != value) ClosePiece(ref cursor);
            cursor.PieceValue = value;
            cursor.PieceCount += take;
            cursor.Filled += take;
            count -= take;
            if (cursor.Filled == blockSize) CloseBlock(ref cursor, blocks, keep);
        }
    }

    /// <summary>The block of a key, which is a new one if there is none yet.</summary>
    protected virtual ChainedBlock Find(in BlockKey key, in TokenCursor parent, int keep)
    {
        if (_blocks.TryGetValue(key, out ChainedBlock block)) return block;
        block = ChainedBlock.After(parent, NewIdentity(parent.Parent + 1, keep));
        _blocks.Add(key, block);
        return block;
    }

    // The wanted number, which follows that of the block before, where it is free or kept for this.
    private int NewIdentity(int wanted, int keep)
    {
        if (_kept.Remove(wanted, out int end))
        {
            if (wanted + 1 < end) _kept.Add(wanted + 1, end);
            return wanted;
        }

        int identity = Count++;
        if (keep > 0)
        {
            Count = checked(Count + keep);
            _kept.Add(identity + 1, Count);
        }

        return identity;
    }

    private void CloseBlock(ref TokenCursor cursor, List<BlockRun>? blocks, int keep)
    {
        ClosePiece(ref cursor);
        (int identity, int chain) = Find(new BlockKey(cursor.Parent, cursor.High, cursor.Low), cursor, keep);
        cursor = new TokenCursor { Parent = identity, Chain = chain };
        if (blocks is null) return;
        if (blocks.Count > 0 && blocks[^1].First + blocks[^1].Count == identity)
            blocks[^1] = blocks[^1] with { Count = blocks[^1].Count + 1 };
        else blocks.Add(new BlockRun(identity, 1));
    }

    private static void ClosePiece(ref TokenCursor cursor)
    {
        cursor.High = Mix(cursor.High ^ Mix(cursor.PieceValue + 0x9E3779B97F4A7C15UL)) + (ulong)cursor.PieceCount;
        cursor.Low = Mix((cursor.Low + 0x632BE59BD9B4E019UL) ^ (cursor.PieceValue
            * 0xD6E8FEB86659FD93UL) ^ ((ulong)cursor.PieceCount << 40));
        cursor.PieceCount = 0;
    }

    // A bijective 64-bit finaliser: multiply and shift until every input bit reaches every output bit.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 32)) * 0xE9846AF9B1A615DUL;
        x = (x ^ (x >> 32)) * 0xE9846AF9B1A615DUL;
        return x ^ (x >> 28);
    }
}
