using System.Numerics;

namespace AgentSim.Engines;

/// <content>When sequences grow into new blocks.</content>
internal sealed partial class DecodeStretch
{
    private int _nextGrowth;
    private int _nextGrowthFrom = -1;   // the passes counted when it was found

    /// <summary>
    /// When the first pass starts in which the batch grows and which is not counted yet (see <see cref="GrowthStartedBy"/>): minus
    /// infinity if that is the first of all or not known yet, infinity if there is none.
    /// </summary>
    public double NextGrowthStart
    {
        get
        {
            int pass = NextGrowth();
            return pass == 0 || IsOpen ? double.NegativeInfinity : pass < Steps ? _ends[pass - 1] : double.PositiveInfinity;
        }
    }

    // The first pass with growth that is not counted yet; it is asked for again and again.
    private int NextGrowth()
    {
        if (_crossingsInPeriod == 0) return int.MaxValue;
        if (_nextGrowthFrom == _grownSteps) return _nextGrowth;
        int phase = _grownSteps % _period, next = NextCrossing(phase);
        if (next == _period) next += NextCrossing(0);
        _nextGrowthFrom = _grownSteps;
        return _nextGrowth = _grownSteps + next - phase;
    }

    // How many of the next passes find the blocks they grow into, which are taken from those obtainable.
    private int PassesWithin(ref long obtainable, int from, int count)
    {
        if (_crossingsInPeriod == 0) return count;
        int phase = from % _period, pass = 0;
        while (pass < count)
        {
            int next = NextCrossing(phase);
            pass += next - phase;
            phase = next == _period ? 0 : next;
            if (next == _period || pass >= count) continue;
            obtainable -= _crossings[phase];
            if (obtainable < 0) return pass;
            pass++;
            if (++phase == _period) phase = 0;
        }

        return count;
    }

    // The first phase from the given one on in which a sequence grows, the period when there is none.
    private int NextCrossing(int phase)
    {
        int word = phase >> 6;
        if (phase >= _period) return _period;
        ulong bits = _crossed[word] & (ulong.MaxValue << (phase & 63));
        while (bits == 0)
        {
            if (++word << 6 >= _period) return _period;
            bits = _crossed[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    // There are few sequences in most batches, and the period may be long.
    private void ClearCrossings()
    {
        for (int phase = NextCrossing(0); phase < _period; phase = NextCrossing(phase + 1)) _crossings[phase] = 0;
        Array.Clear(_crossed);
    }

    private int GrowthBefore(int steps)
    {
        (int periods, int rest) = steps < _period ? (0, steps) : Math.DivRem(steps, _period);
        int blocks = periods * _crossingsInPeriod;
        for (int phase = NextCrossing(0); phase < rest; phase = NextCrossing(phase + 1)) blocks += _crossings[phase];
        return blocks;
    }

    private int EndedBefore(double now)
    {
        int low = 0, high = Steps;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_ends[middle] < now) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    // Returns how many passes are planned at most.
    private int Begin(double now, int maxSteps)
    {
        maxSteps = Math.Min(maxSteps, _reach);
        if (_ends.Length < maxSteps) _ends = new double[Math.Max(maxSteps, _ends.Length * 2)];
        _segments.Clear();
        _grownSteps = 0;
        _nextGrowthFrom = -1;
        Start = now;
        return maxSteps;
    }
}
