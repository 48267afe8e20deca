using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace AgentSim.Statistics;

/// <summary>
/// The way of the gaps of one replay to its <see cref="GapStatistics"/>, which nobody reads before the end. Mostly they are counted at
/// once. A long replay that has a second processor for itself only writes down what is to be counted; a thread beside it counts that,
/// in the same order and with the same values, so that the statistics are the same to the last bit.
/// </summary>
/// <remarks>
/// There are two halves of a buffer: the replay fills one while the thread counts the other. They change places when the first is full
/// and the second is counted, some hundred times in a large replay, since to wake a thread costs a few microseconds. Each word is a
/// number, or the bits of one.
/// </remarks>
internal sealed class GapRelay : IDisposable
{
    // A thread of its own has to be worth it: so many words are counted at once before.
    private const int WordsBefore = 1 << 16;
    private const int WordsOfHalf = 1 << 13;

    // The first word of what is to be counted says what it is, in its lowest bits.
    private const int KindBits = 2;
    private const long KindMask = (1L << KindBits) - 1;
    private const long Single = 0, Equal = 1, Passes = 2;
    private const int WordsBeforeEnds = 2;

    private static int _replays;   // which may have a thread

    private readonly GapStatistics _gaps = new();
    private readonly int _wordsOfHalf;
    private readonly bool _mayOpen, _always;
    private long _wordsLeft;       // to be counted at once before there may be a thread

    // The half that is being filled; null: everything is counted at once.
    private long[]? _filling;
    private int _filled;
    private int _single = -1;      // where it has the last gap, if that is a single one

    private Thread? _thread;
    private readonly AutoResetEvent? _isGiven, _isCounted;
    private long[] _counting = [];
    private int _given;
    private bool _ends;
    private ExceptionDispatchInfo? _fault;

    /// <summary>Counts everything at once.</summary>
    public GapRelay() => _wordsLeft = long.MaxValue;

    /// <summary>Counts beside a replay, where that is of use.</summary>
    /// <param name="always">From the first gap on, and in small pieces, whatever processors there are: for tests.</param>
    public GapRelay(bool always)
    {
        (_mayOpen, _always) = (true, always);
        (_wordsLeft, _wordsOfHalf) = always ? (0, GapStatistics.BlockLength + WordsBeforeEnds) : (WordsBefore, WordsOfHalf);
        (_isGiven, _isCounted) = (new AutoResetEvent(false), new AutoResetEvent(true));
        Interlocked.Increment(ref _replays);
    }

    /// <summary>The statistics; all gaps are in them after <see cref="Finish"/>.</summary>
    public GapStatistics Gaps => _gaps;

    /// <summary>Adds the same gap <paramref name="multiplicity"/> times.</summary>
    public void Add(double gap, long multiplicity = 1)
    {
        if (_filling is null && !Opens(1))
        {
            _gaps.Add(gap, multiplicity);
            return;
        }

        // As the statistics do: what many requests get one by one is one.
        if (_single >= 0 && BitConverter.Int64BitsToDouble(_filling![_single + 1]) == gap)
        {
            _filling[_single] += multiplicity << KindBits;
            return;
        }

        Span<long> words = Take(2);
        words[0] = Single | (multiplicity << KindBits);
        words[1] = BitConverter.DoubleToInt64Bits(gap);
        _single = _filled - 2;
    }

    /// <summary>Adds the gaps of consecutive passes of equal length, or of which each has its own; see
    /// <see cref="GapStatistics.AddSegment"/>.</summary>
    public void AddSegment(double stepMs, double start, ReadOnlySpan<double> ends, int multiplicity)
    {
        if (_filling is null && !Opens(ends.Length))
        {
            _gaps.AddSegment(stepMs, start, ends, multiplicity);
            return;
        }

        if (GapStatistics.TryFindKeys(stepMs, ends[^1], out StretchKeys keys))
        {
            Span<long> words = Take(3);
            words[0] = Equal | ((long)ends.Length * multiplicity << KindBits);
            words[1] = BitConverter.DoubleToInt64Bits((ends[^1] - start) / ends.Length);
            words[2] = ((long)keys.Gap << 32) | (uint)keys.Rate;
            return;
        }

        while (!ends.IsEmpty)
        {
            int count = CountThatFits(ends.Length);
            Span<long> words = Take(WordsBeforeEnds + count);
            words[0] = Passes | ((long)count << KindBits) | ((long)multiplicity << 32);
            words[1] = BitConverter.DoubleToInt64Bits(start);
            ends[..count].CopyTo(MemoryMarshal.Cast<long, double>(words[WordsBeforeEnds..]));
            start = ends[count - 1];
            ends = ends[count..];
        }
    }

