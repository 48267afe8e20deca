using System.Numerics;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// The sequences at the head of a rank's running list that decode in step: each pass since they joined gave each of them one token.
/// What passes change in them follows from the number of passes, so it is written down only when they leave, and a pass costs the same
/// however many they are. A sequence's own figures are those of when it joined (<see cref="Sequence.JoinedAt"/>).
/// </summary>
internal sealed class Lockstep(int blockSize)
{
    /// <summary>Blocks of more tokens need larger tables than they are worth.</summary>
    public const int LargestBlock = 1 << 14;

    private long[] _ends = [];          // by place in the running list: the number of steps that completes the output
    private int[] _growing = [];        // by number of a step modulo block size: sequences that need a new block in it
    private ulong[] _anyGrows = [];     // bit per element of it that is not 0
    private int _phase;                 // number of the next step modulo block size
    private long _firstEnd = long.MaxValue;

    /// <summary>How many there are: the first ones of the running list.</summary>
    public int Count { get; private set; }

    /// <summary>Steps since the start; those of a sequence count from <see cref="Sequence.JoinedAt"/>.</summary>
    public long Steps { get; private set; }

    /// <summary>Sum of their lengths.</summary>
    public long Context { get; private set; }

    /// <summary>Time of the last token of each.</summary>
    public double LastToken { get; set; }

    /// <summary>In the pass in progress they have been given their token, but have not emitted it.</summary>
    public bool IsScheduled { get; set; }

    /// <summary>Steps until the first of them has its output complete.</summary>
    public long StepsToFirstEnd => _firstEnd - Steps;

    /// <summary>Blocks they need for the next step.</summary>
    public int Growth => Count == 0 ? 0 : _growing[_phase];

    /// <summary>The place of the first sequence that has its output complete; -1 where none has.</summary>
    public int FirstEnded => _ends.AsSpan(0, Count).IndexOf(Steps);

    /// <summary>The steps a sequence took part in.</summary>
    public int StepsOf(Sequence sequence) => (int)(Steps - sequence.JoinedAt);

    /// <summary>The sequence behind the last one joins, after a pass that gave all a token.</summary>
    public void Join(Sequence sequence, long remainingOutput)
    {
        if (_growing.Length == 0)
        {
            _growing = new int[blockSize];
            _anyGrows = new ulong[(blockSize + 63) / 64];
        }

        if (Count == _ends.Length) Array.Resize(ref _ends, Math.Max(16, Count * 2));
        long end = Steps + remainingOutput;
        _ends[Count++] = end;
        _firstEnd = Math.Min(_firstEnd, end);
        sequence.JoinedAt = Steps;
        Context += sequence.Length;
        int phase = GrowthPhase(sequence);
        if (_growing[phase]++ == 0) _anyGrows[phase >> 6] |= 1UL << (phase & 63);
    }

    /// <summary>All take so many steps.</summary>
    public void Advance(int steps)
    {
        Steps += steps;
        Context += (long)Count * steps;
        int phase = _phase + steps;
        _phase = phase < blockSize ? phase : phase % blockSize;
        IsScheduled = false;
    }

    /// <summary>Tells a stretch of so many steps when they grow.</summary>
    public void AddGrowth(DecodeStretch stretch, int steps)
    {
        if (Count == 0) return;
        int last = _phase + Math.Min(steps, blockSize);   // not included
        AddGrowth(stretch, _phase, Math.Min(last, blockSize), -_phase);
        if (last > blockSize) AddGrowth(stretch, 0, last - blockSize, blockSize - _phase);
    }

    /// <summary>
    /// A sequence leaves, whose figures are those of now. Its place is given up by <see cref="RemoveAt"/> or <see cref="Clear"/>.
    /// </summary>
    public void Leave(Sequence sequence)
    {
        Context -= sequence.Length;
        int phase = GrowthPhase(sequence);
        if (--_growing[phase] == 0) _anyGrows[phase >> 6] &= ~(1UL << (phase & 63));
    }

    /// <summary>The place of a sequence is given up.</summary>
    public void RemoveAt(int place)
    {
        Count--;
        Array.Copy(_ends, place + 1, _ends, place, Count - place);
        _firstEnd = long.MaxValue;
        foreach (long end in _ends.AsSpan(0, Count)) _firstEnd = Math.Min(_firstEnd, end);
    }

    /// <summary>All have left.</summary>
    public void Clear()
    {
        Count = 0;
        _firstEnd = long.MaxValue;
        IsScheduled = false;
    }

    // A step fills the last block of a sequence, if it has room; the first one that finds it full needs a new block.
    private int GrowthPhase(Sequence sequence)
    {
        int inBlock = sequence.Allocated % blockSize;
        int phase = _phase + (inBlock == 0 ? 0 : blockSize - inBlock);
        return phase < blockSize ? phase : phase - blockSize;
    }

    private void AddGrowth(DecodeStretch stretch, int from, int to, int shift)
    {
        for (int word = from >> 6; word << 6 < to; word++)
        {
            ulong bits = _anyGrows[word];
            if (word == from >> 6) bits &= ulong.MaxValue << (from & 63);
            for (; bits != 0; bits &= bits - 1)
            {
                int phase = (word << 6) + BitOperations.TrailingZeroCount(bits);
                if (phase >= to) return;
                for (int i = _growing[phase]; i > 0; i--) stretch.AddSequence(blockSize - shift - phase, blockSize);
            }
        }
    }
}
