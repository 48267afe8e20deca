namespace AgentSim.Engines.Sglang;

/// <summary>What SGLang does by a decision of its own that another version may take differently, each in this one place.</summary>
internal static class SglangRules
{
    /// <summary>Room on the decode worker is reserved before the prompt is computed (behaviour 04#7.2).</summary>
    public const HandoffOrder Handoff = HandoffOrder.DestinationFirst;

    /// <summary>A longer queue is not put in order (behaviour 03#A.3.1).</summary>
    public const int LongestOrderedQueue = 128;

    /// <summary>A request that finds no more of its prompt in the cache waits for the first one that begins alike (behaviour
    /// 03#A.3.1).</summary>
    public const int ShortMatchTokens = 32;

    private const double InitialShare = 0.7;
    private const double LeastPart = 0.14;
    private const double PassesOfDecay = 600.0;

    /// <summary>
    /// The share of the remaining output that is reserved for running requests, at first and after each retraction (behaviour 03#A.1).
    /// </summary>
    public static double InitialRatio(double conservativeness) => InitialShare * conservativeness;

    /// <summary>Where the decay of the share ends (behaviour 03#A.1).</summary>
    public static double LeastRatio(double initial) => initial * LeastPart;

    /// <summary>What every pass takes off the share (behaviour 03#A.1).</summary>
    public static double RatioDecay(double initial, double least) => (initial - least) / PassesOfDecay;

    /// <summary>
    /// A pass prefills first, and then everything that runs decodes, what has just been prefilled too (behaviour 03#A.3). A decode worker
    /// spends no time on prompts; a prefill worker does on its tokens (behaviour 03#A.10).
    /// </summary>
    public static PassTimes Times(WorkerType role, PerformanceModel model, DecodeTimes steps, PassObserver? observer) =>
        new(role == WorkerType.Decode ? null : model, steps, observer);
}
