using AgentSim.Engines;

namespace AgentSim.Simulation;

/// <summary>
/// What the runtimes do by decisions of their own that another version may take differently, each in this one place.
/// </summary>
internal static class RuntimeRules
{
    /// <summary>Passes in a row without progress at one clock value after which a lone worker is stuck (behaviour 04#4).</summary>
    public const int MostIdlePasses = 1024;

    /// <summary>
    /// Whether the router of a decode pool hears what is cached there: it goes by load alone (behaviour 04#7.9).
    /// </summary>
    public const bool DecodeRouterReadsCaches = false;

    // Beyond as many passes as the longest request has tokens.
    private const long UnproductivePassesAllowed = 10_000;

    /// <summary>A single rank whose requests are placed in turn has a runtime of its own (behaviour 04#3).</summary>
    public static bool IsLoneWorker(int ranks, RouterMode router) => ranks == 1 && router == RouterMode.RoundRobin;

    /// <summary>
    /// When a request counts as arrived: when it became ready, with concurrency when it was let in (behaviour 04#5.7 and 04#8).
    /// </summary>
    public static double Arrival(double ready, double now, int? concurrency) => concurrency is null ? ready : now;

    /// <summary>Rows of agents are not handed over from pool to pool (behaviour 04#11.2).</summary>
    public static bool RefusesAgentic(ReplaySettings settings) => settings.Pools is not null;

    /// <summary>
    /// Whether a rank admits and preempts for ever without computing anything new; the reference goes on (behaviour 04#9.3).
    /// </summary>
    public static bool IsStuck(Pass pass, long longestSequence) =>
        pass.UnproductiveInARow > longestSequence + UnproductivePassesAllowed;

    /// <summary>How long a transfer takes, milliseconds, by the arguments of the prefill worker (behaviour 04#7.6).</summary>
    /// <param name="prefill">The engine of the prefill worker.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="missingTokens">Those that the decode worker does not have, in whole blocks.</param>
    public static double TransferDelay(EngineConfig prefill, int promptTokens, long missingTokens)
    {
        if (prefill.KvBytesPerToken is not long bytesPerToken || prefill.KvTransferBandwidth is not double bandwidth) return 0.0;
        double tokens = prefill.KvTransferTimingMode == KvTransferTimingMode.FullPrompt ? promptTokens : missingTokens;
        return tokens * bytesPerToken / (bandwidth * 1e9) * 1000.0;
    }
}
