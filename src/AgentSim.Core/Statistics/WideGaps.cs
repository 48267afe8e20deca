using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AgentSim.Statistics;

/// <summary>
/// What <see cref="GapStatistics.Measure"/> does, four at a time, where the processor can. Its sums add up every second value, so those
/// of four are added in two steps, and come to the same to the last bit.
/// </summary>
internal static class WideGaps
{
    /// <summary>Whether the processor can do it.</summary>
    public static bool AreFast => Avx2.IsSupported;

    /// <summary>
    /// Gaps of passes and their rates, and what they come to; of rates not the least and the greatest. Returns how many it did: all, or
    /// all but the last.
    /// </summary>
    // Compiled when it runs, where the program is not native: at once as well as it can be.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Measure(double start, ReadOnlySpan<double> ends, Span<double> gaps, Span<double> rates,
        ref GapStatistics.Sums ofGaps, ref GapStatistics.Sums ofRates)
    {
        if (ends.Length < Vector256<double>.Count) return GapStatistics.Measure(start, ends, gaps, rates, ref ofGaps, ref ofRates);
        int at = 0;
        ref double end = ref MemoryMarshal.GetReference(ends), gapAt = ref MemoryMarshal.GetReference(gaps),
            rateAt = ref MemoryMarshal.GetReference(rates);
        Vector256<double> thousand = Vector256.Create(1000.0);
        Vector256<double> gap0 = Vector256.Create(ofGaps.Reference), rate0 = Vector256.Create(ofRates.Reference);
        Vector256<double> lows = gap0, highs = gap0;
        Vector128<double> gapSums = default, gapSquares = default, rateSums = default, rateSquares = default;
        Vector256<double> before = Vector256.Create(start, ends[0], ends[1], ends[2]);
        for (; at <= ends.Length - Vector256<double>.Count; at += Vector256<double>.Count)
        {
            if (at > 0) before = Vector256.LoadUnsafe(ref end, (nuint)at - 1);
            Vector256<double> gap = Avx.Subtract(Vector256.LoadUnsafe(ref end, (nuint)at), before), rate = Avx.Divide(thousand, gap);
            gap.StoreUnsafe(ref gapAt, (nuint)at);
            rate.StoreUnsafe(ref rateAt, (nuint)at);
            lows = Avx.Min(gap, lows);
            highs = Avx.Max(gap, highs);
            Vector256<double> gapDeviation = Avx.Subtract(gap, gap0), rateDeviation = Avx.Subtract(rate, rate0);
            Vector256<double> gapSquare = Avx.Multiply(gapDeviation, gapDeviation);
            Vector256<double> rateSquare = Avx.Multiply(rateDeviation, rateDeviation);
            gapSums = gapSums + gapDeviation.GetLower() + gapDeviation.GetUpper();
            gapSquares = gapSquares + gapSquare.GetLower() + gapSquare.GetUpper();
            rateSums = rateSums + rateDeviation.GetLower() + rateDeviation.GetUpper();
            rateSquares = rateSquares + rateSquare.GetLower() + rateSquare.GetUpper();
        }

        Vector128<double> low = Avx.Min(lows.GetLower(), lows.GetUpper()), high = Avx.Max(highs.GetLower(), highs.GetUpper());
        if (at <= ends.Length - Vector128<double>.Count)
        {
            Vector128<double> gap = Vector128.LoadUnsafe(ref end, (nuint)at) - Vector128.LoadUnsafe(ref end, (nuint)at - 1);
            Vector128<double> rate = thousand.GetLower() / gap;
            gap.StoreUnsafe(ref gapAt, (nuint)at);
            rate.StoreUnsafe(ref rateAt, (nuint)at);
            (low, high) = (Avx.Min(gap, low), Avx.Max(gap, high));
            Vector128<double> gapDeviation = gap - gap0.GetLower(), rateDeviation = rate - rate0.GetLower();
            gapSums += gapDeviation;
            gapSquares += gapDeviation * gapDeviation;
            rateSums += rateDeviation;
            rateSquares += rateDeviation * rateDeviation;
            at += Vector128<double>.Count;
        }

        ofGaps.Add(Vector128.Sum(gapSums), Vector128.Sum(gapSquares));
        ofRates.Add(Vector128.Sum(rateSums), Vector128.Sum(rateSquares));
        ofGaps.Low = Math.Min(low.ToScalar(), low.GetElement(1));
        ofGaps.High = Math.Max(high.ToScalar(), high.GetElement(1));
        return at;
    }
}
