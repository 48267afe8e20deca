using AgentSim.Engines;
using AgentSim.Json;

namespace AgentSim.Tests.Engines;

public sealed class EngineArgumentsTests
{
    private const string Option = "--extra-engine-args";

    private static EngineArguments Parse(string json) => EngineArguments.Parse(json, Option);

    private static string Refusal(string json)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Parse(json));
        Assert.StartsWith(Option + ": ", error.Message, StringComparison.Ordinal);
        Assert.Equal(FaultKind.Input, error.Kind);
        return error.Message;
    }

    [Fact]
    public void An_empty_object_means_all_defaults()
    {
        EngineArguments arguments = Parse("{}");
        Assert.Equal(EngineArguments.Default.ToJson(), arguments.ToJson());
        Assert.Equal(EngineType.Vllm, arguments.EngineType);
        Assert.Equal(16384, arguments.NumGpuBlocks);
        Assert.Equal(64, arguments.BlockSize);
        Assert.Null(arguments.MaxModelLen);
        Assert.Equal(256, arguments.MaxNumSeqs);
        Assert.Equal(8192, arguments.MaxNumBatchedTokens);
        Assert.True(arguments.EnablePrefixCaching);
        Assert.True(arguments.EnableChunkedPrefill);
        Assert.Equal(KvBackend.Native, arguments.Backend);
        Assert.Equal(1.0, arguments.SpeedupRatio);
        Assert.Equal(1.0, arguments.DecodeSpeedupRatio);
        Assert.Equal(PreemptionMode.Lifo, arguments.PreemptionMode);
        Assert.Equal(1, arguments.DpSize);
        Assert.Equal(42UL, arguments.AicMtpSeed);
        Assert.Empty(arguments.AcceptRates);
        Assert.Equal(WorkerType.Aggregated, arguments.WorkerType);
        Assert.Equal(KvTransferTimingMode.FullPrompt, arguments.KvTransferTimingMode);
        Assert.Same(InertOptions.None, arguments.Inert);
        Assert.Null(arguments.RouterQueuePolicy);
        Assert.Equal("fifo", arguments.Sglang.SchedulePolicy);
        Assert.Equal(16384, arguments.Sglang.MaxPrefillTokens);
        Assert.Equal(8192, arguments.Sglang.ChunkSize);
        Assert.Equal(4096, arguments.Sglang.ClipMaxNewTokens);
        Assert.Equal(1.0, arguments.Sglang.ScheduleConservativeness);
        Assert.Equal(1, arguments.GpusPerWorker);
        Assert.Equal(8192, arguments.Resolve(Option).RouterTokenBudget);
    }

    [Theory]
    [InlineData("""{"engine_type":"vllm"}""", 64)]
    [InlineData("""{"engine_type":"TRTLLM"}""", 32)]
    [InlineData("""{"engine_type":"SgLang"}""", 1)]
    [InlineData("""{"engine_type":"sglang","sglang":{"page_size":16}}""", 16)]
    [InlineData("""{"engine_type":"vllm","block_size":0}""", 64)]
    [InlineData("""{"engine_type":"sglang","block_size":16,"sglang":{"page_size":16}}""", 16)]
    [InlineData("""{"sglang":{"page_size":16}}""", 64)]
    public void The_block_size_follows_the_engine_when_it_is_not_given(string json, long expected) =>
        Assert.Equal(expected, Parse(json).BlockSize);

    [Fact]
    public void The_last_of_two_equal_names_counts() => Assert.Equal(8, Parse("""{"block_size":"x","block_size":8}""").BlockSize);

    [Fact]
    public void Null_means_unlimited_or_default_where_it_is_allowed()
    {
        EngineArguments arguments =
            Parse("""{"max_num_seqs":null,"max_num_batched_tokens":null,"num_gpu_blocks":null,"sglang":null,"trtllm":null,"reasoning":null}""");
        Assert.Null(arguments.MaxNumSeqs);
        Assert.Null(arguments.MaxNumBatchedTokens);
        Assert.Equal(10_000_000, arguments.Resolve(Option).RouterTokenBudget);
        Assert.Equal(16384, arguments.NumGpuBlocks);
        Assert.Equal("fifo", arguments.Sglang.SchedulePolicy);
    }

    public static TheoryData<string> NotNullable =>
    [
        "engine_type", "block_size", "enable_prefix_caching", "enable_chunked_prefill", "g1_backend", "speedup_ratio",
        "decode_speedup_ratio", "preemption_mode", "dp_size", "aic_mtp_seed", "is_prefill", "is_decode", "kv_transfer_timing_mode",
        "enable_g4_storage", "enable_local_indexer", "handoff_session_timeout_ms",
    ];

    [Theory]
    [MemberData(nameof(NotNullable))]
    public void Null_is_refused_where_it_has_no_meaning(string name) =>
        Assert.Contains($"{name} must not be null", Refusal($$"""{"{{name}}":null}"""), StringComparison.Ordinal);

    public static TheoryData<string> Nullable =>
    [
        "num_gpu_blocks", "max_model_len", "planner_profile_data", "aic_nextn", "aic_nextn_accept_rates",
        "sglang", "trtllm", "router_queue_policy", "aic_tp_size", "startup_time", "worker_type", "aic_attention_dp_size", "aic_backend",
            "aic_system",
        "aic_backend_version", "aic_model_path", "aic_gemm_dtype", "aic_moe_dtype", "aic_fmha_dtype", "aic_kv_cache_dtype",
            "aic_comm_dtype",
        "aic_moe_tp_size", "aic_moe_ep_size", "gpu_memory_utilization", "mem_fraction_static", "free_gpu_memory_fraction",
            "kv_bytes_per_token",
        "kv_transfer_bandwidth", "num_g2_blocks", "num_g3_blocks", "offload_batch_size", "bandwidth_g1_to_g2_gbps",
            "bandwidth_g2_to_g1_gbps",
        "bandwidth_g2_to_g3_gbps", "bandwidth_g3_to_g2_gbps", "bandwidth_g2_to_g4_gbps", "bandwidth_g4_to_g2_gbps", "bootstrap_port",
        "zmq_kv_events_port", "zmq_replay_port", "reasoning", "response_replay_trace_path", "has_perf_model",
    ];

    [Theory]
    [MemberData(nameof(Nullable))]
    public void Null_leaves_an_optional_argument_at_its_default(string name) =>
        Assert.Equal(EngineArguments.Default.ToJson(), Parse($$"""{"{{name}}":null}""").ToJson());

    [Theory]
    [InlineData("""{"block_size":16.0}""", "block_size must be an integer")]
    [InlineData("""{"block_size":1e2}""", "block_size must be an integer")]
    [InlineData("""{"block_size":"16"}""", "block_size must be an integer")]
    [InlineData("""{"block_size":-1}""", "block_size must not be negative")]
    [InlineData("""{"num_gpu_blocks":18446744073709551616}""", "num_gpu_blocks must be at most 18446744073709551615")]
    [InlineData("""{"dp_size":4294967296}""", "dp_size must be at most 4294967295")]
    [InlineData("""{"bootstrap_port":70000}""", "bootstrap_port must be at most 65535")]
    [InlineData("""{"enable_prefix_caching":1}""", "enable_prefix_caching must be true or false")]
    [InlineData("""{"speedup_ratio":"1"}""", "speedup_ratio must be a number")]
    [InlineData("""{"speedup_ratio":1e400}""", "speedup_ratio is too large")]
    [InlineData("""{"engine_type":"vllm2"}""", "engine_type must be one of sglang, trtllm, vllm (is 'vllm2')")]
    [InlineData("""{"engine_type":"\ud800"}""", "one half of a surrogate pair")]
    [InlineData("""{"\udc00engine_type":"vllm"}""", "one half of a surrogate pair")]
    [InlineData("""{"engine_type":7}""", "engine_type must be a string")]
    [InlineData("""{"g1_backend":"KVBM"}""", "g1_backend must be one of native, kvbm")]
    [InlineData("""{"preemption_mode":"random"}""", "preemption_mode must be one of")]
    [InlineData("""{"router_queue_policy":"FCFS"}""", "router_queue_policy must be one of fcfs, lcfs, wspt")]
    [InlineData("""{"kv_transfer_timing_mode":"x"}""", "kv_transfer_timing_mode must be one of")]
    [InlineData("""{"sglang":[]}""", "sglang must be an object")]
    [InlineData("""{"sglang":{"page_size":"x"}}""", "sglang.page_size must be an integer")]
    [InlineData("""{"sglang":{"schedule_policy":1}}""", "sglang.schedule_policy must be a string")]
    [InlineData("""{"trtllm":{"capacity_scheduler_policy":1}}""", "trtllm.capacity_scheduler_policy must be a string")]
    [InlineData("""{"reasoning":{}}""", "reasoning.start_thinking_token_id is missing")]
    [InlineData("""{"reasoning":{"start_thinking_token_id":1,"end_thinking_token_id":2}}""", "reasoning.thinking_ratio is missing")]
    [InlineData("""{"reasoning":{"start_thinking_token_id":4294967296,"end_thinking_token_id":2,"thinking_ratio":1}}""",
        "reasoning.start_thinking_token_id must be at most 4294967295")]
    [InlineData("""{"aic_gemm_dtype":8}""", "aic_gemm_dtype must be a string")]
    public void A_wrong_type_is_refused_with_the_name_of_the_argument(string json, string expected) =>
        Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"blok_size":16}""", "unknown name 'blok_size'; did you mean 'block_size'?")]
    [InlineData("""{"Block_Size":16}""", "did you mean 'block_size'?")]
    [InlineData("""{"max_seqs":16}""", "did you mean 'max_num_seqs'?")]
    [InlineData("""{"planner":"x"}""", "did you mean 'planner_profile_data'?")]
    public void An_unknown_name_is_refused_with_the_nearest_one(string json, string expected) =>
        Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void Unknown_names_inside_nested_objects_are_ignored()
    {
        EngineArguments arguments =
            Parse("""{"sglang":{"foo":1},"trtllm":{"bar":2},"reasoning":{"start_thinking_token_id":1,"end_thinking_token_id":2,"thinking_ratio":7,"x":0}}""");
        Assert.Equal(7.0, arguments.Reasoning!.ThinkingRatio);
    }

    [Theory]
    [InlineData("""{"num_gpu_blocks":0}""", "num_gpu_blocks must be at least 1 (is 0)")]
    [InlineData("""{"max_model_len":0}""", "max_model_len must be at least 1")]
    [InlineData("""{"max_num_seqs":0}""", "max_num_seqs must be at least 1")]
    [InlineData("""{"max_num_batched_tokens":0}""", "max_num_batched_tokens must be at least 1")]
    [InlineData("""{"speedup_ratio":-0.5}""", "speedup_ratio must be a finite number, at least 0 (is -0.5)")]
    [InlineData("""{"decode_speedup_ratio":-1}""", "decode_speedup_ratio must be")]
    [InlineData("""{"dp_size":0}""", "dp_size must be at least 1")]
    [InlineData("""{"aic_nextn":0}""", "aic_nextn must be from 1 to 5 (is 0)")]
    [InlineData("""{"aic_nextn":6}""", "aic_nextn must be from 1 to 5 (is 6)")]
    [InlineData("""{"startup_time":-1}""", "startup_time must be")]
    [InlineData("""{"gpu_memory_utilization":1.5}""", "gpu_memory_utilization must be from 0 to 1 (is 1.5)")]
    [InlineData("""{"mem_fraction_static":-0.1}""", "mem_fraction_static must be")]
    [InlineData("""{"free_gpu_memory_fraction":2}""", "free_gpu_memory_fraction must be")]
    [InlineData("""{"kv_transfer_bandwidth":-1}""", "kv_transfer_bandwidth must be")]
    [InlineData("""{"bandwidth_g1_to_g2_gbps":-1}""", "bandwidth_g1_to_g2_gbps must be")]
    [InlineData("""{"bandwidth_g4_to_g2_gbps":-1}""", "bandwidth_g4_to_g2_gbps must be")]
    [InlineData("""{"handoff_session_timeout_ms":0}""", "handoff_session_timeout_ms must be at least 1")]
    public void A_value_out_of_range_is_refused(string json, string expected) =>
        Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void All_values_out_of_range_are_reported_together()
    {
        string message = Refusal("""{"num_gpu_blocks":0,"startup_time":-1,"max_num_seqs":0}""");
        Assert.Contains("num_gpu_blocks", message, StringComparison.Ordinal);
        Assert.Contains("startup_time", message, StringComparison.Ordinal);
        Assert.Contains("max_num_seqs", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"engine_type":"sglang","sglang":{"page_size":0}}""", "block_size must be greater than 0")]
    [InlineData("""{"g1_backend":"native","num_g2_blocks":4}""", "g1_backend native cannot be combined")]
    [InlineData("""{"g1_backend":"native","enable_g4_storage":true}""", "g1_backend native cannot be combined")]
    [InlineData("""{"num_g3_blocks":5}""", "num_g3_blocks needs num_g2_blocks")]
    [InlineData("""{"num_g3_blocks":5,"num_g2_blocks":0}""", "num_g3_blocks needs num_g2_blocks")]
    [InlineData("""{"engine_type":"sglang","max_model_len":100}""", "max_model_len is for engine_type vllm only")]
    [InlineData("""{"engine_type":"trtllm","max_model_len":100}""", "max_model_len is for engine_type vllm only")]
    [InlineData("""{"enable_g4_storage":true}""", "enable_g4_storage needs num_g2_blocks")]
    [InlineData("""{"aic_nextn":2,"decode_speedup_ratio":2}""", "aic_nextn cannot be combined with a decode_speedup_ratio")]
    [InlineData("""{"aic_nextn_accept_rates":"0.5"}""", "aic_nextn_accept_rates needs aic_nextn")]
    [InlineData("""{"trtllm":{"capacity_scheduler_policy":"max_utilization"}}""",
        "trtllm.capacity_scheduler_policy must be guaranteed_no_evict (is 'max_utilization')")]
    [InlineData("""{"engine_type":"sglang","block_size":8,"sglang":{"page_size":16}}""",
        "block_size 8 and sglang.page_size 16 must be equal")]
    [InlineData("""{"engine_type":"sglang","block_size":48,"sglang":{"chunked_prefill_size":100}}""",
        "sglang.chunked_prefill_size 100 must be a multiple of block_size 48")]
    [InlineData("""{"is_prefill":true,"is_decode":true}""", "is_prefill and is_decode exclude each other")]
    [InlineData("""{"worker_type":"prefill","is_prefill":true}""", "worker_type cannot be combined")]
    [InlineData("""{"worker_type":"decode","is_prefill":null}""", "worker_type cannot be combined")]
    [InlineData("""{"worker_type":"Prefill"}""", "worker_type must be one of aggregated, prefill, decode")]
    [InlineData("""{"worker_type":3}""", "worker_type must be a string")]
    [InlineData("""{"planner_profile_data":"profiles/run1"}""", "planner_profile_data must name an .npz file")]
    [InlineData("""{"dp_size":2,"aic_attention_dp_size":4}""", "dp_size 2 must equal aic_attention_dp_size 4")]
    [InlineData("""{"dp_size":2,"aic_attention_dp_size":0}""", "dp_size 2 must equal aic_attention_dp_size 1")]
    public void Arguments_that_do_not_go_together_are_refused(string json, string expected) =>
        Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void Ranges_are_checked_before_combinations() =>
        Assert.Contains("max_num_seqs", Refusal("""{"num_g3_blocks":5,"max_num_seqs":0}"""), StringComparison.Ordinal);

    [Fact]
    public void The_default_chunk_size_need_not_be_a_multiple_of_the_page() =>
        Assert.Equal(8192, Parse("""{"engine_type":"sglang","block_size":48}""").Sglang.ChunkSize);

    [Theory]
    [InlineData("""{"worker_type":"prefill"}""", WorkerType.Prefill)]
    [InlineData("""{"worker_type":"decode"}""", WorkerType.Decode)]
    [InlineData("""{"worker_type":"aggregated"}""", WorkerType.Aggregated)]
    [InlineData("""{"worker_type":null,"is_decode":true}""", WorkerType.Decode)]
    [InlineData("""{"is_prefill":true,"is_decode":false}""", WorkerType.Prefill)]
    [InlineData("""{"is_prefill":false,"is_decode":false}""", WorkerType.Aggregated)]
    public void The_worker_type_is_read_in_both_spellings(string json, WorkerType expected) =>
        Assert.Equal(expected, Parse(json).WorkerType);

    [Theory]
    [InlineData("""{"num_g2_blocks":1}""", KvBackend.Kvbm)]
    [InlineData("""{"num_g2_blocks":0}""", KvBackend.Native)]
    [InlineData("""{"engine_type":"sglang","num_g2_blocks":1}""", KvBackend.Native)]
    [InlineData("""{"engine_type":"sglang","num_g2_blocks":1,"g1_backend":"native"}""", KvBackend.Native)]
    [InlineData("""{"g1_backend":"kvbm"}""", KvBackend.Kvbm)]
    public void Requested_offload_selects_the_kvbm_backend(string json, KvBackend expected) => Assert.Equal(expected, Parse(json).Backend);

    [Theory]
    [InlineData("""{"aic_attention_dp_size":4}""", 4, 4)]
    [InlineData("""{"aic_attention_dp_size":4,"dp_size":4}""", 4, 4)]
    [InlineData("""{"aic_attention_dp_size":1,"dp_size":1}""", 1, 1)]
    [InlineData("""{"aic_tp_size":4,"dp_size":2}""", 2, 8)]
    [InlineData("""{"aic_tp_size":0}""", 1, 0)]
    public void Ranks_and_gpus_follow_the_parallelism_arguments(string json, long ranks, long gpus)
    {
        EngineArguments arguments = Parse(json);
        Assert.Equal(ranks, arguments.DpSize);
        Assert.Equal(gpus, arguments.GpusPerWorker);
    }

    [Fact]
    public void Latency_modelling_by_AIC_is_not_available()
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Parse("""{"aic_backend":"vllm"}"""));
        Assert.Equal("AicNotAvailable", error.ErrorId);
        Assert.Contains("speedup_ratio", error.Message, StringComparison.Ordinal);
        Assert.Contains("planner_profile_data (an .npz file)", error.Message, StringComparison.Ordinal);
        Assert.Equal("m", Parse("""{"aic_model_path":"m","aic_system":"h200"}""").Inert["aic_model_path"]);
    }

    [Theory]
    [InlineData("""{"aic_nextn":2}""", new[] { 0.85, 0.3 })]
    [InlineData("""{"aic_nextn":5,"aic_nextn_accept_rates":"  "}""", new[] { 0.85, 0.3, 0, 0, 0 })]
    [InlineData("""{"aic_nextn":3,"aic_nextn_accept_rates":" 0.5, 1 "}""", new[] { 0.5, 1, 0 })]
    [InlineData("""{"aic_nextn":1,"aic_nextn_accept_rates":".5,1e-1,0"}""", new[] { 0.5 })]
    public void Acceptance_rates_are_padded_or_cut_to_the_drafts(string json, double[] expected) =>
        Assert.Equal(expected, Parse(json).AcceptRates);

    [Theory]
    [InlineData("0.5,,0.2", "entry 2")]
    [InlineData("0.5,0.2,7", "entry 3")]
    [InlineData("nan", "entry 1")]
    [InlineData("-0.1", "entry 1")]
    [InlineData("0.1;0.2", "entry 1")]
    public void Every_acceptance_rate_must_be_a_probability(string rates, string expected) =>
        Assert.Contains(expected, Refusal($$"""{"aic_nextn":2,"aic_nextn_accept_rates":"{{rates}}"}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("args.json", "not valid JSON at line 1, column 1; give the JSON text itself")]
    [InlineData("{\"block_size\":16", "not valid JSON at line 1")]
    [InlineData("{\"speedup_ratio\":NaN}", "not valid JSON")]
    [InlineData("", "not valid JSON")]
    public void Text_that_is_no_JSON_object_is_refused(string json, string expected) =>
        Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"block_size":1}""", "at least 2")]
    [InlineData("""{"engine_type":"trtllm","block_size":1}""", "at least 2")]
    [InlineData("""{"block_size":2147483648}""", "at most 2147483647")]
    [InlineData("""{"engine_type":"sglang","sglang":{"page_size":18446744073709551615}}""", "at most 2147483647")]
    [InlineData("""{"g1_backend":"kvbm","block_size":48}""", "power of two up to 1024")]
    [InlineData("""{"num_g2_blocks":1,"block_size":2048}""", "power of two up to 1024")]
    public void Block_sizes_that_abort_the_engine_are_accepted_but_not_run(string json, string expected)
    {
        EngineArguments arguments = Parse(json);
        AgentSimException error = Assert.Throws<AgentSimException>(() => arguments.Resolve(Option).CheckRunnable(Option));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"engine_type":"sglang","block_size":1}""")]
    [InlineData("""{"engine_type":"sglang","block_size":48,"g1_backend":"kvbm"}""")]
    [InlineData("""{"g1_backend":"kvbm","block_size":1024}""")]
    [InlineData("""{"block_size":48}""")]
    public void Other_block_sizes_run(string json) => Parse(json).Resolve(Option).CheckRunnable(Option);

    [Fact]
    public void An_unknown_sglang_policy_means_fifo_with_a_warning()
    {
        EngineArguments arguments = Parse("""{"engine_type":"sglang","sglang":{"schedule_policy":"LPM"}}""");
        Assert.False(arguments.Sglang.UsesLongestPrefixMatch);
        Assert.Contains("schedule_policy 'LPM'", Assert.Single(arguments.Warnings), StringComparison.Ordinal);
        Assert.Empty(Parse("""{"engine_type":"sglang","sglang":{"schedule_policy":"lpm"}}""").Warnings);
        Assert.Empty(Parse("""{"sglang":{"schedule_policy":"LPM"}}""").Warnings);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"engine_type":"sglang","block_size":48,"sglang":{"schedule_policy":"lpm","max_prefill_tokens":0,"schedule_conservativeness":5}}""")]
    [InlineData("""{"num_g2_blocks":3,"num_g3_blocks":4,"enable_g4_storage":true,"preemption_mode":"FIFO","aic_mtp_seed":18446744073709551615}""")]
    [InlineData("""{"worker_type":"decode","kv_transfer_bandwidth":0.1,"kv_transfer_timing_mode":"Destination_Missing","router_queue_policy":"wspt"}""")]
    [InlineData("""{"aic_attention_dp_size":4,"aic_nextn":2,"aic_nextn_accept_rates":"0.1","planner_profile_data":"a.npz","max_num_seqs":null}""")]
    [InlineData("""{"reasoning":{"start_thinking_token_id":1,"end_thinking_token_id":2,"thinking_ratio":0.5},"bootstrap_port":8080,"startup_time":1.5}""")]
    public void Written_arguments_read_back_as_the_same(string json)
    {
        EngineArguments arguments = Parse(json);
        Assert.Equal(arguments.ToJson(), Parse(arguments.ToJson()).ToJson());
    }

    [Fact]
    public void Arguments_built_from_typed_values_are_completed_and_checked()
    {
        EngineArguments arguments = new EngineArguments { EngineType = EngineType.Trtllm, AicNextn = 1 }.Validated("-EngineArguments");
        Assert.Equal(32, arguments.BlockSize);
        Assert.Equal([0.85], arguments.AcceptRates);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            new EngineArguments { SpeedupRatio = double.NaN, NumGpuBlocks = -4 }.Validated("-EngineArguments"));
        Assert.Contains("num_gpu_blocks must be at least 1 (is -4); speedup_ratio must be a finite number", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_beyond_63_bits_are_read_as_the_largest_that_fits() =>
        Assert.Equal(long.MaxValue, Parse("""{"max_num_seqs":18446744073709551615}""").MaxNumSeqs);

    [Fact]
    public void Decimals_are_correctly_rounded() => Assert.Equal(970.5213044969239,
        Parse("""{"speedup_ratio":970.5213044969239}""").SpeedupRatio);
}
