namespace AgentSim.Engines;

/// <summary>
/// Decode step lengths by number of active blocks, each computed once: a model without context has at most one value
/// per block count (behaviour 02#14.3).
/// </summary>
internal sealed class DecodeTimes(PerformanceModel model, int blockSize, long totalBlocks)
{
    // More values than this are computed anew sooner than found again.
    private const int MostTabulated = 1 << 20;

    // As the reference multiplies: 64 bits without sign, those above are lost.
    private readonly ulong _totalTokens = unchecked((ulong)totalBlocks * (ulong)blockSize);
    private double[] _byActive = [];

    /// <summary>True when a step's length follows from the active blocks alone.</summary>
    public bool IsTabulated { get; } = !model.DecodeDependsOnContext;

    private bool IsKept => IsTabulated && totalBlocks < MostTabulated;

    /// <summary>Lengths known so far by active blocks, 0 where one is not; none where they do not follow from these alone.</summary>
    public ReadOnlySpan<double> Known => _byActive;

    /// <summary>Length of one step in milliseconds.</summary>
    /// <param name="activeBlocks">Active blocks of the rank.</param>
    /// <param name="context">Mean sequence length of the emitting requests, rounded down.</param>
    public double this[int activeBlocks, long context]
    {
        get
        {
            if (!IsKept) return Compute(activeBlocks, context);
            if (activeBlocks >= _byActive.Length) Grow(activeBlocks);
            double known = _byActive[activeBlocks];
            return known != 0 ? known : _byActive[activeBlocks] = Compute(activeBlocks, 0);
        }
    }

    /// <summary>Lengths of consecutive steps of an engine that counts tokens; see <see cref="PerformanceModel.DecodeSteps"/>.</summary>
    public void Steps(Span<double> steps, long tokens, int batch) => model.DecodeSteps(steps, tokens, batch, _totalTokens);

    /// <summary>
    /// Fills in the ends of consecutive steps of an engine that counts tokens, up to the one that reaches the horizon, and none that is
    /// too short to move the clock; returns how many.
    /// </summary>
    /// <param name="ends">Receives the ends; behind them may be anything afterwards.</param>
    /// <param name="tokens">Tokens of the batch before the first step.</param>
    /// <param name="batch">Requests: so many tokens more with every step.</param>
    /// <param name="horizon">No step starts then or later.</param>
    /// <param name="clock">The start of the first step; becomes the end of the last.</param>
    public int Ends(Span<double> ends, long tokens, int batch, double horizon, ref double clock)
    {
        if (!(clock < horizon)) return 0;
        int done = model.DecodeEnds(ends, tokens, batch, _totalTokens, horizon, ref clock);
        if (done == ends.Length || !(clock < horizon)) return done;
        ends = ends[done..];
        Steps(ends, tokens + ((long)done * batch), batch);
        return done + Follow(ends, horizon, ref clock);
    }

    // Makes ends of lengths. There is no call in here, so that the clock stays in a register.
    private static int Follow(Span<double> steps, double horizon, ref double clock)
    {
        double time = clock;
        int done = 0;
        while (done < steps.Length && time < horizon)
        {
            double end = time + steps[done];
            if (end == time) break;
            steps[done++] = time = end;
        }

        clock = time;
        return done;
    }

    private double Compute(int activeBlocks, long context) =>
        model.Decode((long)activeBlocks * blockSize, _totalTokens, context);

    private void Grow(int activeBlocks) =>
        Array.Resize(ref _byActive, Math.Max(activeBlocks + 1, (int)Math.Min(totalBlocks + 1, _byActive.Length * 2L)));
}
