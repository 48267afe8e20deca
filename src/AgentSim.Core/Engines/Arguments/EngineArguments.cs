using AgentSim.Json;
using AgentSim.Routing;

namespace AgentSim.Engines;

/// <summary>
/// The engine arguments of one kind of worker as they are given, with the reference's names and defaults (behaviour 02#2).
/// Every worker, and every rank of it, gets the same arguments. They are written down, changed and stored; what runs is the
/// <see cref="EngineConfig"/> that <see cref="Resolve"/> makes of them. <see cref="Validated"/> fills in the defaults that
/// depend on other arguments, and checks what can be checked without opening a file. Times are milliseconds where nothing else is said;
/// counts are at most 2^63 - 1.
/// </summary>
public sealed partial record EngineArguments
{
    /// <summary>Block count when none is given.</summary>
    public const long DefaultNumGpuBlocks = 16384;

    /// <summary>All defaults: a vLLM worker with blocks of 64 tokens.</summary>
    public static EngineArguments Default => Defaults.All;

    /// <summary><c>engine_type</c>: which scheduler is simulated.</summary>
    public EngineType EngineType { get; init; } = EngineType.Vllm;

    /// <summary><c>num_gpu_blocks</c>: usable KV blocks of each rank.</summary>
    public long NumGpuBlocks { get; init; } = DefaultNumGpuBlocks;

    /// <summary>
    /// <c>block_size</c>: tokens in a KV block. 0 before <see cref="Validated"/> means the engine's own:
    /// vLLM 64, TensorRT-LLM 32, SGLang its page size or 1.
    /// </summary>
    public long BlockSize { get; init; }

    /// <summary><c>max_model_len</c>: longest sequence in tokens; null means no limit. vLLM only.</summary>
    public long? MaxModelLen { get; init; }

    /// <summary><c>max_num_seqs</c>: most requests running at once on a rank; null means no limit.</summary>
    public long? MaxNumSeqs { get; init; } = 256;

    /// <summary><c>max_num_batched_tokens</c>: tokens one pass computes at most; null means no limit. SGLang reads it in the router
    /// only.</summary>
    public long? MaxNumBatchedTokens { get; init; } = 8192;

    /// <summary><c>enable_prefix_caching</c>: blocks are shared between requests with equal prefixes. SGLang always does.</summary>
    public bool EnablePrefixCaching { get; init; } = true;

    /// <summary><c>enable_chunked_prefill</c>: a prompt may be computed over several passes. SGLang ignores it.</summary>
    public bool EnableChunkedPrefill { get; init; } = true;

    /// <summary><c>g1_backend</c>: the block manager; null chooses by itself, see <see cref="Backend"/>.</summary>
    public KvBackend? G1Backend { get; init; }

    /// <summary><c>speedup_ratio</c>: divides every modelled latency; 0 leaves them as they are.</summary>
    public double SpeedupRatio { get; init; } = 1.0;

    /// <summary><c>decode_speedup_ratio</c>: divides decode latencies once more; 0 leaves decode unscaled altogether.</summary>
    public double DecodeSpeedupRatio { get; init; } = 1.0;

    /// <summary><c>preemption_mode</c>: which running request gives way when blocks run out. SGLang ignores it.</summary>
    public PreemptionMode PreemptionMode { get; init; }

    /// <summary><c>dp_size</c>: independent ranks of each worker, 1 to 2^32 - 1.</summary>
    public long DpSize { get; init; } = 1;

    /// <summary><c>planner_profile_data</c>: path of an <c>.npz</c> file with measured latencies; null means the built-in
    /// formula.</summary>
    public string? PlannerProfileData { get; init; }

    /// <summary><c>aic_nextn</c>: tokens drafted ahead in speculative decoding, 1 to 5; null means none.</summary>
    public long? AicNextn { get; init; }

    /// <summary><c>aic_nextn_accept_rates</c>: acceptance probability of each draft, separated by commas; see <see
    /// cref="AcceptRates"/>.</summary>
    public string? AicNextnAcceptRates { get; init; }

