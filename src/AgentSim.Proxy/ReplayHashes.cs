using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace AgentSim.Proxy;

/// <summary>Sequence hashes of a prompt (behaviour 07#A5).</summary>
internal static class ReplayHashes
{
    private const long Seed = 1337;

    /// <summary>The hashes of a prompt that is given as tokens.</summary>
    /// <param name="tokens">Its tokens, of which the server may count more or fewer.</param>
    /// <param name="length">Tokens of the prompt. The last block takes tokens beyond it along; missing ones are left out.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    public static ulong[] Of(ReadOnlySpan<uint> tokens, long length, int blockSize)
    {
        var hashes = new ulong[(length + blockSize - 1) / blockSize];
        Span<byte> pair = stackalloc byte[2 * sizeof(ulong)];
        for (int i = 0; i < hashes.Length; i++)
        {
            ReadOnlySpan<uint> rest = tokens[(int)Math.Min((long)i * blockSize, tokens.Length)..];
            ReadOnlySpan<uint> block = i == hashes.Length - 1 ? rest : rest[..Math.Min(blockSize, rest.Length)];
            ulong hash = XxHash3.HashToUInt64(LittleEndian(block), Seed);
            if (i > 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(pair, hashes[i - 1]);
                BinaryPrimitives.WriteUInt64LittleEndian(pair[sizeof(ulong)..], hash);
                hash = XxHash3.HashToUInt64(pair, Seed);
            }

            hashes[i] = hash;
        }

        return hashes;
    }

    private static ReadOnlySpan<byte> LittleEndian(ReadOnlySpan<uint> tokens)
    {
        if (BitConverter.IsLittleEndian) return MemoryMarshal.AsBytes(tokens);
        var swapped = new uint[tokens.Length];
        BinaryPrimitives.ReverseEndianness(tokens, swapped);
        return MemoryMarshal.AsBytes<uint>(swapped);
    }
}
