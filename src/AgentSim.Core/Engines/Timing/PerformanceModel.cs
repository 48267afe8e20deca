using System.Runtime.CompilerServices;

namespace AgentSim.Engines;

/// <summary>
/// How long passes take, in simulated milliseconds (behaviour 02#3). Shared by all ranks with the same arguments.
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

    /// <summary>The model the arguments name.</summary>
    /// <exception cref="AgentSimException">The profile they name cannot be used.</exception>
    public static PerformanceModel Create(EngineArguments arguments)
    {
        if (arguments.Timing is { } tables) return new ProfileModel(tables, arguments.SpeedupRatio, arguments.DecodeSpeedupRatio);
        return arguments.PlannerProfileData is { } path
            ? new ProfileModel(TimingTables.Load(path), arguments.SpeedupRatio, arguments.DecodeSpeedupRatio)
            : new PolynomialModel(arguments.SpeedupRatio, arguments.DecodeSpeedupRatio);
    }

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
        if (fresh == 0) return 0.0;
        // Requests attend to their own prompts only: count of them with n new tokens each, behind c, are work as of one
        // with count * n new ones behind c - (count - 1) * n / 2.
        double cached = (prefix / count) - ((count - 1) * (fresh / 2.0));
        return SimulatedDuration.Quantise(AtLeast(PrefillModel((double)(count * fresh), cached), 0.0), _prefillRatio);
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

    /// <summary>What divides the length of a decode step.</summary>
    protected double DecodeRatio => _decodeRatio;

    // Unlike Math.Max, not-a-number counts as the least value.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static double AtLeast(double value, double least) => value > least ? value : least;

    /// <summary>Tokens that count as active at most.</summary>
    protected static long AtMost(ulong totalTokens) => (long)Math.Min(totalTokens, long.MaxValue);

    /// <summary>Unscaled prefill latency in milliseconds.</summary>
    /// <param name="tokens">New tokens.</param>
    /// <param name="cached">Tokens before them, as of a single request; less than 0 where several requests share the pass.</param>
    protected abstract double PrefillModel(double tokens, double cached);

    /// <summary>Unscaled latency of a decode step in milliseconds.</summary>
    protected abstract double DecodeModel(double activeTokens, double totalTokens, double context);
}

/// <summary>The default: polynomials in the new tokens and in the fraction of active tokens (behaviour 02#3.2).</summary>
internal sealed class PolynomialModel(double speedupRatio, double decodeSpeedupRatio) : PerformanceModel(speedupRatio, decodeSpeedupRatio)
{
    public override bool DecodeDependsOnContext => false;

    protected override double PrefillModel(double tokens, double cached) =>
        (4.209989e-07 * (tokens * tokens)) + (1.518344e-02 * tokens) + 1.650142e+01;

    protected override double DecodeModel(double activeTokens, double totalTokens, double context) =>
        Polynomial(totalTokens == 0 ? 1.0 : activeTokens / totalTokens);

    public override void DecodeSteps(Span<double> steps, long tokens, int batch, ulong totalTokens)
    {
        double total = totalTokens;
        long most = AtMost(totalTokens);
        for (int step = 0; step < steps.Length; step++)
        {
            steps[step] = AtLeast(Polynomial(Math.Min(tokens, most) / total), 1.0);
            tokens += batch;
        }

        SimulatedDuration.QuantiseAll(steps, DecodeRatio);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Polynomial(double p) => (-25.74 * (p * p)) + (54.01 * p) + 5.74;
}
