using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>
/// The end of a token sequence to which tokens are appended: the identity of its last complete block, and the block that is being
/// filled, as a 128-bit digest of its pieces (a piece is a token value and how often it comes in a row). It is a value type: a copy
/// of it can go on with other tokens.
/// </summary>
internal struct TokenCursor
{
    public static readonly TokenCursor Start = new() { Parent = -1 };

    public int Parent;
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
internal sealed class ContentInterner(int blockSize)
{
    private readonly Dictionary<(int Parent, ulong High, ulong Low), int> _identities = [];

    private GrowList<int> _chains;   // by identity

    public int Count => _identities.Count;

    /// <summary>The chain of a block: the identity of its first block (<see cref="ChainBlocks"/>).</summary>
    public int ChainOf(int identity) => _chains[identity];

    /// <summary>Appends <paramref name="count"/> tokens of one value; completed blocks are appended to <paramref name="blocks"/>.</summary>
    public void Append(ref TokenCursor cursor, ulong value, int count, List<BlockRun>? blocks)
    {
        while (count > 0)
        {
            int take = Math.Min(count, blockSize - cursor.Filled);
            if (cursor.PieceCount > 0 && cursor.PieceValue != value) ClosePiece(ref cursor);
            cursor.PieceValue = value;
            cursor.PieceCount += take;
            cursor.Filled += take;
            count -= take;
            if (cursor.Filled == blockSize) CloseBlock(ref cursor, blocks);
        }
    }

    private void CloseBlock(ref TokenCursor cursor, List<BlockRun>? blocks)
    {
        ClosePiece(ref cursor);
        var key = (cursor.Parent, cursor.High, cursor.Low);
        if (!_identities.TryGetValue(key, out int identity))
        {
            identity = _identities.Count;
            _identities.Add(key, identity);
            _chains.Add(cursor.Parent >= 0 && cursor.Parent == identity - 1 ? _chains[cursor.Parent] : identity);
        }

        cursor = new TokenCursor { Parent = identity };
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
