using static AgentSim.Tests.Simulation.ArgumentEffects.ArgumentCase;
using static AgentSim.Tests.Simulation.ArgumentEffects.Benches;
using static AgentSim.Tests.Simulation.ArgumentEffects.Option;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Engine arguments on an SGLang worker (behaviour 03#A).</summary>
internal static class SglangCases
{
    private static readonly Bench OwnPages = Of(One) with { Name = "one request, sglang's own pages",
        Engine = """{"engine_type":"sglang"}""" };

    // The third request repeats the first one's prompt, the second does not.
    private static readonly Bench OneAtATime = new("sglang, one at a time",
        Lines(Row(0, 64, 3, [1, 2, 3, 4]), Row(1, 64, 2, [11, 12, 13, 14]), Row(2, 64, 2, [1, 2, 3, 4])))
    {
        Engine = """{"engine_type":"sglang","block_size":16,"max_num_seqs":1}""",
    };

    private static readonly Bench TwoOfForty = new("sglang, two prompts of 40", Lines(Row(0, 40, 3, [1, 2, 3]), Row(0, 40, 3, [4, 5, 6])))
    {
        Engine = """{"engine_type":"sglang","block_size":16}""",
    };

    // 128 tokens: 48 + 30 leave 50, and the second request wants 48 + 30 as well.
    private static readonly Bench EightPages = new("sglang, eight pages", Lines(Row(0, 48, 30, [1, 2, 3]), Row(0, 40, 30, [4, 5, 6])))
    {
        Engine = """{"engine_type":"sglang","block_size":16,"num_gpu_blocks":8}""",
    };

    // When the second request wants 48 + 25 tokens, 80 are free; the first has 40 to go, of which about 0.7 are reserved.
    private static readonly Bench LongOutput = new("sglang, long output", Lines(Row(0, 32, 41, [1, 2]), Row(1, 40, 25, [4, 5, 6])))
    {
        Engine = """{"engine_type":"sglang","block_size":16,"num_gpu_blocks":8}""",
    };

    public static IEnumerable<ArgumentCase> All { get; } =
    [
        Changes(Engine, "sglang.schedule_policy", OneAtATime, "\"lpm\"", "the longest cached prompt goes first",
            ("2.first_admit_ms", 34.735056, 46.241631), ("3.first_admit_ms", 63.716516, 34.735056)),
        NoEffect(Engine, "sglang.schedule_policy", OneAtATime, "\"fcfs\"", "another name of fifo"),
        NoEffect(Engine, "sglang.schedule_policy", OneAtATime, "\"LPM\"", "unknown, which means fifo"),

        Changes(Engine, "sglang.page_size", OwnPages, "16", "16384 pages of 16 tokens instead of 1: 20 of 262144 tokens",
            ("1.first_token_ms", 22.611149, 22.549377)),
        Refused(Engine, "sglang.page_size", Of(One), "32", "must equal block_size"),
        NoEffect(Engine, "sglang.page_size", Of(One), "16", "equals block_size"),

        Changes(Engine, "sglang.max_prefill_tokens", TwoOfForty, "64", "48 tokens each: one prompt a pass",
            ("2.first_admit_ms", 0, 22.857672), ("1.first_token_ms", 23.475270000000002, 22.857672)),
        Changes(Engine, "sglang.chunked_prefill_size", TwoOfForty, "32", "32 tokens, then 8; the second waits for its turn",
            ("1.first_token_ms", 23.475270000000002, 39.602027), ("1.reused_input_tokens", 0, 32), ("2.first_admit_ms", 0, 16.987721)),
        Refused(Engine, "sglang.chunked_prefill_size", TwoOfForty, "40", "not a multiple of block_size"),
        Changes(Engine, "sglang.clip_max_new_tokens", EightPages, "1", "48 + 1 tokens leave room for the second",
            ("2.first_admit_ms", 792.9555540000001, 0)),
        Changes(Engine, "sglang.schedule_conservativeness", LongOutput, "0.0", "nothing is reserved for the first one's output",
            ("2.first_admit_ms", 968.7416619999998, 34.621471)),

        Changes(Engine, "block_size", OwnPages, "16", "16384 pages of 16 tokens instead of 1", ("1.first_token_ms", 22.611149, 22.549377)),
        Changes(Engine, "num_gpu_blocks", EightPages, "16", "room for both", ("2.first_admit_ms", 792.9555540000001, 0)),
        Changes(Engine, "max_num_seqs", Of(Two), "1", "one at a time", ("2.first_admit_ms", 0, 39.78297599999999)),
        Changes(Engine, "speedup_ratio", Of(One), "4", "prefill and decode", ("1.first_token_ms", 22.549377, 5.637344000000001),
            ("1.itl_ms", 5.744532999999997, 1.4361333333333335)),
        Changes(Engine, "decode_speedup_ratio", Of(One), "4", "decode only", ("1.first_token_ms", 22.549377, 18.241287),
            ("1.itl_ms", 5.744532999999997, 1.436133333333333)),
        Changes(Engine, "dp_size", Of(ShortAndLong), "2", "a rank each, and both end with the longer pass",
            ("1.first_token_ms", 25.647461999999997, 25.336139), ("2.first_token_ms", 25.647461999999997, 25.336139)),
        Changes(Engine, "planner_profile_data", Of(One), "\"{folder}/profile.npz\"", "20 ms; 4 + 20 / 16 + 20 / 10 a step",
            ("1.first_token_ms", 22.549377, 27.25)),
        Changes(Engine, "aic_nextn", Of(NoDrafts), "2", "several tokens a step", ("1.terminal_time_ms", 63.194505, 40.199275)),
        Changes(Engine, "aic_nextn_accept_rates", Of(Drafts), "\"1,1\"", "every draft is accepted: three tokens a step",
            ("1.terminal_time_ms", 40.199275, 34.448356000000004)),
        Changes(Engine, "aic_mtp_seed", Of(Drafts), "7", "other draws", ("1.terminal_time_ms", 40.199275, 40.194949)),
        Refused(Engine, "max_model_len", Of(One), "22", "vllm only"),

        .. Ignored("max_num_batched_tokens", "16"),
        .. Ignored("enable_prefix_caching", "false"),
        .. Ignored("enable_chunked_prefill", "false"),
        .. Ignored("preemption_mode", "\"fifo\""),
        .. Ignored("g1_backend", "\"kvbm\""),
        .. Ignored("num_g2_blocks", "8"),
    ];

    /// <summary>The arguments of this engine on another one.</summary>
    public static IEnumerable<ArgumentCase> Elsewhere { get; } =
        from @case in All
        where @case.Path.StartsWith("sglang.", StringComparison.Ordinal) && @case.Shifts.Length > 0
        from engine in new[] { "vllm", "trtllm" }
        let bench = @case.Bench.With(Engine, "engine_type", $"\"{engine}\"") with { Name = $"{@case.Bench.Name}, on {engine}" }
        select NoEffect(Engine, @case.Path, bench, @case.Value, "for sglang only");

    private static Bench Of(Bench bench) => bench.On("sglang");

    private static IEnumerable<ArgumentCase> Ignored(string path, string value) =>
        from bench in new[] { Of(SharedPrefix), EightPages, Everywhere.First(bench => bench.Name == "busy sglang worker") }
        select NoEffect(Engine, path, bench, value, "ignored by sglang");
}
