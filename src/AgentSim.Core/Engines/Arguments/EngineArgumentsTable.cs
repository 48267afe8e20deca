using AgentSim.Json;
using AgentSim.Routing;

namespace AgentSim.Engines;

/// <summary>
/// The engine arguments: a row for each (behaviour 02#2.3). Reading, ranges, writing, parameters, completions, help and documentation
/// come from here.
/// </summary>
internal static class EngineArgumentsTable
{
    private const long DefaultPrefillTokens = 16384;
    private const long DefaultOutputClip = 4096;

    private static readonly JsonOptionsChoice<PreemptionMode> PreemptionModes =
        new(true, ("lifo", PreemptionMode.Lifo), ("fifo", PreemptionMode.Fifo));

    private static readonly JsonOptionsChoice<KvBackend> Backends =
        new(false, ("native", KvBackend.Native), ("kvbm", KvBackend.Kvbm));

    private static readonly JsonOptionsChoice<WorkerType> WorkerTypes =
        new(false, ("aggregated", WorkerType.Aggregated), ("prefill", WorkerType.Prefill), ("decode", WorkerType.Decode));

    private static readonly JsonOptionsChoice<KvTransferTimingMode> TimingModes =
        new(true, ("full_prompt", KvTransferTimingMode.FullPrompt), ("destination_missing", KvTransferTimingMode.DestinationMissing));

    /// <summary>All arguments, in the order they are written.</summary>
    public static readonly JsonOptionsTable<EngineArguments> Arguments = Create(EngineType.All);

    /// <summary>The table for some engines: what each of them reads is said by the engine itself.</summary>
    public static JsonOptionsTable<EngineArguments> Create(IReadOnlyList<EngineType> engines)
    {
        JsonOptionsTable<EngineArguments> table = new(JsonOptionsDuplicates.LastWins);
        AddWorkers(table, engines);
        AddScheduling(table);
        AddRest(table);
        InertArguments.AddTo(table);
        return table.Copy([], row => row with { Engines = Readers(engines, row.Name) });
    }

    private static void AddWorkers(JsonOptionsTable<EngineArguments> table, IReadOnlyList<EngineType> engines) => table
        .Named("engine_type", [.. engines.Select(type => type.Name)], a => a.EngineType, (a, v) => a with { EngineType = v },
            v => EngineType.Find(v.Text(), engines) ?? throw v.Fail(EngineType.WhyUnknown(v.Text(), engines)),
            "The engine whose scheduler is simulated; trtllm is TensorRT-LLM.")
        .Choice("worker_type", WorkerTypes, a => a.WorkerType, (a, v) => a with { WorkerType = v },
            "What the workers do: all of a request, the prompt only, or the output only. Separate pools set it themselves.")
        .Change("worker_type", row => row with { Read = (a, v) => v.IsNull ? a : row.Read(a, v) })
        .Name("is_prefill", "true or false", (a, v) => WithRole(a, v, WorkerType.Prefill), "Another way to say worker_type prefill.")
        .Name("is_decode", "true or false", (a, v) => WithRole(a, v, WorkerType.Decode), "Another way to say worker_type decode.")
        .OptionalCount("num_gpu_blocks", a => a.NumGpuBlocks, (a, v) => a with { NumGpuBlocks = v ?? EngineArguments.DefaultNumGpuBlocks },
            "Usable KV blocks of each rank.", WholeBounds.Positive)
        .Count("block_size", a => a.BlockSize, (a, v) => a with { BlockSize = v },
            "Tokens in a KV block; 0 means the default, which with sglang is its page size.",
            byDefault: string.Join(", ", engines.Select(type => $"{type.DefaultBlockSize(new EngineArguments())} ({type.Name})")))
        .OptionalCount("max_model_len", a => a.MaxModelLen, (a, v) => a with { MaxModelLen = v },
            "The longest sequence in tokens.", WholeBounds.Positive, none: "no limit")
        .OptionalCount("max_num_seqs", a => a.MaxNumSeqs, (a, v) => a with { MaxNumSeqs = v },
            "The most requests that run at once on a rank.", WholeBounds.Positive, none: "no limit")
        .OptionalCount("max_num_batched_tokens", a => a.MaxNumBatchedTokens, (a, v) => a with { MaxNumBatchedTokens = v },
            "The most tokens that one pass computes. SGLang reads it in the router only.", WholeBounds.Positive, none: "no limit")
        .Flag("enable_prefix_caching", a => a.EnablePrefixCaching, (a, v) => a with { EnablePrefixCaching = v },
            "Whether blocks are shared between requests with equal prefixes. SGLang always does.")
        .Flag("enable_chunked_prefill", a => a.EnableChunkedPrefill, (a, v) => a with { EnableChunkedPrefill = v },
            "Whether a prompt may be computed over several passes.")
        .Choice("g1_backend", Backends, a => a.Backend, (a, v) => a with { G1Backend = v },
            "The block manager. Any block of offload chooses kvbm, too.")
        .Number("speedup_ratio", a => a.SpeedupRatio, (a, v) => a with { SpeedupRatio = v },
            "Divides every modelled latency; 0 leaves them as they are.", NumberBounds.NotNegative)
        .Number("decode_speedup_ratio", a => a.DecodeSpeedupRatio, (a, v) => a with { DecodeSpeedupRatio = v },
            "Divides decode latencies once more; 0 leaves decode unscaled altogether.", NumberBounds.NotNegative)
        .Choice("preemption_mode", PreemptionModes, a => a.PreemptionMode, (a, v) => a with { PreemptionMode = v },
            "Which running request gives way when blocks run out: the one admitted last, or the one admitted first.")
        .Count("dp_size", a => a.DpSize, (a, v) => a with { DpSize = v },
            "Independent data-parallel ranks of each worker.", new WholeBounds(1, uint.MaxValue))
        .OptionalText("planner_profile_data", a => a.PlannerProfileData, (a, v) => a with { PlannerProfileData = v },
            "Path of an .npz file with measured latencies, in place of the built-in timing.", none: "built-in timing");

