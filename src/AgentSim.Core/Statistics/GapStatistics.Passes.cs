using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Statistics;

// The gaps of many passes at once.
internal sealed partial class GapStatistics
{
    private const int BlockLength = 128;
    private const int FewestOfBlock = 3;

    // Of a narrow block, the gaps are so near to their mean that the moments of their rates follow from those of the gaps, to about
    // 1e-10: what is left out of the squares is less than four third powers of this.
    private const double Narrow = 1.0 / 2048;

    // Between them, fourth powers are numbers, too.
    private const double LeastOfBlock = 1e-50;
    private const double MostOfBlock = 1e50;

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
            AddBlock(start, ends[..count], multiplicity);
            start = ends[count - 1];
            ends = ends[count..];
        }
    }

    // A block that is not narrow is halved until the parts are, or are gaps by themselves.
    private void AddBlock(double start, ReadOnlySpan<double> ends, int multiplicity)
    {
        if (ends.Length < FewestOfBlock)
        {
            foreach (double end in ends)
            {
                AddNow(end - start, multiplicity);
                start = end;
            }

            return;
        }

        Block block = Measure(start, ends);
        if (!block.IsNarrow)
        {
            int half = ends.Length / 2;
            AddBlock(start, ends[..half], multiplicity);
            AddBlock(ends[half - 1], ends[half..], multiplicity);
            return;
        }

        long samples = ends.Length * (long)multiplicity;
        _gaps.AddGroup(samples, block.Mean, block.Squares * multiplicity, block.Low, block.High);
        // Rates fall as gaps rise.
        double lowRate = 1000.0 / block.High, highRate = 1000.0 / block.Low;
        (double meanRate, double rateSquares) = block.Rates(ends.Length);
        _rates.AddGroup(samples, meanRate, rateSquares * multiplicity, lowRate, highRate);
        CountGaps(start, ends, block.Low, block.High, multiplicity);
        CountRates(start, ends, lowRate, highRate, multiplicity);
    }

    // Mostly one bucket, or two neighbours.
    private void CountGaps(double start, ReadOnlySpan<double> ends, double low, double high, int multiplicity)
    {
        int key = LogBuckets.KeyOf(low), highKey = LogBuckets.KeyOf(high);
        int above = key == highKey ? 0 : key + 1 == highKey ? CountAbove(LogBuckets.EdgeAbove(low), start, ends) : -1;
        if (above >= 0)
        {
            _gapSketch.Add(key, (ends.Length - above) * (long)multiplicity);
            if (above > 0) _gapSketch.Add(highKey, above * (long)multiplicity);
            return;
        }

        foreach (double end in ends)
        {
            _gapSketch.Add(LogBuckets.KeyOf(end - start), multiplicity);
            start = end;
        }
    }

    // A rate is above an edge where the gap is below that of the edge.
    private void CountRates(double start, ReadOnlySpan<double> ends, double low, double high, int multiplicity)
    {
        int key = LogBuckets.KeyOf(low), highKey = LogBuckets.KeyOf(high);
        int below = key == highKey ? ends.Length
            : key + 1 == highKey ? CountAbove(1000.0 / LogBuckets.EdgeAbove(low), start, ends) : -1;
        if (below >= 0)
        {
            if (below > 0) _rateSketch.Add(key, below * (long)multiplicity);
            if (below < ends.Length) _rateSketch.Add(highKey, (ends.Length - below) * (long)multiplicity);
            return;
        }

        foreach (double end in ends)
        {
            _rateSketch.Add(LogBuckets.KeyOf(1000.0 / (end - start)), multiplicity);
            start = end;
        }
    }

    // One loop, in which additions that wait for each other run side by side; one method, since one that passed vectors on could not be
    // compiled ahead of time.
    private static Block Measure(double start, ReadOnlySpan<double> ends)
    {
        double mean = (ends[^1] - start) / ends.Length, firstGap = ends[0] - start;
        ref double end = ref MemoryMarshal.GetReference(ends);
        nuint pairs = (nuint)ends.Length & ~(nuint)1;
        Vector128<double> means = Vector128.Create(mean), lows = Vector128.Create(firstGap), highs = lows;
        Vector128<double> seconds = default, thirds = default, fourths = default;
        Vector128<double> before = Vector128.Create(start, ends[0]);
        for (nuint at = 0; at < pairs; at += 2)
        {
            if (at > 0) before = Vector128.LoadUnsafe(ref end, at - 1);
            Vector128<double> gap = Vector128.LoadUnsafe(ref end, at) - before;
            lows = Vector128.MinNative(gap, lows);
            highs = Vector128.MaxNative(gap, highs);
            Vector128<double> deviation = gap - means, square = deviation * deviation;
            seconds += square;
            thirds += square * deviation;
            fourths += square * square;
        }

        double low = Math.Min(lows.ToScalar(), lows.GetElement(1)), high = Math.Max(highs.ToScalar(), highs.GetElement(1));
        double second = Vector128.Sum(seconds), third = Vector128.Sum(thirds), fourth = Vector128.Sum(fourths);
        if (pairs < (nuint)ends.Length)
        {
            double gap = ends[^1] - ends[^2], deviation = gap - mean, square = deviation * deviation;
            (low, high) = (Math.Min(gap, low), Math.Max(gap, high));
            second += square;
            third += square * deviation;
            fourth += square * square;
        }

        // Equal gaps have a mean that is not rounded, and nothing deviates from it.
        if (low == high) return new Block { Mean = low, Low = low, High = low };
        return new Block { Mean = mean, Low = low, High = high, Squares = second, Cubes = third, Fourths = fourth };
    }

    // How many gaps are above an edge; -1 where one is so near that its key has to be looked up.
    private static int CountAbove(double edge, double start, ReadOnlySpan<double> ends)
    {
        double least = edge - (edge * LogBuckets.Near), most = edge + (edge * LogBuckets.Near);
        int above = 0, below = 0;
        foreach (double end in ends)
        {
            double gap = end - start;
            start = end;
            above += gap > most ? 1 : 0;
            below += gap < least ? 1 : 0;
        }

        return above + below == ends.Length ? above : -1;
    }

    /// <summary>Some gaps: their mean, the sums of the powers of the deviations from it, the least and the greatest.</summary>
    private readonly record struct Block
    {
        public double Mean { get; init; }

        public double Squares { get; init; }

        public double Cubes { get; init; }

        public double Fourths { get; init; }

        public double Low { get; init; }

        public double High { get; init; }

        public bool IsNarrow => Low > LeastOfBlock && High < MostOfBlock && High - Low <= Mean * Narrow;

        /// <summary>
        /// The mean of the rates and the sum of their squared deviations from it. Of a gap that is its mean times 1 + y, the rate is that
        /// of the mean times 1 - y + y² - y³ + …, and the y add up to nothing.
        /// </summary>
        public (double Mean, double Squares) Rates(int count)
        {
            double rate = 1000.0 / Mean, scale = 1.0 / Mean, scaleOfSquares = scale * scale;
            double squares = Squares * scaleOfSquares, cubes = Cubes * scaleOfSquares * scale;
            double fourths = Fourths * scaleOfSquares * scaleOfSquares;
            double sum = squares - cubes + fourths, shift = sum / count;
            double deviations = squares - (2.0 * cubes) + (3.0 * fourths) - (sum * shift);
            return (rate + (rate * shift), Math.Max(0.0, deviations) * rate * rate);
        }
    }
}
