using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Statistics;

// The gaps of many passes at once.
internal sealed partial class GapStatistics
{
    private const int BlockLength = 64;

    /// <summary>
    /// Adds the gaps of consecutive passes, each as often as there are requests in the batch. Steps of a growing batch
    /// differ so little that a block of them mostly falls into one bucket, which then needs no look-up for each.
    /// </summary>
    /// <param name="start">Start of the first pass, milliseconds.</param>
    /// <param name="ends">Ends of the passes, strictly increasing, the first above <paramref name="start"/>.</param>
    /// <param name="multiplicity">Requests that share each gap, at least 1.</param>
    public void AddPasses(double start, ReadOnlySpan<double> ends, int multiplicity)
    {
        Span<double> gaps = stackalloc double[BlockLength];
        Span<double> rates = stackalloc double[BlockLength];
        while (!ends.IsEmpty)
        {
            int count = Math.Min(BlockLength, ends.Length);
            gaps[0] = ends[0] - start;
            Subtract(ends[1..count], ends[..(count - 1)], gaps[1..]);
            DivideBy(1000.0, gaps[..count], rates);
            AddBlock(gaps[..count], rates[..count], multiplicity);
            start = ends[count - 1];
            ends = ends[count..];
        }
    }

    private void AddBlock(ReadOnlySpan<double> gaps, ReadOnlySpan<double> rates, int multiplicity)
    {
        double low = Extremes(gaps, out double high);
        // Rates fall as gaps rise.
        double lowRate = 1000.0 / high, highRate = 1000.0 / low;
        if (!(low > LogBuckets.SmallestIndexable) || !double.IsFinite(highRate))
        {
            foreach (double each in gaps) AddNow(each, multiplicity);
            return;
        }

        AddBlock(ref _gaps, _gapSketch, gaps, low, high, multiplicity);
        AddBlock(ref _rates, _rateSketch, rates, lowRate, highRate, multiplicity);
    }

    private static void AddBlock(ref RunningMoments moments, PercentileSketch sketch, ReadOnlySpan<double> values, double low, double high,
        int multiplicity)
    {
        double mean = Mean(values, out double squares);
        moments.AddGroup(values.Length * (long)multiplicity, mean, squares * multiplicity, low, high);
        int key = LogBuckets.KeyOf(low);
        if (key == LogBuckets.KeyOf(high))
        {
            sketch.Add(key, values.Length * (long)multiplicity);
            return;
        }

        foreach (double value in values) sketch.Add(LogBuckets.KeyOf(value), multiplicity);
    }

    // The mean, and the squared deviations from it.
    private static double Mean(ReadOnlySpan<double> values, out double squaredDeviations)
    {
        // Relative to the first value, which is near all others, nothing cancels.
        double reference = values[0];
        Vector128<double> references = Vector128.Create(reference), sums = default, squares = default;
        ref double first = ref MemoryMarshal.GetReference(values);
        int at = 0;
        for (; at < values.Length - 1; at += Vector128<double>.Count)
        {
            Vector128<double> deviations = Vector128.LoadUnsafe(ref first, (nuint)at) - references;
            sums += deviations;
            squares += deviations * deviations;
        }

        double last = at < values.Length ? values[at] - reference : 0.0;
        double sum = Vector128.Sum(sums) + last, square = Vector128.Sum(squares) + (last * last);
        double shift = sum / values.Length;
        squaredDeviations = Math.Max(0.0, square - (sum * shift));
        return reference + shift;
    }

    // The least value, and the greatest.
    private static double Extremes(ReadOnlySpan<double> values, out double high)
    {
        Vector128<double> lows = Vector128.Create(values[^1]), highs = lows;
        ref double first = ref MemoryMarshal.GetReference(values);
        for (int at = 0; at < values.Length - 1; at += Vector128<double>.Count)
        {
            Vector128<double> each = Vector128.LoadUnsafe(ref first, (nuint)at);
            lows = Vector128.ConditionalSelect(Vector128.LessThan(each, lows), each, lows);
            highs = Vector128.ConditionalSelect(Vector128.GreaterThan(each, highs), each, highs);
        }

        high = Math.Max(highs.ToScalar(), highs.GetElement(1));
        return Math.Min(lows.ToScalar(), lows.GetElement(1));
    }

    private static void Subtract(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> result)
    {
        ref double from = ref MemoryMarshal.GetReference(left), less = ref MemoryMarshal.GetReference(right),
            to = ref MemoryMarshal.GetReference(result);
        int at = 0;
        for (; at < left.Length - 1; at += Vector128<double>.Count)
            (Vector128.LoadUnsafe(ref from, (nuint)at) - Vector128.LoadUnsafe(ref less, (nuint)at)).StoreUnsafe(ref to, (nuint)at);
        if (at < left.Length) result[at] = left[at] - right[at];
    }

    private static void DivideBy(double dividend, ReadOnlySpan<double> divisors, Span<double> result)
    {
        ref double from = ref MemoryMarshal.GetReference(divisors), to = ref MemoryMarshal.GetReference(result);
        Vector128<double> dividends = Vector128.Create(dividend);
        int at = 0;
        for (; at < divisors.Length - 1; at += Vector128<double>.Count)
            (dividends / Vector128.LoadUnsafe(ref from, (nuint)at)).StoreUnsafe(ref to, (nuint)at);
        if (at < divisors.Length) result[at] = dividend / divisors[at];
    }
}
