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

    private double Compute(int activeBlocks, long context) =>
        model.Decode((long)activeBlocks * blockSize, _totalTokens, context);

    private void Grow(int activeBlocks) =>
        Array.Resize(ref _byActive, Math.Max(activeBlocks + 1, (int)Math.Min(totalBlocks + 1, _byActive.Length * 2L)));
}
