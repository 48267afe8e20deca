namespace AgentSim.Routing;

/// <summary>
/// Deficit round robin: which class sends its next waiting request. Turn by turn every class earns its quantum of tokens; sending a
/// request costs its uncached prompt tokens, and a class sends when it has earned that many (behaviour 05#8.1).
/// </summary>
/// <param name="quanta">Tokens earned a turn, by class.</param>
internal sealed class DeficitRoundRobin(long[] quanta)
{
    private readonly long[] _deficits = new long[quanta.Length];   // tokens earned and not spent; 0 while a class has no waiting requests
    private int _cursor;
    private int _carry = -1;   // the class that goes on with what is left of its deficit

    /// <summary>The class that sends its best request, or -1 when none may.</summary>
    /// <param name="heads">Cost of the best request of each class; 0 when it has none or none may go now.</param>
    public int Next(ReadOnlySpan<long> heads)
    {
        int carried = _carry;
        _carry = -1;
        if (carried >= 0 && MaySend(carried, heads)) return carried;
        for (int i = 0; i < quanta.Length; i++)
        {
            int c = InTurn(i);
            if (heads[c] == 0) continue;
            if (MaySend(c, heads)) return c;
            _deficits[c] = Add(_deficits[c], quanta[c], 1);
            if (MaySend(c, heads)) return c;
        }

        // After one turn no class has earned enough: give all as many turns as the first that then has enough needs.
        long turns = long.MaxValue;
        for (int c = 0; c < quanta.Length; c++)
        {
            if (heads[c] > 0) turns = Math.Min(turns, (heads[c] - _deficits[c] - 1) / quanta[c] + 1);
        }

        for (int c = 0; c < quanta.Length; c++)
        {
            if (heads[c] > 0) _deficits[c] = Add(_deficits[c], quanta[c], turns);
        }

        for (int i = 0; i < quanta.Length; i++)
        {
            if (MaySend(InTurn(i), heads)) return InTurn(i);
        }

        return -1;
    }

    /// <summary>The class sent a request.</summary>
    public void Sent(int c, long cost, bool isEmpty)
    {
        _cursor = c + 1 == quanta.Length ? 0 : c + 1;
        _deficits[c] = isEmpty ? 0 : Math.Max(0, _deficits[c] - cost);
        if (_deficits[c] > 0) _carry = c;
    }

    /// <summary>The last request of the class left without being sent.</summary>
    public void Emptied(int c)
    {
        _deficits[c] = 0;
        if (_carry == c) _carry = -1;
    }

    private int InTurn(int i) => _cursor + i < quanta.Length ? _cursor + i : _cursor + i - quanta.Length;

    private bool MaySend(int c, ReadOnlySpan<long> heads) => heads[c] > 0 && heads[c] <= _deficits[c];

    private static long Add(long deficit, long quantum, long turns)
    {
        Int128 sum = deficit + (Int128)quantum * turns;
        return sum > long.MaxValue ? long.MaxValue : (long)sum;
    }
}
