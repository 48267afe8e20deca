using System.Numerics;
using System.Runtime.CompilerServices;

namespace AgentSim.Engines;

/// <content>When sequences grow into new blocks.</content>
internal sealed partial class DecodeStretch
{
    private readonly record struct Growth(int Pass, int Blocks);

    // The passes planned so far in which the batch grows, in order: noted when they are planned, since what became of a plan is asked again
    // and again, and its crossings would have to be looked through each time.
    private Growth[] _growth = new Growth[16];
    private int _growths;
    private int _counted;   // how many of them were told

    /// <summary>
    /// When the first pass starts by which the batch has grown into more blocks than given that are not counted yet (see
    /// <see cref="GrowthStartedBy"/>), or a time before that while the plan is open: minus infinity if that is the first of all, infinity
    /// if there is none.
    /// </summary>
    public double StartOfGrowthBeyond(long blocks)
    {
        int at = _counted;
        while (at < _growths && (blocks -= _growth[at].Blocks) >= 0) at++;
        if (at == _growths) return IsOpen ? End : double.PositiveInfinity;
        int pass = _growth[at].Pass;
        return pass == 0 ? double.NegativeInfinity : pass < Steps ? _ends[pass - 1] : double.PositiveInfinity;
    }

    /// <summary>Blocks the batch grows into in one of the passes.</summary>
    public int GrowthIn(int step) => _crossings[step % _period];

    /// <summary>Blocks the batch grows into during the passes from the last call up to <paramref name="steps"/>.</summary>
    public int GrowthUpTo(int steps)
    {
        int blocks = 0;
        for (; _counted < _growths && _growth[_counted].Pass < steps; _counted++) blocks += _growth[_counted].Blocks;
        return blocks;
    }

    /// <summary>
    /// Blocks the batch grows into during the passes that have started (see <see cref="StartedBy"/>) and are not counted yet.
    /// </summary>
    public int GrowthStartedBy(double now, bool driven)
    {
        int blocks = 0;
        for (; _counted < _growths; _counted++)
        {
            (int pass, int grown) = _growth[_counted];
            if (pass >= Steps || !HasStarted(pass, now, driven)) break;
            blocks += grown;
        }

        return blocks;
    }

    private void NoteGrowth(int pass, int blocks)
    {
        if (_growths == _growth.Length) Array.Resize(ref _growth, 2 * _growths);
        _growth[_growths++] = new Growth(pass, blocks);
    }

    private void ForgetGrowth() => _growths = _counted = 0;

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
            NoteGrowth(from + pass, _crossings[phase]);
            pass++;
            if (++phase == _period) phase = 0;
        }

        return count;
    }

    // The first phase from the given one on in which a sequence grows, the period when there is none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextCrossing(int phase)
    {
        if (phase >= _period) return _period;
        ulong bits = _crossed[phase >> 6] >> phase;   // by the lowest six bits of the number
        return bits != 0 ? phase + BitOperations.TrailingZeroCount(bits) : NextCrossingOfWords((phase >> 6) + 1);
    }

    private int NextCrossingOfWords(int word)
    {
        for (; word << 6 < _period; word++)
        {
            if (_crossed[word] != 0) return (word << 6) + BitOperations.TrailingZeroCount(_crossed[word]);
        }

        return _period;
    }

    // There are few sequences in most batches, and the period may be long.
    private void ClearCrossings()
    {
        int words = (_period + 63) >> 6;
        if (words == 1)
        {
            _crossings.AsSpan(0, _period).Clear();
            _crossed[0] = 0;
            return;
        }

        for (int phase = NextCrossing(0); phase < _period; phase = NextCrossing(phase + 1)) _crossings[phase] = 0;
        _crossed.AsSpan(0, words).Clear();
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
        ForgetGrowth();
        Start = now;
        return maxSteps;
    }
}
