using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace AgentSim.Imports;

/// <summary>Some consecutive tokens of a prompt: those from an offset on of the endless sequence that an identity stands for.</summary>
internal readonly record struct PromptRun(ulong Identity, long Offset, long Tokens);

/// <summary>
/// The tokens of a prompt and the hashes of its blocks (behaviour 07#A5), held as the difference to an earlier prompt:
/// memory and work are proportional to what is new. The tokens themselves exist only while a block is hashed: each is the
/// low half of the XXH3-64 hash of its run's identity and its position. So equal runs at equal places are equal tokens,
/// whichever prompt they are in.
/// </summary>
internal sealed class PromptPath
{
    private const long Seed = 1337;

    private readonly PromptPath? _parent;
    private readonly long _kept;          // leading tokens, which are the parent's
    private readonly PromptRun[] _runs;   // the tokens behind them
    private readonly ulong[] _hashes;     // of the blocks from the one on in which the new tokens begin
    private readonly int _blockSize;

    private PromptPath(PromptPath? parent, long kept, PromptRun[] runs, int blockSize)
    {
        // What lies within the part that the parent inherited itself is the grandparent's.
        while (parent is not null && kept <= parent._kept) parent = parent._parent;
        (_parent, _kept, _runs, _blockSize) = (kept == 0 ? null : parent, kept, runs, blockSize);
        Length = kept;
        foreach (PromptRun run in runs) Length += run.Tokens;
        _hashes = new ulong[Blocks(Length) - FirstOwnBlock];
        Hash();
    }

    private PromptPath(PromptPath? parent, long kept, ulong[] hashes, long length, int blockSize)
    {
        while (parent is not null && kept <= parent._kept) parent = parent._parent;
        (_parent, _kept, _runs, _blockSize) = (kept == 0 ? null : parent, kept, [], blockSize);
        (_hashes, Length) = (hashes, length);
    }

    /// <summary>Tokens of the prompt.</summary>
    public long Length { get; }

    /// <summary>Blocks of the prompt, a partial last one included.</summary>
    public int BlockCount => (int)Blocks(Length);

    private long FirstOwnBlock => _kept / _blockSize;

    /// <summary>A prompt that begins like another one.</summary>
    /// <param name="parent">The other prompt; null when <paramref name="kept"/> is 0.</param>
    /// <param name="kept">Leading tokens that are the same; at most the length of the other prompt.</param>
    /// <param name="runs">The tokens behind them.</param>
    /// <param name="blockSize">Tokens of a block; the same for all prompts.</param>
    public static PromptPath After(PromptPath? parent, long kept, IEnumerable<PromptRun> runs, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(kept);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, parent?.Length ?? 0);
        return new PromptPath(parent, kept, [.. runs.Where(run => run.Tokens > 0)], blockSize);
    }

    /// <summary>
    /// A prompt whose blocks have recorded identities of the block size in use: they are taken as they are. They stand for
    /// single blocks, not for everything up to there, which makes no difference to a reader: it follows them from the first
    /// one on. Consecutive ids stay consecutive, so that files of them are a third of the size.
    /// </summary>
    /// <param name="parent">The prompt before, made in the same way; null when <paramref name="keptBlocks"/> is 0.</param>
    /// <param name="keptBlocks">Leading blocks that are the same; only whole ones.</param>
    /// <param name="blocks">The identities of the whole blocks behind them and of a partial last one.</param>
    /// <param name="length">Tokens of the prompt.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    public static PromptPath OfBlocks(PromptPath? parent, int keptBlocks, ulong[] blocks, long length, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keptBlocks, (parent?.Length ?? 0) / blockSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(keptBlocks + blocks.Length, (length + blockSize - 1) / blockSize);
        return new PromptPath(parent, (long)keptBlocks * blockSize, blocks, length, blockSize);
    }

    /// <summary>The hashes of all blocks, in a new array.</summary>
    public ulong[] ToHashes()
    {
        var hashes = new ulong[BlockCount];
        long end = BlockCount;
        for (PromptPath? path = this; end > 0; path = path._parent!)
        {
            long first = path.FirstOwnBlock;
            if (first >= end) continue;
            path._hashes.AsSpan(0, (int)(end - first)).CopyTo(hashes.AsSpan((int)first));
            end = first;
        }

        return hashes;
    }

    private long Blocks(long tokens) => (tokens + _blockSize - 1) / _blockSize;

    private ulong HashBefore(long block)
    {
        PromptPath path = this;
        while (block - 1 < path.FirstOwnBlock) path = path._parent!;
        return path._hashes[block - 1 - path.FirstOwnBlock];
    }

    private void Hash()
    {
        if (_hashes.Length == 0) return;
        Span<uint> tokens = _blockSize <= 1024 ? stackalloc uint[_blockSize] : new uint[_blockSize];
        Span<byte> pair = stackalloc byte[2 * sizeof(ulong)];
        long firstBlock = FirstOwnBlock;
        ulong previous = firstBlock > 0 ? HashBefore(firstBlock) : 0;
        int filled = (int)(_kept - (firstBlock * _blockSize));
        if (filled > 0) _parent!.CopyTokens(firstBlock * _blockSize, tokens[..filled]);
        int block = 0;
        foreach (PromptRun run in _runs)
        {
            for (long done = 0; done < run.Tokens;)
            {
                int count = (int)Math.Min(run.Tokens - done, _blockSize - filled);
                Fill(run, done, tokens.Slice(filled, count));
                filled += count;
                done += count;
                if (filled < _blockSize) continue;
                previous = Next(tokens, pair);
                filled = 0;
            }
        }

        if (filled > 0) Next(tokens[..filled], pair);

        ulong Next(ReadOnlySpan<uint> content, Span<byte> pair)
        {
            ulong hash = XxHash3.HashToUInt64(LittleEndian(content), Seed);
            if (firstBlock + block > 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(pair, previous);
                BinaryPrimitives.WriteUInt64LittleEndian(pair[sizeof(ulong)..], hash);
                hash = XxHash3.HashToUInt64(pair, Seed);
            }

            return _hashes[block++] = hash;
        }
    }

    // The tokens from a position on, which all lie in this prompt.
    private void CopyTokens(long from, Span<uint> tokens)
    {
        if (from < _kept)
        {
            int inherited = (int)Math.Min(tokens.Length, _kept - from);
            _parent!.CopyTokens(from, tokens[..inherited]);
            from += inherited;
            tokens = tokens[inherited..];
        }

        long start = _kept;
        foreach (PromptRun run in _runs)
        {
            if (tokens.Length == 0) return;
            if (from < start + run.Tokens)
            {
                int count = (int)Math.Min(tokens.Length, start + run.Tokens - from);
                Fill(run, from - start, tokens[..count]);
                from += count;
                tokens = tokens[count..];
            }

            start += run.Tokens;
        }
    }

    private static void Fill(PromptRun run, long from, Span<uint> tokens)
    {
        Span<byte> place = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(place, run.Identity);
        for (int i = 0; i < tokens.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(place[sizeof(ulong)..], run.Offset + from + i);
            tokens[i] = (uint)XxHash3.HashToUInt64(place);
        }
    }

    private static ReadOnlySpan<byte> LittleEndian(ReadOnlySpan<uint> tokens)
    {
        if (BitConverter.IsLittleEndian) return MemoryMarshal.AsBytes(tokens);
        var swapped = new uint[tokens.Length];
        BinaryPrimitives.ReverseEndianness(tokens, swapped);
        return MemoryMarshal.AsBytes<uint>(swapped);
    }
}
