namespace AgentSim.Fuzz;

/// <summary>The draws of one run: equal for equal seed and number, whatever else was run.</summary>
internal sealed class Draw(ulong seed, long run)
{
    private ulong _state = seed * 0x9E3779B97F4A7C15 ^ (ulong)run * 0xD1B54A32D192ED03;

    /// <summary>A number from 0 to below <paramref name="end"/>.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    public bool Chance(int percent) => Below(100) < percent;

    public T Of<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    /// <summary>1 mostly, then ever larger numbers.</summary>
    public int Few()
    {
        int count = 1;
        while (count < 6 && Chance(40)) count++;
        return count;
    }

    // SplitMix64, so that runs stay what they are when .NET changes its generator.
    private ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
