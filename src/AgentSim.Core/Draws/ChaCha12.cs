using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Draws;

/// <summary>
/// The reference's general random generator: ChaCha with 12 rounds, a 64-bit block counter and a key expanded from a
/// 64-bit seed (behaviour 01#9.1; 02#9.2).
/// </summary>
internal sealed class ChaCha12
{
    private const int Words = 16;
    private const int DoubleRounds = 6;

    private readonly uint[] _key = new uint[8];
    private readonly uint[] _block = new uint[Words];
    private ulong _counter;
    private int _next = Words;

    public ChaCha12(ulong seed)
    {
        for (int i = 0; i < _key.Length; i++)
        {
            seed = unchecked((seed * 6364136223846793005UL) + 11634580027462260723UL);
            uint mixed = (uint)(((seed >> 18) ^ seed) >> 27);
            _key[i] = BitOperations.RotateRight(mixed, (int)(seed >> 59));
        }
    }

    public uint NextUInt32()
    {
        if (_next == Words) Refill();
        return _block[_next++];
    }

    /// <summary>Two words, the low one first.</summary>
    public ulong NextUInt64()
    {
        ulong low = NextUInt32();
        return low | ((ulong)NextUInt32() << 32);
    }

    /// <summary>A real in [0, 1), of 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer below <paramref name="limit"/>, which is at least 1.</summary>
    public uint NextBelow(uint limit)
    {
        ulong product = (ulong)NextUInt32() * limit;
        uint high = (uint)(product >> 32), low = (uint)product;
        if (low <= unchecked(0u - limit)) return high;
        // The word alone may be one too few: the next one decides, as if both were one number of 64 bits.
        uint next = (uint)(((ulong)NextUInt32() * limit) >> 32);
        return next > uint.MaxValue - low ? high + 1 : high;
    }

    // The state is a matrix of four rows, whose columns, and then whose diagonals, are mixed four at once: for the diagonals the rows are
    // turned. All in one method: one that passed vectors on could not be compiled ahead of time.
    private void Refill()
    {
        Vector128<uint> start0 = Vector128.Create(0x61707865u, 0x3320646e, 0x79622d32, 0x6b206574);
        Vector128<uint> start1 = Vector128.Create(_key[0], _key[1], _key[2], _key[3]);
        Vector128<uint> start2 = Vector128.Create(_key[4], _key[5], _key[6], _key[7]);
        Vector128<uint> start3 = Vector128.Create((uint)_counter, (uint)(_counter >> 32), 0, 0);
        Vector128<uint> a = start0, b = start1, c = start2, d = start3;
        for (int round = 0; round < DoubleRounds; round++)
        {
            a += b;
            d ^= a;
            d = (d << 16) | (d >>> 16);
            c += d;
            b ^= c;
            b = (b << 12) | (b >>> 20);
            a += b;
            d ^= a;
            d = (d << 8) | (d >>> 24);
            c += d;
            b ^= c;
            b = (b << 7) | (b >>> 25);
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));

            a += b;
            d ^= a;
            d = (d << 16) | (d >>> 16);
            c += d;
            b ^= c;
            b = (b << 12) | (b >>> 20);
            a += b;
            d ^= a;
            d = (d << 8) | (d >>> 24);
            c += d;
            b ^= c;
            b = (b << 7) | (b >>> 25);
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }

        ref uint block = ref MemoryMarshal.GetArrayDataReference(_block);
        (a + start0).StoreUnsafe(ref block);
        (b + start1).StoreUnsafe(ref block, 4);
        (c + start2).StoreUnsafe(ref block, 8);
        (d + start3).StoreUnsafe(ref block, 12);
        _counter++;
        _next = 0;
    }
}