    /// <summary><c>aic_mtp_seed</c>: seed of the draws of speculative decoding.</summary>
    public ulong AicMtpSeed { get; init; } = 42;

    /// <summary><c>sglang</c>: arguments of the SGLang scheduler.</summary>
    public SglangArguments Sglang { get; init; } = SglangArguments.Default;

    /// <summary><c>trtllm</c>: arguments of the TensorRT-LLM scheduler.</summary>
    public TrtllmArguments Trtllm { get; init; } = TrtllmArguments.Default;

    /// <summary><c>router_queue_policy</c>: overrides the router configuration's policy; null does not.</summary>
    public RouterQueuePolicy? RouterQueuePolicy { get; init; }

    /// <summary><c>worker_type</c> (also <c>is_prefill</c>, <c>is_decode</c>): what the worker does with a request.</summary>
    public WorkerType WorkerType { get; init; }

    /// <summary><c>aic_tp_size</c>: GPUs of each rank, for the report only; null means 1.</summary>
    public long? AicTpSize { get; init; }

    /// <summary><c>aic_attention_dp_size</c>: when above 1, replaces <see cref="DpSize"/>.</summary>
    public long? AicAttentionDpSize { get; init; }

    /// <summary><c>kv_bytes_per_token</c>: size of a hand-over between prefill and decode workers; no effect on aggregated
    /// replay.</summary>
    public long? KvBytesPerToken { get; init; }

    /// <summary><c>kv_transfer_bandwidth</c>: GB/s of that hand-over; no effect on aggregated replay.</summary>
    public double? KvTransferBandwidth { get; init; }

    /// <summary><c>kv_transfer_timing_mode</c>: what that hand-over moves; no effect on aggregated replay.</summary>
    public KvTransferTimingMode KvTransferTimingMode { get; init; }

    /// <summary><c>num_g2_blocks</c>: offload is not simulated; with vLLM or TensorRT-LLM any block selects the <c>kvbm</c> backend. Null
    /// or 0 means none.</summary>
    public long? NumG2Blocks { get; init; }

    /// <summary><c>num_g3_blocks</c>: like <see cref="NumG2Blocks"/>, which it needs.</summary>
    public long? NumG3Blocks { get; init; }

    /// <summary><c>enable_g4_storage</c>: like <see cref="NumG2Blocks"/>, which it needs.</summary>
    public bool EnableG4Storage { get; init; }

    /// <summary><c>aic_backend</c>: AIC latency modelling, which is not available; refused when set.</summary>
    public string? AicBackend { get; init; }

    /// <summary><c>reasoning</c>. No effect.</summary>
    public ReasoningArguments? Reasoning { get; init; }

    /// <summary>The arguments without effect on offline replay, by their names in JSON; those at their defaults are not in it.</summary>
    public InertOptions Inert { get; init; } = InertOptions.None;

    /// <summary>
    /// Acceptance probability of each draft token given that all earlier ones were accepted, one per
    /// <see cref="AicNextn"/> (behaviour 02#9.1); empty without speculative decoding.
    /// </summary>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c>: <see cref="AicNextnAcceptRates"/> is no list of
    /// rates.</exception>
    public IReadOnlyList<double> AcceptRates => SpeculationRates.Parse(AicNextn, AicNextnAcceptRates, "engine arguments", InvalidId);

    /// <summary>The block manager in effect. SGLang has its own and ignores it.</summary>
    public KvBackend Backend => G1Backend ?? (RequestsOffload ? KvBackend.Kvbm : KvBackend.Native);

    /// <summary>GPUs of one worker: <see cref="AicTpSize"/> times <see cref="DpSize"/>.</summary>
    public long GpusPerWorker => (AicTpSize ?? 1) * Math.Max(DpSize, 1);

    private bool RequestsOffload =>
        EngineType.HasOffload && (NumG2Blocks > 0 || NumG3Blocks > 0 || EnableG4Storage);

    // Made when it is asked for: the table that checks them has to be there before.
    private static class Defaults
    {
        public static readonly EngineArguments All = new EngineArguments().Validated("engine arguments");
    }
}
