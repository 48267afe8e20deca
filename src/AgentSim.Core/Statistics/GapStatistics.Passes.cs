using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Statistics;

// The gaps of many passes at once.
internal sealed partial class GapStatistics
{
    private const int BlockLength = 64;

    // Of the block in progress.
    private readonly double[] _blockGaps = new double[BlockLength];
    private readonly double[] _blockRates = new double[BlockLength];

    /// <summary>
    /// Adds the gaps of consecutive passes, each as often as there are requests in the batch. Steps of a growing batch
    /// differ so little that a block of them mostly falls into one bucket, which then needs no look-up for each.
    /// </summary>
    /// <param name="start">Start of the first pass, milliseconds.</param>
    /// <param name="ends">Ends of the passes, strictly increasing, the first above <paramref name="start"/>.</param>
    /// <param name="multiplicity">Requests that share each gap, at least 1.</param>
    public void AddPasses(double start, ReadOnlySpan<double> ends, int multiplicity)
    {
        while (!ends.IsEmpty)
        {
            int count = Math.Min(BlockLength, ends.Length);
            AddBlock(start, ends[..count], _blockGaps.AsSpan(0, count), _blockRates.AsSpan(0, count), multiplicity);
            start = ends[count - 1];
            ends = ends[count..];
        }
    }

    private void AddBlock(double start, ReadOnlySpan<double> ends, Span<double> gaps, Span<double> rates, int multiplicity)
    {
        // Relative to the first value, which is near all others, nothing cancels.
        double firstGap = ends[0] - start, firstRate = 1000.0 / firstGap;
        Sums ofGapSums = new(firstGap), ofRateSums = new(firstRate);
        int measured = WideGaps.AreFast ? WideGaps.Measure(start, ends, gaps, rates, ref ofGapSums, ref ofRateSums)
            : Measure(start, ends, gaps, rates, ref ofGapSums, ref ofRateSums);
        MeasureRest(measured == 0 ? start : ends[measured - 1], ends[measured..], gaps[measured..], rates[measured..],
            ref ofGapSums, ref ofRateSums);
        Block ofGaps = ofGapSums.Of(ends.Length), ofRates = ofRateSums.Of(ends.Length);
        // Rates fall as gaps rise.
        (ofRates.Low, ofRates.High) = (1000.0 / ofGaps.High, 1000.0 / ofGaps.Low);
        if (!(ofGaps.Low > LogBuckets.SmallestIndexable) || !double.IsFinite(ofRates.High))
        {
            foreach (double each in gaps) AddNow(each, multiplicity);
            return;
        }

        AddBlock(ref _gaps, _gapSketch, gaps, ofGaps, multiplicity);
        AddBlock(ref _rates, _rateSketch, rates, ofRates, multiplicity);
    }

    private static void AddBlock(ref RunningMoments moments, PercentileSketch sketch, ReadOnlySpan<double> values, in Block block,
        int multiplicity)
    {
        moments.AddGroup(values.Length * (long)multiplicity, block.Mean, block.Squares * multiplicity, block.Low, block.High);
        int key = LogBuckets.KeyOf(block.Low), highKey = LogBuckets.KeyOf(block.High);
        // Mostly one bucket, or two neighbours.
        int above = key == highKey ? 0 : key + 1 == highKey ? CountAbove(LogBuckets.EdgeAbove(block.Low), values) : -1;
        if (above >= 0)
        {
            sketch.Add(key, (values.Length - above) * (long)multiplicity);
            if (above > 0) sketch.Add(highKey, above * (long)multiplicity);
            return;
        }

        foreach (double value in values) sketch.Add(LogBuckets.KeyOf(value), multiplicity);
    }

