using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AgentSim.Engines;

/// <summary>
/// Lengths of decode steps by the default model (<see cref="PolynomialModel"/>), as they are added to the clock, four at a time,
/// where the processor can. They are those of the plain way to the last bit, without its divisions.
/// </summary>
internal static class WideSteps
{
    private const double PerMs = 1e6;   // nanoseconds

    /// <summary>Whether the processor can do it.</summary>
    public static bool AreFast => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>
    /// Fills in the lengths of the first steps; returns how many. It may stop anywhere: the rest takes the plain way.
    /// </summary>
    /// <param name="steps">Receives milliseconds, rounded to whole nanoseconds.</param>
    /// <param name="tokens">Tokens of the batch before the first step; those of all steps are exact in a double.</param>
    /// <param name="batch">Requests: so many tokens more with every step.</param>
    /// <param name="totalTokens">Tokens the pool can hold, of which those of the batch count at most.</param>
    // Compiled when it runs, where the program is not native: at once as well as it can be.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Fill(Span<double> steps, long tokens, int batch, ulong totalTokens)
    {
        double total = totalTokens;
        ref double first = ref MemoryMarshal.GetReference(steps);
        Vector256<double> active = Vector256.Create((double)tokens, tokens + batch, tokens + (2L * batch), tokens + (3L * batch));
        Vector256<double> four = Vector256.Create(4.0 * batch), totals = Vector256.Create(total);
        Vector256<double> mosts = Vector256.Create(Math.Min(total, long.MaxValue)), least = Vector256.Create(1.0);
        bool multiplies = BitOperations.IsPow2(totalTokens);
        Vector256<double> reciprocals = Vector256.Create(multiplies ? 1.0 / total : 0.0);
        Vector256<double> billion = Vector256.Create(1e9), billionth = Vector256.Create(1e-9);
        int step = 0;
        for (; step <= steps.Length - Vector256<double>.Count; step += Vector256<double>.Count)
        {
            Vector256<double> used = Avx.Min(active, mosts);
            active = Avx.Add(active, four);
            Vector256<double> p = multiplies ? Avx.Multiply(used, reciprocals) : Avx.Divide(used, totals);
            Vector256<double> square = Avx.Multiply(Vector256.Create(-25.74), Avx.Multiply(p, p));
            Vector256<double> ms = Avx.Add(Avx.Add(square, Avx.Multiply(Vector256.Create(54.01), p)), Vector256.Create(5.74));
            // Of a value that is no number and a number it gives the second.
            ms = Avx.Max(ms, least);

            Vector256<double> product = Avx.Multiply(ms, Vector256.Create(PerMs)), whole = Avx.RoundToNearestInteger(product);
            Vector256<double> offs = Avx.AndNot(Vector256.Create(-0.0), Avx.Subtract(product, whole));
            Vector256<double> clear = Avx.And(Avx.CompareLessThan(offs, Vector256.Create(SimulatedDuration.ClearOfTie)),
                Avx.CompareLessThan(product, Vector256.Create(SimulatedDuration.LongestClear)));
            if (Avx.MoveMask(clear) != 0b1111) break;

            // The quotient by a billion, correctly rounded: the remainder of the first one is exact, and no quotient of a whole number
            // of this size by a billion is nearer than 2^-21 of a last place to the middle of two doubles, which is far more than
            // what the correction is off by.
            Vector256<double> quotient = Avx.Multiply(whole, billionth);
            Vector256<double> rest = Fma.MultiplyAddNegated(quotient, billion, whole);
            quotient = Fma.MultiplyAdd(rest, billionth, quotient);
            Avx.Multiply(quotient, Vector256.Create(1000.0)).StoreUnsafe(ref first, (nuint)step);
        }

        return step;
    }
}
