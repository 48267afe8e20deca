using AgentSim.Files;
using AgentSim.Routing;

namespace AgentSim.Engines;

/// <summary>
/// One kind of worker, ready to run: every value that is in effect, and what its files hold. <see cref="EngineArguments.Resolve"/>
/// makes it; nothing that uses it reads a file. It never changes, and any number of runs can share it.
/// </summary>
public sealed class EngineConfig
{
    internal EngineConfig(EngineArguments arguments, PerformanceModel timing)
    {
        (Arguments, Timing) = (arguments, timing);
        CapacityTokens = NumGpuBlocks > long.MaxValue / BlockSize ? long.MaxValue : NumGpuBlocks * BlockSize;
        (Backend, AcceptRates) = (arguments.Backend, arguments.AcceptRates);
        Doubts = EngineType.FindDoubt(arguments) is { } doubt ? [doubt] : [];
    }

    /// <summary>A vLLM worker with all defaults: blocks of 64 tokens, and the built-in timing.</summary>
    public static EngineConfig Default { get; } = EngineArguments.Default.Resolve("engine arguments");

    /// <summary>The arguments, every default filled in, as the provenance of a report holds them.</summary>
    public EngineArguments Arguments { get; }

    /// <summary>Which scheduler is simulated.</summary>
    public EngineType EngineType => Arguments.EngineType;

    /// <summary>What the workers do with a request.</summary>
    public WorkerType WorkerType => Arguments.WorkerType;

    /// <summary>Usable KV blocks of each rank, at least 1.</summary>
    public long NumGpuBlocks => Arguments.NumGpuBlocks;

    /// <summary>Tokens in a KV block, at least 1.</summary>
    public long BlockSize => Arguments.BlockSize;

    /// <summary>Tokens that fit into a rank's KV blocks, at most <see cref="long.MaxValue"/>.</summary>
    public long CapacityTokens { get; }

    /// <summary>Longest sequence in tokens; null means no limit.</summary>
    public long? MaxModelLen => Arguments.MaxModelLen;

    /// <summary>Most requests running at once on a rank; null means no limit.</summary>
    public long? MaxNumSeqs => Arguments.MaxNumSeqs;

    /// <summary>Tokens one pass computes at most; null means no limit.</summary>
    public long? MaxNumBatchedTokens => Arguments.MaxNumBatchedTokens;

    /// <summary>The token budget that the router measures load against: <see cref="MaxNumBatchedTokens"/>, or ten million without a
    /// limit.</summary>
    public long RouterTokenBudget => MaxNumBatchedTokens ?? 10_000_000;

    /// <summary>What replaces the router's queue policy; null: nothing does.</summary>
    public RouterQueuePolicy? RouterQueuePolicy => Arguments.RouterQueuePolicy;

    /// <summary>Whether blocks are shared between requests with equal prefixes. SGLang always does.</summary>
    public bool EnablePrefixCaching => Arguments.EnablePrefixCaching;

    /// <summary>Whether a prompt may be computed over several passes. SGLang ignores it.</summary>
    public bool EnableChunkedPrefill => Arguments.EnableChunkedPrefill;

    /// <summary>The block manager. SGLang has its own and ignores it.</summary>
    public KvBackend Backend { get; }

    /// <summary>Which running request gives way when blocks run out.</summary>
    public PreemptionMode PreemptionMode => Arguments.PreemptionMode;

    /// <summary>Independent ranks of each worker, at least 1.</summary>
    public long DpSize => Arguments.DpSize;

    /// <summary>GPUs of one worker.</summary>
    public long GpusPerWorker => Arguments.GpusPerWorker;

    /// <summary>
    /// Acceptance probability of each draft token given that all earlier ones were accepted (behaviour 02#9.1), one a draft;
    /// empty without speculative decoding.
    /// </summary>
    public IReadOnlyList<double> AcceptRates { get; }

    /// <summary>True when tokens are drafted ahead.</summary>
    public bool Speculates => Arguments.AicNextn is not null;

    /// <summary>Seed of the draws of speculative decoding; ranks add their number.</summary>
    public ulong AicMtpSeed => Arguments.AicMtpSeed;

    /// <summary>Arguments of the SGLang scheduler.</summary>
    public SglangArguments Sglang => Arguments.Sglang;

    /// <summary>Bytes per token that a hand-over from prefill to decode workers moves; null: it takes no time.</summary>
    public long? KvBytesPerToken => Arguments.KvBytesPerToken;

    /// <summary>GB/s of that hand-over; null: it takes no time.</summary>
    public double? KvTransferBandwidth => Arguments.KvTransferBandwidth;

    /// <summary>What that hand-over moves.</summary>
    public KvTransferTimingMode KvTransferTimingMode => Arguments.KvTransferTimingMode;

    /// <summary>How long passes take.</summary>
    internal PerformanceModel Timing { get; }

    /// <summary>Remarks on values that probably do not mean what their author thinks, or that others stand in for; one line each.</summary>
    public IReadOnlyList<string> Doubts { get; }

    /// <summary>The same with other latencies.</summary>
    internal EngineConfig With(ProfileTables tables) =>
        new(Arguments, new ProfileModel(tables, Arguments.SpeedupRatio, Arguments.DecodeSpeedupRatio));

    /// <summary>The same with another number of KV blocks.</summary>
    internal EngineConfig WithBlocks(long blocks) => new(Arguments with { NumGpuBlocks = blocks }, Timing);

    /// <summary>Reads and resolves the JSON text of an engine-arguments option.</summary>
    /// <param name="json">A JSON object; of a name given twice the last counts.</param>
    /// <param name="optionName">The option as the user wrote it, for messages: <see cref="Setting.Engine"/> or another term.</param>
    /// <param name="files">What was read before; null: nothing.</param>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c>, <c>AicNotAvailable</c> or <c>ProfileInvalid</c>.</exception>
    public static EngineConfig Parse(string json, string optionName, LoadedFiles? files = null) =>
        EngineArguments.Read(json, optionName).Resolve(optionName, files);

    /// <summary>Refuses what the simulated engine accepts but cannot run with (behaviour 00#differences).</summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <exception cref="AgentSimException"><c>BlockSizeNotRunnable</c>.</exception>
    public void CheckRunnable(string optionName)
    {
        string? wanted = BlockSize > int.MaxValue ? $"must be at most {int.MaxValue}" : EngineType.FindUnrunnableBlockSize(this);
        if (wanted is not null)
            throw Errors.BlockSizeNotRunnable.Error($"{optionName}: block_size {wanted} (is {BlockSize})");
    }

    /// <summary>Everything there is to warn of, as a run reports it.</summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <param name="hasRouter">Whether a KV router places the requests.</param>
    internal IEnumerable<RunWarning> Warnings(string optionName, bool hasRouter) =>
    [
        .. Doubts.Select(doubt => new RunWarning(WarningCodes.ArgumentsDoubtful, $"{optionName}: {doubt}")),
        .. Arguments.Ignored(optionName, hasRouter),
    ];

    /// <summary>Every effective argument as one JSON object with the reference's names.</summary>
    public string ToJson() => Arguments.ToJson();

    /// <summary>The engine and the arguments that are not its defaults, e.g. <c>vllm block_size=16 max_num_seqs=64</c>.</summary>
    public override string ToString() => Arguments.ToString();
}
