using static AgentSim.Tests.Simulation.ArgumentEffects.ArgumentCase;
using static AgentSim.Tests.Simulation.ArgumentEffects.Benches;
using static AgentSim.Tests.Simulation.ArgumentEffects.Option;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Engine arguments on a TensorRT-LLM worker (behaviour 03#B).</summary>
internal static class TrtllmCases
{
    // Needs 5, 5 and 2 blocks to the end of its outputs.
    private static readonly Bench EightBlocks = new("trtllm, eight blocks",
        Lines(Row(0, 48, 30, [1, 2, 3]), Row(0, 40, 30, [4, 5, 6]), Row(0, 16, 6, [7])))
    {
        Engine = """{"engine_type":"trtllm","block_size":16,"num_gpu_blocks":8}""",
    };

    public static IEnumerable<ArgumentCase> All { get; } =
    [
        .. Everywhere.Select(bench => NoEffect(Engine, "trtllm.capacity_scheduler_policy", bench, "\"guaranteed_no_evict\"",
            "the only one")),
        Refused(Engine, "trtllm.capacity_scheduler_policy", EightBlocks, "\"max_utilization\"", "the only one is guaranteed_no_evict"),
        Refused(Engine, "trtllm.capacity_scheduler_policy", One, "\"max_utilization\"", "checked for every engine"),

        Changes(Engine, "block_size", Of(SharedPrefix), null, "the engine's own: 32", ("2.reused_input_tokens", 16, 0),
            ("1.first_token_ms", 22.55185, 22.548553000000002)),
        Changes(Engine, "num_gpu_blocks", EightBlocks, "10", "room for the first two", ("2.first_admit_ms", 843.3055759999997, 0)),
        Changes(Engine, "num_gpu_blocks", EightBlocks, "4", "outputs end where the pool does: 64 - 48 tokens", ("1.output_length", 30, 16)),
        Changes(Engine, "max_num_seqs", Of(Two), "1", "one at a time", ("2.first_admit_ms", 0, 39.791629)),
        Changes(Engine, "max_num_batched_tokens", Of(Chunks), "32", "b gets 12 tokens, then 31, then 7",
            ("2.first_token_ms", 45.58367700000001, 67.834102)),
        Changes(Engine, "enable_prefix_caching", Of(Repeated), "false", "the prompt is computed again", ("2.reused_input_tokens", 64, 0),
            ("2.first_token_ms", 105.753185, 123.22807)),
        Changes(Engine, "enable_chunked_prefill", Of(Chunks), "false", "50 tokens do not fit the 44 left",
            ("2.first_admit_ms", 0, 22.55185)),
        Changes(Engine, "speedup_ratio", Of(One), "4", "4.201314 + 1.436648 ms", ("1.first_token_ms", 22.55185, 5.637962)),
        Changes(Engine, "decode_speedup_ratio", Of(One), "4", "16.805257 + 1.436648 ms",
            ("1.first_token_ms", 22.55185, 18.241905000000003)),
        Changes(Engine, "dp_size", Of(ShortAndLong), "2", "a rank each, and both end with the longer pass",
            ("1.first_token_ms", 25.651578999999998, 25.337786)),
        Changes(Engine, "planner_profile_data", Of(One), "\"{folder}/profile.npz\"", "20 ms; 4 + 2 blocks + 20 / 10 a step",
            ("1.first_token_ms", 22.55185, 28)),
        Changes(Engine, "aic_nextn", Of(NoDrafts), "2", "several tokens a step",
            ("1.terminal_time_ms", 62.959710000000015, 39.956858000000004)),
        NoEffect(Engine, "preemption_mode", EightBlocks, "\"fifo\"", "nothing is ever preempted"),
        NoEffect(Engine, "preemption_mode", Everywhere.First(bench => bench.Name == "busy trtllm worker"), "\"fifo\"",
            "nothing is ever preempted"),
        Refused(Engine, "max_model_len", Of(One), "22", "vllm only"),
    ];

    private static Bench Of(Bench bench) => bench.On("trtllm");
}
