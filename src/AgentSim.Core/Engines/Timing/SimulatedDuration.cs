using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Engines;

/// <summary>Latencies rounded to whole nanoseconds, as every simulated duration is (behaviour 02#1.1).</summary>
internal static class SimulatedDuration
{
    /// <summary>
    /// Milliseconds below 900 times a million are off from the exact nanoseconds of the seconds that they are by less than a millionth:
    /// where the product is nearer than this to a whole number, and below <see cref="LongestClear"/>, that number is the rounded one.
    /// </summary>
    public const double ClearOfTie = 0.499999;

    /// <summary>Nanoseconds up to which <see cref="ClearOfTie"/> holds.</summary>
    public const double LongestClear = 9e8;

    private const ulong NanosPerSecond = 1_000_000_000;

    /// <summary>The exact value of <paramref name="seconds"/> · 10⁹ rounded to the nearest integer, ties to even.</summary>
    /// <exception cref="AgentSimException">The duration has 2⁶⁴ seconds or more.</exception>
    public static UInt128 ToNanos(double seconds)
    {
        double product = seconds * 1e9;
        if (product < 4503599627370496.0) return (ulong)WholeNanos(seconds, product);
        if (!(seconds < 18446744073709551616.0))
        {
            throw Errors.LatencyTooLong.Error("a simulated latency exceeds 2^64 seconds; use a larger speedup_ratio");
        }

        // The mantissa times 10^9 fits 128 bits for every double below 2^64.
        ulong bits = BitConverter.DoubleToUInt64Bits(seconds);
        int shift = (int)(bits >> 52) - 1075;
        UInt128 exact = (UInt128)((bits & 0xFFFFFFFFFFFFFUL) | 0x10000000000000UL) * NanosPerSecond;
        if (shift >= 0) return exact << shift;
        UInt128 quotient = exact >> -shift;
        UInt128 rest = exact - (quotient << -shift);
        UInt128 half = UInt128.One << (-shift - 1);
        return rest > half || (rest == half && UInt128.IsOddInteger(quotient)) ? quotient + 1 : quotient;
    }

    /// <summary>Whole seconds plus the fraction: one division and one addition.</summary>
    public static double ToSeconds(UInt128 nanos)
    {
        if (nanos <= ulong.MaxValue)
        {
            ulong value = (ulong)nanos;
            return (double)(value / NanosPerSecond) + ((double)(value % NanosPerSecond) / 1e9);
        }

        return (double)(ulong)(nanos / NanosPerSecond) + ((double)(ulong)(nanos % NanosPerSecond) / 1e9);
    }

    /// <summary>
    /// A modelled latency as it is added to the clock, in milliseconds: quantised, divided by
    /// <paramref name="ratio"/> when that is positive, and quantised again (behaviour 02#3.4).
    /// </summary>
    public static double Quantise(double milliseconds, double ratio)
    {
        // Below a second whole nanoseconds are exact in a double, and so is everything that is done with them.
        double seconds = milliseconds / 1000.0;
        if (seconds < 0.9)
        {
            double whole = WholeNanos(seconds, seconds * 1e9);
            // Read back, whole nanoseconds round to themselves.
            if (!(ratio > 0) || ratio == 1.0 || whole == 0) return whole / 1e9 * 1000.0;
            seconds = whole / 1e9 / ratio;
            if (seconds < 0.9) return WholeNanos(seconds, seconds * 1e9) / 1e9 * 1000.0;
        }

        return QuantiseLong(milliseconds, ratio);
    }

    /// <summary>Whether <see cref="Quantise"/> divides by such a ratio.</summary>
    public static bool Divides(double ratio) => ratio > 0 && ratio != 1.0;

    /// <summary><see cref="Quantise"/> for each of several latencies, in place.</summary>
    public static void QuantiseAll(Span<double> milliseconds, double ratio)
    {
        int at = 0;
        if (!Divides(ratio))
        {
            // All in one method: one that passed vectors on could not be compiled ahead of time.
            ref double first = ref MemoryMarshal.GetReference(milliseconds);
            Vector128<double> billion = Vector128.Create(1e9), thousand = Vector128.Create(1000.0);
            for (; at <= milliseconds.Length - Vector128<double>.Count; at += Vector128<double>.Count)
            {
                Vector128<double> product = Vector128.LoadUnsafe(ref first, (nuint)at) * Vector128.Create(1e6);
                Vector128<double> whole = Vector128.Round(product);
                // What is near a tie, and what is long or no number, takes the careful way.
                if (!Vector128.LessThanAll(Vector128.Abs(product - whole), Vector128.Create(ClearOfTie))
                    || !Vector128.LessThanAll(product, Vector128.Create(LongestClear))) break;
                (whole / billion * thousand).StoreUnsafe(ref first, (nuint)at);
            }
        }

        for (; at < milliseconds.Length; at++) milliseconds[at] = Quantise(milliseconds[at], ratio);
    }

    // By itself: what has integers of this size in it is not compiled ahead of time.
    private static double QuantiseLong(double milliseconds, double ratio)
    {
        UInt128 nanos = ToNanos(milliseconds / 1000.0);
        if (ratio > 0 && nanos > 0) nanos = ToNanos(ToSeconds(nanos) / ratio);
        return ToSeconds(nanos) * 1000.0;
    }

    // Below 2^52 the rounded product has a fraction; its exact error decides the ties the rounding made or broke.
    private static double WholeNanos(double seconds, double product)
    {
        double floor = Math.Floor(product);
        double fraction = product - floor;
        if (fraction < 0.5) return floor;
        return fraction > 0.5 || IsAboveTie(seconds, product, floor) ? floor + 1.0 : floor;
    }

    // By itself, since code with this instruction cannot be compiled ahead of time for any processor.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAboveTie(double seconds, double product, double floor)
    {
        double error = Math.FusedMultiplyAdd(seconds, 1e9, -product);
        return error > 0 || (error == 0 && ((ulong)floor & 1) == 1);
    }
}
