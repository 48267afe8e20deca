using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Reports;

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
        Summary gap = Summarise(gaps), rate = Summarise(rates);
        if (!(gap.Min > LogBuckets.SmallestIndexable) || !double.IsFinite(rate.Max))
        {
            foreach (double each in gaps) AddNow(each, multiplicity);
            return;
        }

        AddBlock(ref _gaps, _gapSketch, gaps, gap, multiplicity);
        AddBlock(ref _rates, _rateSketch, rates, rate, multiplicity);
    }

    private static void AddBlock(ref RunningMoments moments, LogSketch sketch, ReadOnlySpan<double> values, Summary summary, int multiplicity)
    {
        moments.AddGroup(values.Length * (long)multiplicity, summary.Mean, summary.Squares * multiplicity, summary.Min, summary.Max);
        int key = LogBuckets.KeyOf(summary.Min);
        if (key == LogBuckets.KeyOf(summary.Max))
        {
            sketch.Add(key, values.Length * (long)multiplicity);
            return;
        }

        foreach (double value in values) sketch.Add(LogBuckets.KeyOf(value), multiplicity);
    }

    /// <summary>Mean, squared deviations from it, and extremes of a block.</summary>
    private readonly record struct Summary(double Mean, double Squares, double Min, double Max);

    private static Summary Summarise(ReadOnlySpan<double> values)
    {
        // Relative to the first value, which is near all others, nothing cancels.
        double reference = values[0];
        Vector128<double> references = Vector128.Create(reference), sums = default, squares = default, lows = references, highs = references;
        ref double first = ref MemoryMarshal.GetReference(values);
        for (int at = 0; at < values.Length - 1; at += Vector128<double>.Count)
        {
            Vector128<double> each = Vector128.LoadUnsafe(ref first, (nuint)at), deviations = each - references;
            sums += deviations;
            squares += deviations * deviations;
            lows = Vector128.ConditionalSelect(Vector128.LessThan(each, lows), each, lows);
            highs = Vector128.ConditionalSelect(Vector128.GreaterThan(each, highs), each, highs);
        }

        double sum = Vector128.Sum(sums), square = Vector128.Sum(squares);
        double low = Math.Min(lows.ToScalar(), lows.GetElement(1)), high = Math.Max(highs.ToScalar(), highs.GetElement(1));
        if (values.Length % 2 != 0)
        {
            double deviation = values[^1] - reference;
            sum += deviation;
            square += deviation * deviation;
            (low, high) = (Math.Min(low, values[^1]), Math.Max(high, values[^1]));
        }

        double shift = sum / values.Length;
        return new Summary(reference + shift, Math.Max(0.0, square - (sum * shift)), low, high);
    }

    private static void Subtract(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> result)
    {
        ref double from = ref MemoryMarshal.GetReference(left), less = ref MemoryMarshal.GetReference(right), to = ref MemoryMarshal.GetReference(result);
        int at = 0;
        for (; at < left.Length - 1; at += Vector128<double>.Count) (Vector128.LoadUnsafe(ref from, (nuint)at) - Vector128.LoadUnsafe(ref less, (nuint)at)).StoreUnsafe(ref to, (nuint)at);
        if (at < left.Length) result[at] = left[at] - right[at];
    }

    private static void DivideBy(double dividend, ReadOnlySpan<double> divisors, Span<double> result)
    {
        ref double from = ref MemoryMarshal.GetReference(divisors), to = ref MemoryMarshal.GetReference(result);
        Vector128<double> dividends = Vector128.Create(dividend);
        int at = 0;
        for (; at < divisors.Length - 1; at += Vector128<double>.Count) (dividends / Vector128.LoadUnsafe(ref from, (nuint)at)).StoreUnsafe(ref to, (nuint)at);
        if (at < divisors.Length) result[at] = dividend / divisors[at];
    }
}
