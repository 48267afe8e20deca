using AgentSim.Collections;
using AgentSim.Draws;
using AgentSim.Prompts;

namespace AgentSim.Workload;

/// <summary>Makes synthetic load (behaviour 01#11).</summary>
public static class SyntheticLoad
{
    private const ulong GroupSeed = 42;

    /// <summary>Makes the workload.</summary>
    /// <param name="options">What it is like.</param>
    /// <param name="blockSize">
    /// Tokens in a KV block of the engine that will serve it, of the prefill engine of disaggregated ones, at least 1: prefixes
    /// are shared in whole blocks.
    /// </param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException">An option is out of its range, or there would be too many requests.</exception>
    public static ReplayWorkload Create(SyntheticOptions options, long blockSize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        options.Check();
        int sessions = options.RequestCount;
        int turns = options.HasSessions ? options.TurnsPerSession : 1;
        int pieceSize = PieceSize(options, blockSize, out bool isShared);
        int pieces = BlockCount.Of(options.InputTokens, pieceSize);
        long requests = (long)sessions * turns;
        if (requests > Array.MaxLength / pieces)
        {
            throw Errors.SyntheticLoadTooLarge.Error(
                $"{requests} requests of {options.InputTokens} prompt tokens are too many for one replay; lower {Setting.RequestCount}");
        }

        var trie = new PromptTrie();
        var pathStart = new int[requests];
        var pathEnd = new int[requests];
        var sessionOf = new int[requests];
        var delay = new double[requests];
        var groups = new ChaCha12(GroupSeed);
        var ids = new ulong[pieces];
        // Ids below the number of groups belong to the groups; those above are given out once each.
        ulong nextUnique = (ulong)options.NumPrefixGroups;
        for (int request = 0, group = 0; request < requests; request++)
        {
            cancellation.ThrowIfCancellationRequested();
            sessionOf[request] = request / turns;
            bool isFirstTurn = request % turns == 0;
            if (isShared && isFirstTurn) group = (int)groups.NextBelow((uint)options.NumPrefixGroups);
            for (int piece = 0; piece < pieces; piece++) ids[piece] = isShared && piece == 0 ? (ulong)group : nextUnique++;
            pathStart[request] = trie.RunCount;
            trie.Add(ids, pieces);
            pathEnd[request] = trie.RunCount;
            if (!isFirstTurn) delay[request] = options.InterTurnDelayMs;
        }

        trie.Seal();
        return new ReplayWorkload(new WorkloadColumns
        {
            Format = null,
            Synthetic = options,
            TraceBlockSize = pieceSize,
            Inputs = [],
            Trie = trie,
            PathStart = pathStart,
            PathEnd = pathEnd,
            InputLength = Filled((int)requests, options.InputTokens),
            OutputLength = Filled((int)requests, options.OutputTokens),
            Delay = delay,
            AuthoredOutput = null,
            QueueAttributes = null,
            SessionNames = Names(sessions, cancellation),
            SessionOf = sessionOf,
            SessionStart = [.. Enumerable.Range(0, sessions + 1).Select(session => session * turns)],
            FirstArrival = SyntheticArrivals.Times(options),
        });
    }

    // Prompts agree in the whole prefix of their group or not at all: where something is shared, the prefix is the first
    // piece, and otherwise the prompt as a whole.
    private static int PieceSize(SyntheticOptions options, long blockSize, out bool isShared)
    {
        long blocks = ((options.InputTokens - 1) / blockSize) + 1;
        long prefix = Math.Min(blocks, (long)Math.Round(blocks * options.SharedPrefixRatio, MidpointRounding.AwayFromZero));
        isShared = options.HasSessions && options.NumPrefixGroups > 0 && prefix > 0;
        return isShared ? (int)Math.Min(prefix * blockSize, options.InputTokens) : options.InputTokens;
    }

    private static NameTable Names(int sessions, CancellationToken cancellation)
    {
        NameTable names = new();
        for (int session = 0; session < sessions; session++)
        {
            cancellation.ThrowIfCancellationRequested();
            names.GetOrAdd(FormattableString.Invariant($"session_{session}"), out _);
        }

        names.Seal();
        return names;
    }

    private static int[] Filled(int count, int value)
    {
        var values = new int[count];
        Array.Fill(values, value);
        return values;
    }
}

/// <summary>When the first turns of synthetic load arrive, in milliseconds (behaviour 01#11.2).</summary>
internal static class SyntheticArrivals
{
    private const double SmallestNormal = 2.2250738585072014e-308;

    /// <summary>The arrivals in order, the first at 0; NaN where neither a rate nor an interval is given.</summary>
    public static double[] Times(SyntheticOptions options)
    {
        var times = new double[options.RequestCount];
        if (options.RequestRate is { } rate)
        {
            double mean = 1000.0 / rate;
            var draws = new ChaCha12(options.ArrivalSeed);
            for (int i = 1; i < times.Length; i++) times[i] = times[i - 1] + Gap(mean, draws.NextDouble());
        }
        else if (options.ArrivalIntervalMs is { } interval)
        {
            // There and back: the gap of the reference is that of a rate, which need not be the interval to the last bit.
            double gap = interval == 0.0 ? 0.0 : 1000.0 / (1000.0 / interval);
            for (int i = 1; i < times.Length; i++) times[i] = times[i - 1] + gap;
        }
        else
        {
            Array.Fill(times, double.NaN);
        }

        return times;
    }

    private static double Gap(double mean, double draw) => -mean * Math.Log(Math.Clamp(1.0 - draw, SmallestNormal, 1.0));
}
