using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace AgentSim.Hashing;

/// <summary>
/// The BLAKE3 hash function with its default output of 32 bytes, after O'Connor, Aumasson, Neves and Wilcox-O'Hearn,
/// "BLAKE3: one function, fast everywhere" (2020). The input is cut into chunks of 16 blocks; the chaining values of
/// the chunks are the leaves of a binary tree, of which only the path to the current chunk is kept.
/// </summary>
internal sealed class Blake3
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestBytes = 32;

    private const int BlockBytes = 64;
    private const int BlocksPerChunk = 16;
    private const int ValueWords = 8;
    private const int MaxDepth = 54;   // of a tree over 2^64 bytes

    [Flags]
    private enum Node : uint
    {
        None = 0,
        ChunkStart = 1,
        ChunkEnd = 2,
        Parent = 4,
        Root = 8,
    }

    private static readonly uint[] Initial =
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    // Which words of a block each round uses, in order; every round permutes the one before.
    private static readonly byte[] Schedule = MakeSchedule();

    private readonly uint[] _chunkValue = (uint[])Initial.Clone();
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly uint[] _subtrees = new uint[MaxDepth * ValueWords];   // values of complete subtrees, largest first
    private int _subtreeCount;
    private int _blockLength;
    private int _blocksDone;   // of the current chunk
    private ulong _chunk;

    /// <summary>The digest of some bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> input)
    {
        var hash = new Blake3();
        hash.Append(input);
        return hash.Digest();
    }

    /// <summary>Continues the input.</summary>
    public void Append(ReadOnlySpan<byte> input)
    {
        while (input.Length > 0)
        {
            // The last block is compressed differently, so that a full one waits until more input shows that it is not the last.
            if (_blockLength == BlockBytes) CloseBlock();
            int count = Math.Min(input.Length, BlockBytes - _blockLength);
            input[..count].CopyTo(_block.AsSpan(_blockLength));
            _blockLength += count;
            input = input[count..];
        }
    }

    /// <summary>The digest of the input so far, which may still be continued.</summary>
    public byte[] Digest()
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        _block.AsSpan(0, _blockLength).CopyTo(block);
        Span<uint> value = stackalloc uint[ValueWords];
        _chunkValue.CopyTo(value);
        Compress(value, block, _chunk, _blockLength, ChunkFlags | Node.ChunkEnd | (_subtreeCount == 0 ? Node.Root : Node.None));
        for (int i = _subtreeCount - 1; i >= 0; i--) Join(Subtree(i), value, i == 0 ? Node.Root : Node.None);

        var digest = new byte[DigestBytes];
        for (int i = 0; i < ValueWords; i++) BinaryPrimitives.WriteUInt32LittleEndian(digest.AsSpan(i * sizeof(uint)), value[i]);
        return digest;
    }

    private Node ChunkFlags => _blocksDone == 0 ? Node.ChunkStart : Node.None;

    private Span<uint> Subtree(int index) => _subtrees.AsSpan(index * ValueWords, ValueWords);

    private void CloseBlock()
    {
        bool isLast = _blocksDone == BlocksPerChunk - 1;
        Compress(_chunkValue, _block, _chunk, BlockBytes, ChunkFlags | (isLast ? Node.ChunkEnd : Node.None));
        _blocksDone++;
        _blockLength = 0;
        if (isLast) CloseChunk();
    }

    // Joins the new leaf with the complete subtrees of its size, as in counting up a binary number.
    private void CloseChunk()
    {
        for (ulong leaves = ++_chunk; (leaves & 1) == 0; leaves >>= 1) Join(Subtree(--_subtreeCount), _chunkValue, Node.None);
        _chunkValue.CopyTo(Subtree(_subtreeCount++));
        Initial.CopyTo(_chunkValue, 0);
        _blocksDone = 0;
    }

    // The value of the parent takes the place of the right child's.
    private static void Join(ReadOnlySpan<uint> left, Span<uint> right, Node flags)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        for (int i = 0; i < ValueWords; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(i * sizeof(uint))..], left[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(block[((ValueWords + i) * sizeof(uint))..], right[i]);
        }

        Initial.CopyTo(right);
        Compress(right, block, 0, BlockBytes, Node.Parent | flags);
    }

    // Four columns, then four diagonals of the state at a time, one in each lane.
    private static void Compress(Span<uint> value, ReadOnlySpan<byte> block, ulong counter, int length, Node flags)
    {
        Span<uint> words = stackalloc uint[16];
        for (int i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(i * sizeof(uint))..]);

        Vector128<uint> a = Vector128.Create(value[..4]);
        Vector128<uint> b = Vector128.Create(value[4..]);
        Vector128<uint> c = Vector128.Create(Initial.AsSpan(0, 4));
        Vector128<uint> d = Vector128.Create((uint)counter, (uint)(counter >> 32), (uint)length, (uint)flags);
        for (int at = 0; at < Schedule.Length; at += 16)
        {
            ReadOnlySpan<byte> order = Schedule.AsSpan(at, 16);
            Mix(ref a, ref b, ref c, ref d, words, order[..8]);
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            Mix(ref a, ref b, ref c, ref d, words, order[8..]);
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }

        (a ^ c).CopyTo(value);
        (b ^ d).CopyTo(value[4..]);
    }

    private static void Mix(
        ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d, ReadOnlySpan<uint> words, ReadOnlySpan<byte> order)
    {
        a += b + Vector128.Create(words[order[0]], words[order[2]], words[order[4]], words[order[6]]);
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 12);
        a += b + Vector128.Create(words[order[1]], words[order[3]], words[order[5]], words[order[7]]);
        d = RotateRight(d ^ a, 8);
        c += d;
        b = RotateRight(b ^ c, 7);
    }

    private static Vector128<uint> RotateRight(Vector128<uint> lanes, int bits) => (lanes >> bits) | (lanes << (32 - bits));

    private static byte[] MakeSchedule()
    {
        const int rounds = 7;
        ReadOnlySpan<byte> permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
        var schedule = new byte[rounds * permutation.Length];
        for (int i = 0; i < schedule.Length; i++)
            schedule[i] = i < permutation.Length ? (byte)i : schedule[i - (i % permutation.Length) - permutation.Length + permutation[i % permutation.Length]];
        return schedule;
    }
}