    private static void AddScheduling(JsonOptionsTable<EngineArguments> table) => table
        .OptionalCount("aic_nextn", a => a.AicNextn, (a, v) => a with { AicNextn = v },
            "Speculative decoding: tokens drafted ahead.", new WholeBounds(1, 5))
        .OptionalText("aic_nextn_accept_rates", a => a.AicNextnAcceptRates, (a, v) => a with { AicNextnAcceptRates = v },
            "Speculative decoding: the probability that each draft is accepted given those before it, separated by commas.",
                none: "0.85,0.3,0,0,0")
        .Unsigned("aic_mtp_seed", a => a.AicMtpSeed, (a, v) => a with { AicMtpSeed = v }, "Speculative decoding: seed of the draws.")
        .Nested("sglang", Sglang(), a => a.Sglang, (a, v) => a with { Sglang = v ?? SglangArguments.Default }, "The scheduler of SGLang.")
        .Nested("trtllm", Trtllm(), a => a.Trtllm, (a, v) => a with { Trtllm = v ?? TrtllmArguments.Default },
            "The scheduler of TensorRT-LLM.");

    private static void AddRest(JsonOptionsTable<EngineArguments> table) => table
        .OptionalChoice("router_queue_policy", RouterQueuePolicies.Names, a => a.RouterQueuePolicy,
            (a, v) => a with { RouterQueuePolicy = v },
            "Replaces the queue policy of the router.", none: "that of the router")
        .OptionalCount("aic_tp_size", a => a.AicTpSize, (a, v) => a with { AicTpSize = v },
            "GPUs of each rank, for the GPU hours of the report only.", none: "1")
        .OptionalCount("aic_attention_dp_size", a => a.AicAttentionDpSize, (a, v) => a with { AicAttentionDpSize = v },
            "When above 1, replaces dp_size.")
        .OptionalCount("kv_bytes_per_token", a => a.KvBytesPerToken, (a, v) => a with { KvBytesPerToken = v },
            "Separate pools: bytes per token that a prompt hands over from prefill to decode.")
        .OptionalNumber("kv_transfer_bandwidth", a => a.KvTransferBandwidth, (a, v) => a with { KvTransferBandwidth = v },
            "Separate pools: GB/s of that hand-over. Without it, or without kv_bytes_per_token, it takes no time.",
                NumberBounds.NotNegative)
        .Choice("kv_transfer_timing_mode", TimingModes, a => a.KvTransferTimingMode, (a, v) => a with { KvTransferTimingMode = v },
            "Separate pools: what is handed over, all or only what the decode worker does not hold yet.")
        .OptionalCount("num_g2_blocks", a => a.NumG2Blocks, (a, v) => a with { NumG2Blocks = v },
            "Blocks of the second cache tier. Offload is not simulated; any block selects the block manager kvbm.")
        .OptionalCount("num_g3_blocks", a => a.NumG3Blocks, (a, v) => a with { NumG3Blocks = v },
            "Blocks of the third cache tier; like num_g2_blocks, which it needs.")
        .Flag("enable_g4_storage", a => a.EnableG4Storage, (a, v) => a with { EnableG4Storage = v },
            "The fourth cache tier; like num_g2_blocks, which it needs.")
        .OptionalText("aic_backend", a => a.AicBackend, (a, v) => a with { AicBackend = v },
            "Selects the AIC latency model, which is not available; refused when given.")
        .Name("has_perf_model", "anything", (a, _) => a, "Passed over.");

