using AgentSim.Engines;
using AgentSim.Prompts;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Capacity;

/// <summary>
/// What any cache can reuse at most of the prompts of a load: with infinite memory, and with ideal eviction. Both take the order in which a
/// replay with infinite memory admits requests, and one cache as large as those of all ranks together.
/// </summary>
internal sealed class CacheBounds
{
    private readonly IdealEviction _ideal;
    private readonly bool[] _isPrompt;
    private readonly long _inputTokens;

    private CacheBounds(int[] accesses, bool[] isPrompt, long inputTokens, long blockSize, long longest, long ranks)
    {
        (_ideal, _isPrompt, _inputTokens) = (new IdealEviction(accesses), isPrompt, inputTokens);
        (BlockSize, LongestRequest, Ranks) = (blockSize, longest, ranks);
        DistinctBlocks = _ideal.Distinct;
    }

    /// <summary>Tokens in a block.</summary>
    public long BlockSize { get; }

    /// <summary>Different blocks that are ever used.</summary>
    public long DistinctBlocks { get; }

    /// <summary>Blocks of the longest request, prompt and output.</summary>
    public long LongestRequest { get; }

    /// <summary>Ranks of all workers that compute prompts, each with blocks of its own.</summary>
    public long Ranks { get; }

    /// <summary>Share of the prompt tokens that infinite memory reuses, 0 to 1.</summary>
    public double Infinite(CancellationToken cancellation) => Ideal(DistinctBlocks + 1, 1, cancellation);

    /// <summary>Share of the prompt tokens that ideal eviction reuses at most, 0 to 1.</summary>
    /// <param name="blocks">Blocks of each rank.</param>
    /// <param name="cancellation">Ends the computation.</param>
    public double Ideal(long blocks, CancellationToken cancellation) => Ideal(blocks, Ranks, cancellation);

    private double Ideal(long blocks, long ranks, CancellationToken cancellation) => _inputTokens == 0 ? 0.0
        : (double)_ideal.Hits(blocks * ranks, _isPrompt, cancellation) * BlockSize / _inputTokens;

    /// <summary>Replays a load with infinite memory and writes down which blocks are accessed when.</summary>
    /// <exception cref="AgentSimException">It cannot be replayed.</exception>
    public static CacheBounds Of(ReplayWorkload workload, ReplaySettings settings, CancellationToken cancellation)
    {
        ReplayWorkload changed = AppliedKnobs.To(workload, settings.Knobs, cancellation);
        WorkloadColumns load = changed.Columns;
        EngineConfig engine = settings.Pools?.Prefill ?? settings.Engine;
        long longest = 0, all = 0;
        for (int request = 0; request < load.InputLength.Length; request++)
        {
            long blocks = BlockCount.Of((long)load.InputLength[request] + load.OutputLength[request] + 1, checked((int)engine.BlockSize));
            longest = Math.Max(longest, blocks);
            all += blocks;
        }

        // Prompts of delta rows hold the turns before them.
        if (load.IsDelta) all *= Math.Max(1, load.InputLength.Length);
        long infinite = Math.Min(Math.Max(all, 1), int.MaxValue);
        ReplaySettings endless = CapacityPoints.WithBlocks(settings, infinite);
        ReplayResult result = Replay.Run(workload, endless with { ReportsAgents = false }, null, cancellation);
        long ranks = (settings.Pools?.PrefillWorkers ?? settings.Workers) * engine.DpSize;
        return Follow(load, result.Requests, checked((int)engine.BlockSize), longest, ranks);
    }

    // Prompts are opened, accessed and closed in the order of the replay, since those of delta rows hold what was generated before.
    private static CacheBounds Follow(WorkloadColumns load, IReadOnlyList<RequestResult> requests, int blockSize, long longest, long ranks)
    {
        List<(double Time, int Kind, RequestResult Request)> events = [];
        foreach (RequestResult request in requests)
        {
            events.Add((request.ArrivalTimeMs, 1, request));
            if ((request.PrefillAdmitMs ?? request.FirstAdmitMs) is { } admitted) events.Add((admitted, 2, request));
            events.Add((request.TerminalTimeMs, request.TerminalTimeMs > request.ArrivalTimeMs ? 0 : 3, request));
        }

        PromptCatalog prompts = PromptCatalogs.Create(load, blockSize);
        List<int> accesses = [];
        List<bool> isPrompt = [];
        long input = 0;
        foreach ((_, int kind, RequestResult request) in events.OrderBy(each => each.Time).ThenBy(each => each.Kind)
            .ThenBy(each => each.Request.Ordinal))
        {
            int number = request.Ordinal - 1;
            switch (kind)
            {
                case 1:
                    prompts.Open(number);
                    break;
                case 2:
                    foreach (BlockRun run in prompts.Blocks(number))
                    {
                        for (int block = 0; block < run.Count; block++) accesses.Add(run.First + block);
                    }

                    bool counts = request.TerminalStatus == TerminalStatus.Completed;
                    isPrompt.AddRange(Enumerable.Repeat(counts, accesses.Count - isPrompt.Count));
                    if (counts) input += request.InputLength;
                    break;
                default:
                    Generated(number, request.OutputLength);
                    prompts.Close(number, request.OutputLength, request.TerminalStatus == TerminalStatus.Rejected);
                    break;
            }
        }

        return new CacheBounds([.. accesses], [.. isPrompt], input, blockSize, longest, ranks);

        // What is generated is in the cache, too, and no reuse.
        void Generated(int request, int output)
        {
            if (!prompts.HasGeneratedIdentities || output == 0) return;
            int tokens = prompts.PromptTokens(request);
            for (int block = tokens / blockSize; block < (tokens + output) / blockSize; block++)
                accesses.Add(prompts.GeneratedBlock(request, block));
            isPrompt.AddRange(Enumerable.Repeat(false, accesses.Count - isPrompt.Count));
        }
    }
}
