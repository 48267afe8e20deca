namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Replays that several groups of cases start from. One vLLM worker with blocks of 16 tokens unless said otherwise.</summary>
internal static class Benches
{
    /// <summary>Two blocks. Prefill of 20 tokens 16.805257 ms, decode with 2 of 16384 blocks in use 5.746593 ms.</summary>
    public static readonly Bench One = new("one request", Row(0, 20, 4, [1, 2]));

    /// <summary>Two requests at once that share nothing.</summary>
    public static readonly Bench Two = new("two requests", Lines(Row(0, 20, 4, [1, 2]), Row(0, 40, 4, [5, 6, 7])));

    /// <summary>The second request begins with the first one's first block.</summary>
    public static readonly Bench SharedPrefix = new("shared prefix", Lines(Row(0, 20, 4, [1, 2]), Row(1, 40, 2, [1, 3, 4])));

    /// <summary>Prompts of 20 and 50 tokens: more than one pass of 64.</summary>
    public static readonly Bench Chunks = new("passes of 64 tokens", Lines(Row(0, 20, 3, [1, 2]), Row(0, 50, 2, [5, 6, 7, 8])))
    {
        Engine = """{"block_size":16,"max_num_batched_tokens":64}""",
    };

    /// <summary>One prompt, three times, the last a little longer.</summary>
    public static readonly Bench Repeated = new("repeated prompt",
        Lines(Row(0, 64, 3, [1, 2, 3, 4]), Row(100, 64, 3, [1, 2, 3, 4]), Row(200, 70, 3, [1, 2, 3, 4, 5])));

    /// <summary>Four blocks, too few for the outputs of two requests.</summary>
    public static readonly Bench FourBlocks = new("four blocks",
        Lines(Row(0, 30, 6, [1, 2]), Row(0, 31, 4, [1, 3]), Row(2, 80, 1, [4, 5, 6, 7, 8])))
    {
        Engine = """{"block_size":16,"num_gpu_blocks":4}""",
    };

    /// <summary>Drafts of two tokens.</summary>
    public static readonly Bench Drafts = new("drafts", Lines(Row(0, 30, 8, [1, 2]), Row(0, 16, 5, [1]))) { Engine =
        """{"block_size":16,"aic_nextn":2}""" };

    public static readonly Bench NoDrafts = Drafts with { Name = "no drafts", Engine = """{"block_size":16}""" };

    /// <summary>A short prompt and a long one.</summary>
    public static readonly Bench ShortAndLong = new("short and long",
        Lines(Row(0, 20, 2, [1, 2]), Row(0, 200, 1, [.. Enumerable.Range(11, 13)])));

    /// <summary>Replays of every kind with shared prompts, full pools, waiting requests and priorities: the ground on which a value without
    /// effect must have none.</summary>
    public static IReadOnlyList<Bench> Everywhere { get; } =
    [
        Busy("vllm") with { Name = "busy vllm worker" },
        Busy("sglang") with { Name = "busy sglang worker" },
        Busy("trtllm") with { Name = "busy trtllm worker" },
        Routed("vllm"),
        Routed("sglang"),
        Routed("trtllm"),
        Pools("vllm"),
        Pools("sglang"),
    ];

    /// <summary>Those with a router.</summary>
    public static IEnumerable<Bench> Routers => Everywhere.Where(bench => bench.Router is not null);

    public static Bench On(this Bench bench, string engineType) =>
        bench.With(Option.Engine, "engine_type", $"\"{engineType}\"") with { Name = $"{bench.Name}, {engineType}" };

    public static string Row(double time, int input, int output, int[] ids, string more = "") => FormattableString.Invariant(
        $$"""{"timestamp":{{time}},"input_length":{{input}},"output_length":{{output}},"hash_ids":[{{string.Join(',', ids)}}]{{more}}}""");

    public static string Lines(params IEnumerable<string> rows) => string.Join('\n', rows);

    private static Bench Routed(string engineType) => Busy(engineType) with
    {
        Name = $"busy {engineType} behind the router",
        Workers = 2,
        Router = """{"router_queue_threshold":0.2}""",
    };

    private static Bench Pools(string engineType)
    {
        // Held prompts take room on both sides.
        Bench routed = Routed(engineType).With(Option.Engine, "num_gpu_blocks", "24");
        return routed with
        {
            Name = $"busy {engineType} pools",
            Prefill = routed.With(Option.Engine, "worker_type", "\"prefill\"").With(Option.Engine, "kv_bytes_per_token", "100000")
                .With(Option.Engine, "kv_transfer_bandwidth", "1.0").Engine,
            Decode = routed.With(Option.Engine, "worker_type", "\"decode\"").Engine,
            Engine = "{}",
        };
    }

    private static Bench Busy(string engineType) => new(engineType, Lines(
        Row(0, 64, 30, [1, 2, 3, 4]),
        Row(0, 128, 3, [11, 12, 13, 14, 15, 16, 17, 18]),
        Row(0, 60, 40, [1, 2, 3, 5]),
        Row(1, 48, 20, [1, 2, 6], ",\"strict_priority\":1"),
        Row(2, 33, 30, [21, 22, 23], ",\"priority\":5"),
        Row(30, 100, 25, [1, 2, 3, 4, 6, 7, 8]),
        Row(60, 128, 10, [11, 12, 13, 14, 15, 16, 17, 18]),
        Row(90, 20, 2, [31, 32], ",\"policy_class\":\"vip\"")))
    {
        Engine = $$"""{"engine_type":"{{engineType}}","block_size":16,"num_gpu_blocks":16,"max_num_batched_tokens":100,"max_num_seqs":4}""",
    };
}