    private static JsonOptionsTable<SglangArguments> Sglang() =>
        new JsonOptionsTable<SglangArguments>(JsonOptionsDuplicates.LastWins, ignoreUnknown: true)
        .Text("schedule_policy", a => a.SchedulePolicy, (a, v) => a with { SchedulePolicy = v },
            "Order of waiting requests: lpm is longest cached prefix first, fifo and fcfs are the same.", ["fifo", "fcfs", "lpm"])
        .OptionalCount("page_size", a => a.PageSize, (a, v) => a with { PageSize = v }, "Another name for block_size.",
            none: "that of block_size")
        .OptionalCount("max_prefill_tokens", a => a.MaxPrefillTokens, (a, v) => a with { MaxPrefillTokens = v ?? DefaultPrefillTokens },
            "Prompt tokens of one pass.")
        .OptionalCount("chunked_prefill_size", a => a.ChunkedPrefillSize, (a, v) => a with { ChunkedPrefillSize = v },
            "Tokens of one chunk of a prompt, a multiple of the block size.", none: "8192")
        .OptionalCount("clip_max_new_tokens", a => a.ClipMaxNewTokens, (a, v) => a with { ClipMaxNewTokens = v ?? DefaultOutputClip },
            "The most output tokens reserved for a request when it is admitted.")
        .OptionalNumber("schedule_conservativeness", a => a.ScheduleConservativeness,
            (a, v) => a with { ScheduleConservativeness = v ?? 1.0 },
            "Scales the share of the output that is reserved.", NumberBounds.Finite);

    private static JsonOptionsTable<TrtllmArguments> Trtllm() =>
        new JsonOptionsTable<TrtllmArguments>(JsonOptionsDuplicates.LastWins, ignoreUnknown: true)
        .OptionalText("capacity_scheduler_policy", a => a.CapacitySchedulerPolicy, (a, v) => a with { CapacitySchedulerPolicy = v },
            "guaranteed_no_evict, the only policy simulated.", none: "guaranteed_no_evict");

    // Nothing where all engines read an argument.
    private static string[] Readers(IReadOnlyList<EngineType> engines, string name)
    {
        string[] readers = [.. engines.Where(type => type.Reads(name)).Select(type => type.Name)];
        return readers.Length == engines.Count ? [] : readers;
    }

    private static EngineArguments WithRole(EngineArguments arguments, JsonOptionsValue value, WorkerType role)
    {
        if (!value.Flag()) return arguments;
        if (arguments.WorkerType != WorkerType.Aggregated)
            throw value.Fail("cannot be true together with the other role: is_prefill and is_decode exclude each other");
        return arguments with { WorkerType = role };
    }
}

/// <summary>The engine arguments explained, from their table.</summary>
public static class EngineHelp
{
    /// <summary>Every argument in two lines, as the command line shows it.</summary>
    public static string Text => OptionHelp.Text(EngineArgumentsTable.Arguments, EngineArguments.Default);
}
