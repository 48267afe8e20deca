using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AgentSim.Files;

namespace AgentSim.Engines;

/// <summary>
/// How long passes take, in simulated milliseconds (behaviour 02#3). A value: whatever it needs of files it has read when it is
/// made, it never changes, and ranks, runs and threads share it.
/// </summary>
internal abstract class PerformanceModel
{
    private readonly double _prefillRatio;
    private readonly double _decodeRatio;

    protected PerformanceModel(double speedupRatio, double decodeSpeedupRatio)
    {
        _prefillRatio = speedupRatio;
        _decodeRatio = speedupRatio * decodeSpeedupRatio;
    }

    /// <summary>The model the arguments name: here is where a kind of model is added.</summary>
    /// <param name="arguments">Arguments with every default filled in.</param>
    /// <param name="files">What was read before, and receives what is read here.</param>
    /// <exception cref="AgentSimException">A file they name cannot be used.</exception>
    public static PerformanceModel Load(EngineArguments arguments, LoadedFiles files) => arguments.PlannerProfileData is { } path
        ? new ProfileModel(files.Get(path, ProfileTables.Load), arguments.SpeedupRatio, arguments.DecodeSpeedupRatio)
        : new PolynomialModel(arguments.SpeedupRatio, arguments.DecodeSpeedupRatio);

    /// <summary>SHA-256 of the file it was made from, in hexadecimal; null where there is none.</summary>
    public virtual string? FileDigest => null;

    /// <summary>True when a decode step depends on the batch's mean length and not only on the active tokens.</summary>
    public abstract bool DecodeDependsOnContext { get; }

    /// <summary>
    /// Prefill of a pass with prompt work.
    /// </summary>
    /// <param name="count">Requests with prompt work, at least 1.</param>
    /// <param name="inputLength">Sum of their prompt positions reached.</param>
    /// <param name="prefix">Sum of their prompt positions before the pass.</param>
    public double Prefill(long count, long inputLength, long prefix)
    {
        long fresh = Math.Max(0, (inputLength / count) - (prefix / count));
        return fresh == 0 ? 0.0 : SimulatedDuration.Quantise(AtLeast(PrefillModel(count, fresh, prefix / count), 0.0), _prefillRatio);
    }

    /// <summary>One decode step of at least one request.</summary>
    /// <param name="activeTokens">Tokens in active blocks.</param>
    /// <param name="totalTokens">Tokens the pool can hold.</param>
    /// <param name="context">Mean sequence length of the batch, rounded down.</param>
    public double Decode(long activeTokens, ulong totalTokens, long context) =>
        SimulatedDuration.Quantise(AtLeast(DecodeModel(activeTokens, totalTokens, context), 1.0), _decodeRatio);

    /// <summary>
    /// Consecutive decode steps of a batch, each with one more token and one more context token per request.
    /// </summary>
    /// <param name="steps">Receives their lengths in milliseconds.</param>
    /// <param name="tokens">Tokens of the batch before the first step, of which <paramref name="totalTokens"/> count at most.</param>
    /// <param name="batch">Requests.</param>
    /// <param name="totalTokens">Tokens the pool can hold.</param>
    public virtual void DecodeSteps(Span<double> steps, long tokens, int batch, ulong totalTokens)
    {
        long context = tokens / batch, most = AtMost(totalTokens);
        for (int step = 0; step < steps.Length; step++)
        {
            steps[step] = Decode(Math.Min(tokens, most), totalTokens, context + step);
            tokens += batch;
        }
    }

    /// <summary>
    /// Ends of consecutive decode steps, one behind the other, of as many as the model can compute and add to the clock in one go; the
    /// others are computed by <see cref="DecodeSteps"/> and then added.
    /// </summary>
    /// <param name="ends">Receives the ends.</param>
    /// <param name="tokens">Tokens of the batch before the first step.</param>
    /// <param name="batch">Requests.</param>
    /// <param name="totalTokens">Tokens the pool can hold.</param>
    /// <param name="horizon">No step starts then or later.</param>
    /// <param name="clock">The start of the first step, before the horizon; becomes the end of the last.</param>
    public virtual int DecodeEnds(Span<double> ends, long tokens, int batch, ulong totalTokens, double horizon, ref double clock) => 0;

    /// <summary>What divides the length of a decode step.</summary>
    protected double DecodeRatio => _decodeRatio;

    // Unlike Math.Max, not-a-number counts as the least value.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static double AtLeast(double value, double least) => value > least ? value : least;

    /// <summary>Tokens that count as active at most.</summary>
    protected static long AtMost(ulong totalTokens) => (long)Math.Min(totalTokens, long.MaxValue);

    /// <summary>Unscaled prefill latency in milliseconds of requests that are taken for equal.</summary>
    /// <param name="requests">How many.</param>
    /// <param name="fresh">Prompt tokens each computes, at least 1: their mean, rounded down.</param>
    /// <param name="cached">Prompt tokens each has computed or found before: their mean, rounded down.</param>
    protected abstract double PrefillModel(long requests, long fresh, long cached);

    /// <summary>Unscaled latency of a decode step in milliseconds.</summary>
    protected abstract double DecodeModel(double activeTokens, double totalTokens, double context);
}

/// <summary>The default: polynomials in the new tokens and in the fraction of active tokens (behaviour 02#3.2).</summary>
internal sealed class PolynomialModel(double speedupRatio, double decodeSpeedupRatio) : PerformanceModel(speedupRatio, decodeSpeedupRatio)
{
    private const long MostExact = 1L << 53;
    private const double LatestClock = 1e15;   // milliseconds; an eighth of one is the last place there

    public override bool DecodeDependsOnContext => false;