    // The gaps of passes and their rates, and what they come to; of rates not the least and the greatest. One loop, in which additions
    // that wait for each other run side by side; one method, since one that passed vectors on could not be compiled ahead of time.
    // Returns how many it did.
    internal static int Measure(double start, ReadOnlySpan<double> ends, Span<double> gaps, Span<double> rates, ref Sums ofGaps,
        ref Sums ofRates)
    {
        if (ends.Length < Vector128<double>.Count) return 0;
        int at = 0;
        ref double end = ref MemoryMarshal.GetReference(ends), gapAt = ref MemoryMarshal.GetReference(gaps),
            rateAt = ref MemoryMarshal.GetReference(rates);
        Vector128<double> thousand = Vector128.Create(1000.0);
        Vector128<double> gap0 = Vector128.Create(ofGaps.Reference), rate0 = Vector128.Create(ofRates.Reference);
        Vector128<double> lows = gap0, highs = gap0, gapSums = default, gapSquares = default, rateSums = default, rateSquares = default;
        Vector128<double> before = Vector128.Create(start, ends[0]);
        for (; at <= ends.Length - Vector128<double>.Count; at += Vector128<double>.Count)
        {
            if (at > 0) before = Vector128.LoadUnsafe(ref end, (nuint)at - 1);
            Vector128<double> gap = Vector128.LoadUnsafe(ref end, (nuint)at) - before, rate = thousand / gap;
            gap.StoreUnsafe(ref gapAt, (nuint)at);
            rate.StoreUnsafe(ref rateAt, (nuint)at);
            lows = Vector128.MinNative(gap, lows);
            highs = Vector128.MaxNative(gap, highs);
            Vector128<double> gapDeviation = gap - gap0, rateDeviation = rate - rate0;
            gapSums += gapDeviation;
            gapSquares += gapDeviation * gapDeviation;
            rateSums += rateDeviation;
            rateSquares += rateDeviation * rateDeviation;
        }

        ofGaps.Add(Vector128.Sum(gapSums), Vector128.Sum(gapSquares));
        ofRates.Add(Vector128.Sum(rateSums), Vector128.Sum(rateSquares));
        ofGaps.Low = Math.Min(lows.ToScalar(), lows.GetElement(1));
        ofGaps.High = Math.Max(highs.ToScalar(), highs.GetElement(1));
        return at;
    }

    private static void MeasureRest(double before, ReadOnlySpan<double> ends, Span<double> gaps, Span<double> rates, ref Sums ofGaps,
        ref Sums ofRates)
    {
        for (int at = 0; at < ends.Length; at++)
        {
            double gap = ends[at] - before, rate = 1000.0 / gap;
            before = ends[at];
            gaps[at] = gap;
            rates[at] = rate;
            double gapDeviation = gap - ofGaps.Reference, rateDeviation = rate - ofRates.Reference;
            ofGaps.Add(gapDeviation, gapDeviation * gapDeviation);
            ofRates.Add(rateDeviation, rateDeviation * rateDeviation);
            if (gap < ofGaps.Low) ofGaps.Low = gap;
            if (gap > ofGaps.High) ofGaps.High = gap;
        }
    }

    // How many values are above an edge; -1 where one is so near that its key has to be looked up.
    private static int CountAbove(double edge, ReadOnlySpan<double> values)
    {
        double near = edge * LogBuckets.Near;
        Vector128<double> least = Vector128.Create(edge - near), most = Vector128.Create(edge + near);
        // A comparison that holds is -1.
        Vector128<long> clear = default, doubtful = default;
        ref double first = ref MemoryMarshal.GetReference(values);
        int at = 0;
        for (; at < values.Length - 1; at += Vector128<double>.Count)
        {
            Vector128<double> each = Vector128.LoadUnsafe(ref first, (nuint)at);
            Vector128<double> isClear = Vector128.GreaterThan(each, most);
            clear -= isClear.AsInt64();
            doubtful |= (isClear ^ Vector128.GreaterThan(each, least)).AsInt64();
        }

        int above = (int)Vector128.Sum(clear);
        if (at < values.Length)
        {
            if (Math.Abs(values[at] - edge) <= near) return -1;
            if (values[at] > edge) above++;
        }

        return doubtful == default ? above : -1;
    }

    /// <summary>Deviations of values from one that is near them all, and their squares; the least and the greatest value.</summary>
    internal struct Sums(double reference)
    {
        public readonly double Reference = reference;
        private double _sum;
        private double _squares;

        public double Low = reference;
        public double High = reference;

        public void Add(double sum, double squares)
        {
            _sum += sum;
            _squares += squares;
        }

        public readonly Block Of(int count)
        {
            double shift = _sum / count;
            double squares = Math.Max(0.0, _squares - (_sum * shift));
            return new Block { Mean = Reference + shift, Squares = squares, Low = Low, High = High };
        }
    }

    /// <summary>Mean, squared deviations from it, least and greatest of some values.</summary>
    internal struct Block
    {
        public double Mean;
        public double Squares;
        public double Low;
        public double High;
    }
}
