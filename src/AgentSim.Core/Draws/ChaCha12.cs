using System.Numerics;

namespace AgentSim.Draws;

/// <summary>
/// The reference's general random generator: ChaCha with 12 rounds, a 64-bit block counter and a key expanded from a
/// 64-bit seed (behaviour 01#9.1; 02#9.2).
/// </summary>
internal sealed class ChaCha12
{
    private const int Words = 16;

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

    private void Refill()
    {
        Span<uint> start =
        [
            0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
            _key[0], _key[1], _key[2], _key[3], _key[4], _key[5], _key[6], _key[7],
            (uint)_counter, (uint)(_counter >> 32), 0, 0,
        ];
        Span<uint> state = stackalloc uint[Words];
        start.CopyTo(state);
        for (int round = 0; round < 6; round++)
        {
            Quarter(state, 0, 4, 8, 12);
            Quarter(state, 1, 5, 9, 13);
            Quarter(state, 2, 6, 10, 14);
            Quarter(state, 3, 7, 11, 15);
            Quarter(state, 0, 5, 10, 15);
            Quarter(state, 1, 6, 11, 12);
            Quarter(state, 2, 7, 8, 13);
            Quarter(state, 3, 4, 9, 14);
        }

        for (int i = 0; i < Words; i++) _block[i] = unchecked(state[i] + start[i]);
        _counter++;
        _next = 0;
    }

    private static void Quarter(Span<uint> s, int a, int b, int c, int d)
    {
        unchecked
        {
            s[a] += s[b];
            s[d] = BitOperations.RotateLeft(s[d] ^ s[a], 16);
            s[c] += s[d];
            s[b] = BitOperations.RotateLeft(s[b] ^ s[c], 12);
            s[a] += s[b];
            s[d] = BitOperations.RotateLeft(s[d] ^ s[a], 8);
            s[c] += s[d];
            s[b] = BitOperations.RotateLeft(s[b] ^ s[c], 7);
        }
    }
}