    protected override double PrefillModel(long requests, long fresh, long cached)
    {
        double tokens = requests * fresh;
        return (4.209989e-07 * (tokens * tokens)) + (1.518344e-02 * tokens) + 1.650142e+01;
    }

    protected override double DecodeModel(double activeTokens, double totalTokens, double context) =>
        Polynomial(totalTokens == 0 ? 1.0 : activeTokens / totalTokens);

    public override void DecodeSteps(Span<double> steps, long tokens, int batch, ulong totalTokens)
    {
        double total = totalTokens;
        long most = AtMost(totalTokens);
        // Whole numbers of this size are exact.
        int done = tokens + ((long)steps.Length * batch) < MostExact ? Polynomials(steps, tokens, batch, totalTokens) : 0;
        for (; done < steps.Length; done++) steps[done] = AtLeast(Polynomial(Math.Min(tokens + ((long)done * batch), most) / total), 1.0);
        SimulatedDuration.QuantiseAll(steps, DecodeRatio);
    }

    // The clock waits for one addition after the other, and there is time for all else meanwhile.
    public override int DecodeEnds(Span<double> ends, long tokens, int batch, ulong totalTokens, double horizon, ref double clock)
    {
        if (SimulatedDuration.Divides(DecodeRatio)) return 0;
        int done = EndsOfPairs(ends, tokens, batch, totalTokens, clock);
        // Those behind the first that reaches the horizon were computed for nothing.
        while (done > 1 && ends[done - 2] >= horizon) done--;
        if (done > 0) clock = ends[done - 1];
        return done;
    }

    /// <summary>
    /// What <see cref="Polynomials"/>, <see cref="SimulatedDuration.QuantiseAll"/> and the additions do, in one loop without a branch:
    /// as long as the pool is not more than full, steps take 5.74 to 34.01 ms, so that they need no bounds, and always move a clock
    /// that is not too late. All steps, or none, where it is not clear what one of them is rounded to.
    /// </summary>
    // Compiled when it runs, where the program is not native: at once as well as it can be.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int EndsOfPairs(Span<double> ends, long tokens, int batch, ulong totalTokens, double clock)
    {
        long last = tokens + ((ends.Length + 1L) * batch);
        if (tokens < 0 || last >= MostExact || (ulong)last > totalTokens || !(clock < LatestClock)) return 0;
        double total = totalTokens, time = clock;
        bool multiplies = BitOperations.IsPow2(totalTokens);
        double reciprocal = multiplies ? 1.0 / total : 0.0;
        ref double first = ref MemoryMarshal.GetReference(ends);
        Vector128<double> active = Vector128.Create((double)tokens, tokens + batch), two = Vector128.Create(2.0 * batch);
        Vector128<double> totals = Vector128.Create(total), reciprocals = Vector128.Create(reciprocal), offMost = default;
        nint step = 0, pairs = ends.Length & ~1;
        for (; step < pairs; step += 2)
        {
            Vector128<double> p = multiplies ? active * reciprocals : active / totals;
            active += two;
            Vector128<double> ms = (Vector128.Create(-25.74) * (p * p)) + (Vector128.Create(54.01) * p) + Vector128.Create(5.74);
            Vector128<double> product = ms * Vector128.Create(1e6), whole = Vector128.Round(product);
            offMost = Vector128.MaxNative(Vector128.Abs(product - whole), offMost);
            Vector128<double> length = whole / Vector128.Create(1e9) * Vector128.Create(1000.0);
            Unsafe.Add(ref first, step) = time += length.ToScalar();
            Unsafe.Add(ref first, step + 1) = time += length.GetElement(1);
        }

        if (step < ends.Length)
        {
            double p = multiplies ? active.ToScalar() * reciprocal : active.ToScalar() / total;
            double product = Polynomial(p) * 1e6, whole = Math.Round(product);
            offMost = Vector128.MaxNative(Vector128.CreateScalar(Math.Abs(product - whole)), offMost);
            Unsafe.Add(ref first, step++) = time + (whole / 1e9 * 1000.0);
        }

        return Vector128.LessThanAll(offMost, Vector128.Create(SimulatedDuration.ClearOfTie)) ? (int)step : 0;
    }

    // The lengths before they are rounded, two at a time; returns how many.
    private static int Polynomials(Span<double> steps, long tokens, int batch, ulong totalTokens)
    {
        double total = totalTokens;
        int step = 0;
        // All in one method: one that passed vectors on could not be compiled ahead of time.
        ref double first = ref MemoryMarshal.GetReference(steps);
        Vector128<double> active = Vector128.Create((double)tokens, tokens + batch), two = Vector128.Create(2.0 * batch);
        Vector128<double> mosts = Vector128.Create((double)AtMost(totalTokens)), totals = Vector128.Create(total);
        Vector128<double> least = Vector128.Create(1.0);
        // By a power of two, multiplying is as exact as dividing, and takes a tenth of the time.
        bool multiplies = BitOperations.IsPow2(totalTokens);
        Vector128<double> reciprocals = Vector128.Create(multiplies ? 1.0 / total : 0.0);
        for (; step <= steps.Length - Vector128<double>.Count; step += Vector128<double>.Count)
        {
            Vector128<double> used = Vector128.ConditionalSelect(Vector128.LessThan(active, mosts), active, mosts);
            Vector128<double> p = multiplies ? used * reciprocals : used / totals;
            Vector128<double> ms = (Vector128.Create(-25.74) * (p * p)) + (Vector128.Create(54.01) * p) + Vector128.Create(5.74);
            Vector128.ConditionalSelect(Vector128.GreaterThan(ms, least), ms, least).StoreUnsafe(ref first, (nuint)step);
            active += two;
        }

        return step;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Polynomial(double p) => (-25.74 * (p * p)) + (54.01 * p) + 5.74;
}
