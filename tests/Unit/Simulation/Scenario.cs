using System.Globalization;
using System.Text;
using AgentSim.Engines;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Simulation;

/// <summary>A small replay made at random: a workload full of shared prefixes on engines that are often too small for it.</summary>
internal sealed record Scenario(string Rows, TraceFormat Format, int TraceBlockSize, string Engine, string? Router, ReplaySettings Settings)
{
    /// <summary>Scenarios of one engine type, all formats, both topologies where the engine has them.</summary>
    public static Gen<Scenario> Of(string engineType) => Gen.Choose(0, int.MaxValue - 1).Select(seed => Make(engineType, new Random(seed)));

    public ReplayWorkload Load() => Sim.Load(Rows, Format, TraceBlockSize);

    /// <summary>Everything it takes to repeat it by hand.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Format}, blocks of {TraceBlockSize}, {Settings.Workers} workers, pools {Settings.Pools is not null}, concurrency {Settings.Concurrency}, cap {Settings.MaxSimTimeMs}, speed-up {Settings.ArrivalSpeedupRatio}\nengine {Engine}\nrouter {Router}\n{Rows}");

    private static Scenario Make(string engineType, Random random)
    {
        TraceFormat format = Pick(random, TraceFormat.Mooncake, TraceFormat.Mooncake, TraceFormat.MooncakeDelta,
            TraceFormat.AgenticMooncake);
        int traceBlockSize = Pick(random, 4, 5, 8, 16, 16, 24, 32);
        int blockSize = Pick(random, 2, 3, 4, 8, 16, 16, 32);
        int longestPrompt = Pick(random, 30, 100, 300), longestOutput = Pick(random, 3, 20, 60);
        bool hasPools = engineType != "trtllm" && format == TraceFormat.Mooncake && random.Next(4) == 0;
        string engine = EngineJson(random, engineType, blockSize, (longestPrompt + longestOutput) / blockSize, hasPools);
        int workers = Pick(random, 1, 1, 2, 3);
        string? router = (hasPools || workers > 1) && random.Next(2) == 0 ? RouterJson(random) : null;
        ReplaySettings settings = Sim.Settings(engine, workers, router) with
        {
            Concurrency = format != TraceFormat.AgenticMooncake && random.Next(4) == 0 ? random.Next(1, 4) : null,
            MaxSimTimeMs = random.Next(6) == 0 ? random.Next(0, 600) : null,
            ArrivalSpeedupRatio = Pick(random, 1.0, 1.0, 0.5, 3.0),
        };
        if (hasPools)
        {
            PoolSettings pools = new(
                EngineConfig.Parse(engine.Replace("{",
                    """{"worker_type":"prefill","kv_bytes_per_token":100000,"kv_transfer_bandwidth":1.0,""", StringComparison.Ordinal),
                        "prefill"),
                EngineConfig.Parse(engine.Replace("{", """{"worker_type":"decode",""", StringComparison.Ordinal), "decode"),
                random.Next(1, 3),
                random.Next(1, 3));
            settings = settings with { Engine = EngineConfig.Default, Workers = 1, Pools = pools };
        }

        return new Scenario(RowLines(random, format, traceBlockSize, longestPrompt, longestOutput), format, traceBlockSize, engine, router,
            settings);
    }

    private static string EngineJson(Random random, string type, int blockSize, int blocksOfOne, bool hasPools)
    {
        List<string> fields = [$"\"engine_type\":\"{type}\"", $"\"block_size\":{blockSize}"];
        if (random.Next(3) > 0) fields.Add($"\"num_gpu_blocks\":{Math.Max(2, random.Next(blocksOfOne, 3 * blocksOfOne))}");
        if (random.Next(3) == 0) fields.Add($"\"max_num_batched_tokens\":{Pick(random, 7, 32, 64, 300)}");
        if (random.Next(4) == 0) fields.Add($"\"max_num_seqs\":{random.Next(1, 5)}");
        if (random.Next(5) == 0) fields.Add("\"enable_prefix_caching\":false");
        if (random.Next(6) == 0) fields.Add("\"enable_chunked_prefill\":false");
        if (random.Next(3) == 0) fields.Add("\"preemption_mode\":\"fifo\"");
        if (random.Next(8) == 0) fields.Add("\"aic_nextn\":2");
        if (type == "vllm" && random.Next(6) == 0) fields.Add($"\"max_model_len\":{random.Next(20, 200)}");
        if (!hasPools && random.Next(5) == 0) fields.Add("\"dp_size\":2");
        return $"{{{string.Join(',', fields)}}}";
    }

    private static string RouterJson(Random random) => Pick(
        random,
        "{}",
        """{"router_temperature":0.5}""",
        """{"router_queue_threshold":0.05,"router_queue_policy":"wspt"}""",
        """{"overlap_score_credit_decay":1.0,"router_queue_threshold":0.0}""",
        """{"decode_active_request_weight":0.5,"router_assume_kv_reuse":false}""");

    private static string RowLines(Random random, TraceFormat format, int traceBlockSize, int longestPrompt, int longestOutput)
    {
        StringBuilder lines = new();
        List<int[]> prompts = [];
        HashSet<int> sessions = [];
        int count = random.Next(1, 25);
        double time = 0;
        bool authored = random.Next(5) == 0;
        for (int row = 0; row < count; row++)
        {
            int prompt = random.Next(1, longestPrompt + 1);
            int output = random.Next(12) == 0 ? 0 : random.Next(1, longestOutput + 1);
            time += Pick(random, 0, 0, 1, 25.5);
            List<string> fields = [$"\"input_length\":{prompt}", $"\"output_length\":{output}",
                $"\"hash_ids\":[{string.Join(',', Prompt(random, prompts, prompt, traceBlockSize))}]"];
            if (authored) fields.Add($"\"output_token_ids\":[{string.Join(',', Enumerable.Repeat(random.Next(3), output))}]");
            if (random.Next(6) == 0) fields.Add($"\"priority\":{random.Next(4)}");
            int session = random.Next(6);
            fields.Add($"\"session_id\":\"s{session}\"");
            if (format == TraceFormat.AgenticMooncake)
            {
                fields.Add($"\"request_id\":\"q{row}\"");
                if (row > 0 && random.Next(2) == 0)
                    fields.Add($"\"wait_for\":[\"q{random.Next(row)}\"],\"delay\":{Pick(random, 0, 3, 40)}");
                else fields.Add(Timestamp());
            }
            else
            {
                fields.Add(sessions.Add(session) ? Timestamp() : $"\"delay\":{Pick(random, 0, 3, 40)}");
            }

            lines.AppendLine($"{{{string.Join(',', fields)}}}");
        }

        return lines.ToString();

        string Timestamp() => string.Create(CultureInfo.InvariantCulture, $"\"timestamp\":{time}");
    }

    // Most prompts continue or fork an earlier one.
    private static int[] Prompt(Random random, List<int[]> prompts, int tokens, int traceBlockSize)
    {
        int[] ids = new int[(tokens + traceBlockSize - 1) / traceBlockSize];
        int[] parent = prompts.Count > 0 && random.Next(4) > 0 ? prompts[random.Next(prompts.Count)] : [];
        int shared = random.Next(parent.Length + 1);
        for (int i = 0; i < ids.Length; i++) ids[i] = i < shared ? parent[i] : random.Next(12);
        prompts.Add(ids);
        return ids;
    }

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
