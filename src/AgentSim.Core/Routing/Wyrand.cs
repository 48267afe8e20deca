namespace AgentSim.Routing;

/// <summary>The random source of a router: a 64-bit Wyrand generator (behaviour 00#draws and 05#7.4).</summary>
internal struct Wyrand(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state = unchecked(_state + 0x2d358dccaa6c78a5UL);
        ulong high = Math.BigMul(_state, _state ^ 0x8bb84b93962eacc9UL, out ulong low);
        return low ^ high;
    }

    /// <summary>A uniform integer from 0 to <paramref name="n"/> - 1, by Lemire's method.</summary>
    public ulong Below(ulong n)
    {
        ulong high = Math.BigMul(Next(), n, out ulong low);
        if (low < n)
        {
            ulong rejected = unchecked(0UL - n) % n;
            while (low < rejected) high = Math.BigMul(Next(), n, out low);
        }

        return high;
    }

    /// <summary>A uniform number from 0 (inclusive) to 1 (exclusive).</summary>
    public double Real()
    {
        double value;
        do value = (Next() >> 1) * (1.0 / (1UL << 63));   // a power of two: exact
        while (value == 1.0);
        return value;
    }
}