    /// <summary>Returns when everything is counted; from now on everything is counted at once.</summary>
    public void Finish()
    {
        EndThread();
        _fault?.Throw();
        if (_filling is { } rest) Count(rest.AsSpan(0, _filled));
        (_filling, _filled, _single, _wordsLeft) = (null, 0, -1, long.MaxValue);
    }

    /// <summary>Ends the thread; what is not counted by then never is.</summary>
    public void Dispose()
    {
        if (!_mayOpen) return;
        EndThread();
        _isGiven!.Dispose();
        _isCounted!.Dispose();
        Interlocked.Decrement(ref _replays);
    }

    // As many passes as the half has room for. The statistics take them in blocks, which must not be cut.
    private int CountThatFits(int count)
    {
        int room = _filling!.Length - _filled - WordsBeforeEnds;
        if (count <= room) return count;
        if (room < GapStatistics.BlockLength)
        {
            HandOver();
            room = _filling.Length - WordsBeforeEnds;
        }

        return Math.Min(count, room - (room % GapStatistics.BlockLength));
    }

    private Span<long> Take(int count)
    {
        if (_filling!.Length - _filled < count) HandOver();
        _single = -1;
        _filled += count;
        return _filling.AsSpan(_filled - count, count);
    }

    // Whether what comes now, so many words, is written down.
    private bool Opens(int words)
    {
        _wordsLeft -= words;
        if (_wordsLeft > 0 || !_mayOpen) return false;
        _wordsLeft = WordsBefore;
        if (!_always && 2 * Volatile.Read(ref _replays) > Environment.ProcessorCount) return false;
        (_filling, _counting) = (new long[_wordsOfHalf], new long[_wordsOfHalf]);
        _thread = new Thread(CountGiven) { IsBackground = true, Name = "gaps between tokens" };
        _thread.Start();
        return true;
    }

    private void HandOver()
    {
        _isCounted!.WaitOne();
        _fault?.Throw();
        (_filling, _counting) = (_counting, _filling!);
        (_given, _filled, _single) = (_filled, 0, -1);
        _isGiven!.Set();
    }

    private void EndThread()
    {
        if (_thread is null) return;
        _ends = true;
        _isGiven!.Set();
        _thread.Join();
        _thread = null;
    }

    private void CountGiven()
    {
        do
        {
            _isGiven!.WaitOne();
            try
            {
                Count(_counting.AsSpan(0, _given));
            }
            catch (Exception fault)
            {
                // Of the replay, which throws it when it gives the next half, or at its end.
                _fault = ExceptionDispatchInfo.Capture(fault);
            }

            _given = 0;
            _isCounted!.Set();
        }
        while (!Volatile.Read(ref _ends));
    }

    private void Count(ReadOnlySpan<long> words)
    {
        while (!words.IsEmpty)
        {
            long first = words[0], count = first >> KindBits;
            double second = BitConverter.Int64BitsToDouble(words[1]);
            int taken = 2;
            switch (first & KindMask)
            {
                case Single:
                    _gaps.Add(second, count);
                    break;
                case Equal:
                    _gaps.AddEqual(second, count, new StretchKeys((int)(words[2] >> 32), (int)words[2]));
                    taken = 3;
                    break;
                default:
                    int passes = (int)count & ((1 << (32 - KindBits)) - 1);
                    _gaps.AddPasses(second, MemoryMarshal.Cast<long, double>(words.Slice(WordsBeforeEnds, passes)), (int)(first >> 32));
                    taken += passes;
                    break;
            }

            words = words[taken..];
        }
    }
}
