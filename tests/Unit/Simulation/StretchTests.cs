using AgentSim.Engines;
using System.Globalization;
using System.Text;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;
using FsCheck;
using FsCheck.Fluent;
using Replay = AgentSim.Simulation.Replay;

namespace AgentSim.Tests.Simulation;

/// <summary>
/// Planning many passes at once (<c>StretchPlanner</c>) gives what running every pass by itself gives
/// (<c>Scheduler.RunPass</c>): on random workloads of random engines, and where something happens right between two passes.
/// </summary>
public sealed class StretchTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public void Stretches_change_no_number(string engineType) =>
        Prop.ForAll(Scenario.Of(engineType).ToArbitrary(), AssertSame).Check(Config.QuickThrowOnFailure.WithMaxTest(250));

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public void Stretches_change_no_number_where_everything_happens_at_once(string engineType)
    {
        string profile = Steady(0, 0.5);
        Prop.ForAll(Scenario.Of(engineType).ToArbitrary(), scenario => AssertSame(scenario with { Settings = AtOnce(scenario.Settings) }))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

        // Every pass takes half a millisecond, and the transfer of every token a whole one.
        ReplaySettings AtOnce(ReplaySettings settings)
        {
            settings = WithProfile(settings, profile);
            return settings.Pools is { } pools ? settings with { Pools =
                pools with { Prefill = Changed(pools.Prefill, arguments => arguments with { KvTransferBandwidth = 0.1 }) } } : settings;
        }
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public void Stretches_of_ranks_that_wait_for_each_other_change_no_number(string engineType)
    {
        string profile = Steady(0, 0.5);
        Prop.ForAll(Scenario.Of(engineType).Where(scenario => scenario.Settings.Pools is null).ToArbitrary(),
            Gen.Choose(2, 4).ToArbitrary(), Gen.Elements(true, false).ToArbitrary(), AssertSameOfRanks)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(800));

        void AssertSameOfRanks(Scenario scenario, int ranks, bool atOnce)
        {
            EngineConfig engine = Changed(scenario.Settings.Engine, arguments => arguments with { DpSize = ranks, AicNextn = null });
            ReplaySettings settings = scenario.Settings with { Engine = engine };
            AssertSame(scenario with { Settings = atOnce ? WithProfile(settings, profile) : settings });
        }
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public void Stretches_change_no_number_where_outputs_come_back_in_prompts(string engineType)
    {
        string profile = Steady(0, 0.5);
        Prop.ForAll(Scenario.Of(engineType).Where(scenario => scenario.Rows.Contains("output_token_ids", StringComparison.Ordinal))
            .ToArbitrary(), Gen.Elements(true, false).ToArbitrary(),
            (scenario, atOnce) => AssertSame(atOnce ? scenario with { Settings = WithProfile(scenario.Settings, profile) } : scenario))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(800));
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    public void Stretches_change_no_number_of_pools(string engineType)
    {
        string profile = Steady(1, 0.5);
        Prop.ForAll(Scenario.Of(engineType).Where(scenario => scenario.Settings.Pools is not null).ToArbitrary(),
            Gen.Elements(true, false).ToArbitrary(),
            (scenario, atOnce) => AssertSame(atOnce ? scenario with { Settings = WithProfile(scenario.Settings, profile) } : scenario))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(800));
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("trtllm")]
    public void Stretches_change_no_number_on_blocks_of_kvbm(string engineType)
    {
        string profile = Steady(0, 0.5);
        Prop.ForAll(Scenario.Of(engineType).ToArbitrary(), Gen.Elements(true, false).ToArbitrary(), AssertSameOnKvbm)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(800));

        void AssertSameOnKvbm(Scenario scenario, bool atOnce)
        {
            ReplaySettings settings = scenario.Settings;
            settings = settings with
            {
                Engine = OnKvbm(settings.Engine),
                Pools = settings.Pools is { } pools ? pools with { Prefill = OnKvbm(pools.Prefill), Decode = OnKvbm(pools.Decode) } : null,
            };
            AssertSame(scenario with { Settings = atOnce ? WithProfile(settings, profile) : settings });
        }

        // Its blocks are powers of two.
        static EngineConfig OnKvbm(EngineConfig engine) => Changed(engine, arguments => arguments with
        {
            G1Backend = KvBackend.Kvbm,
            BlockSize = engine.BlockSize == 3 ? 4 : engine.BlockSize,
        });
    }

    [Theory]
    [InlineData("vllm", 1)]
    [InlineData("vllm", 2)]
    [InlineData("vllm", 3)]
    [InlineData("trtllm", 4)]
    [InlineData("trtllm", 5)]
    public void Sequences_that_decode_in_step_change_no_number(string engineType, int seed)
    {
        // Large batches that are joined and left all the time, with room for all of them or with too little: of blocks, and of tokens
        // in a pass, so that they leave the lockstep before a pass and in the midst of one.
        Random random = new(seed);
        for (int round = 0; round < 24; round++)
        {
            int blockSize = Pick(2, 3, 16), workers = random.Next(1, 3);
            string engine = $$"""{"engine_type":"{{engineType}}","block_size":{{blockSize}},"dp_size":{{Pick(1, 1, 2, 3)}},"""
                + $$""" "num_gpu_blocks":{{Pick(900, 3_000, 40_000) / blockSize}},"max_num_batched_tokens":{{Pick(12, 40, 4_096)}},"""
                + $$""" "max_num_seqs":{{Pick(15, 60)}},"preemption_mode":"{{Pick("lifo", "fifo")}}"}""";
            string? router = random.Next(2) == 0 ? "{}" : null;
            StringBuilder rows = new();
            double time = 0;
            for (int row = 0; row < 90; row++)
            {
                int prompt = random.Next(1, 60), shared = random.Next(4), output = random.Next(1, 150);
                int[] ids = [.. Enumerable.Range(0, (prompt + 15) / 16).Select(i => i < shared ? i : 100 + (row * 4) + i)];
                time += Pick(0, 0, 0, 7.5, 300.25);
                string lengths = $"\"input_length\":{prompt},\"output_length\":{output}";
                rows.AppendLine(CultureInfo.InvariantCulture,
                    $$"""{"timestamp":{{time}},{{lengths}},"hash_ids":[{{string.Join(',', ids)}}]}""");
            }

            ReplaySettings settings = Sim.Settings(engine, workers, router) with { Concurrency = random.Next(3) == 0 ? 50 : null };
            AssertSame(new Scenario(rows.ToString(), TraceFormat.Mooncake, 16, engine, router, settings));
        }

        T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_arrival_after_the_workers_were_driven_waits_for_the_next_pass(bool stepByStep)
    {
        // z becomes ready when y is turned away, which happens at the very time a pass of l ends and the next one starts.
        ReplayResult result = Sim.Run(
            """
            {"request_id":"l","timestamp":0,"input_length":20,"output_length":10,"hash_ids":[1,2]}
            {"request_id":"x","timestamp":0,"input_length":20,"output_length":5,"hash_ids":[3,4]}
            {"request_id":"y","wait_for":["x"],"delay":0,"input_length":200,"output_length":1,"hash_ids":[5,6,7,8,9,10,11,12,13,14,15,16,17]}
            {"request_id":"z","wait_for":["y"],"delay":0,"input_length":16,"output_length":2,"hash_ids":[18]}
            """,
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":8}""", workers: 3) with { StepByStep = stepByStep },
            TraceFormat.AgenticMooncake);
        result.Request(1).Shows(worker: 0, end: 223.30378199999998);
        result.Request(3).Shows(worker: 2, arrival: 104.974007, end: 104.974007);
        result.Request(4).Shows(worker: 0, arrival: 104.974007, admit: 122.60775699999999, first: 161.726282, end: 188.036282);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_transfer_that_ends_with_a_pass_is_not_seen_before_the_pass_ends_if_it_was_started_first(bool stepByStep)
    {
        // At 40 ms the transfer of request 2 ends before a pass of request 1 does. So room for request 3 is found in the
        // round after the one in which the transfer is noticed.
        ReplaySettings settings = Sim.PoolSettings("""{"block_size":8,"kv_bytes_per_token":100000,"kv_transfer_bandwidth":0.1}""",
            """{"block_size":8}""");
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":10,"output_length":4,"hash_ids":[1,2]}
            {"timestamp":0,"input_length":30,"output_length":1,"hash_ids":[3,4,5,6]}
            {"timestamp":30,"input_length":1,"output_length":1,"hash_ids":[7]}
            """,
            WithProfile(settings, Steady(10, 10)) with { StepByStep = stepByStep },
            traceBlockSize: 8);
        result.Request(1).Shows(first: 30, end: 60);
        result.Request(2).Shows(first: 50, end: 50);
        result.Request(3).Shows(first: 60, end: 60);
        Sim.Same(40, result.Request(3).DestinationReservedMs);
        Sim.Same(50, result.Request(3).DestinationActivatedMs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pass_that_starts_behind_one_without_length_ends_behind_those_that_start_with_it(bool stepByStep)
    {
        // At 20 ms worker 0 turns request 2 over in no time and starts request 3, all before a pass of request 1 starts on
        // worker 1. Both passes end at 30 ms, that of worker 0 first: so request 5 comes to it out of the router's queue.
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":16,"output_length":3,"hash_ids":[10,11]}
            {"timestamp":20,"input_length":1,"output_length":0,"hash_ids":[1]}
            {"timestamp":20,"input_length":8,"output_length":1,"hash_ids":[5]}
            {"timestamp":20,"input_length":4,"output_length":0,"hash_ids":[9]}
            {"timestamp":20,"input_length":8,"output_length":0,"hash_ids":[10]}
            """,
            WithProfile(Sim.Settings("""{"block_size":8,"max_num_seqs":1,"max_num_batched_tokens":64}""", workers: 2,
                """{"router_queue_threshold":0.05}"""), Steady(0, 10)) with { StepByStep = stepByStep },
            traceBlockSize: 8);
        Assert.Equal([1, 0, 0, 1, 0], result.Requests.OrderBy(request => request.Ordinal).Select(request => request.DecodeWorkerIdx));
        result.Request(3).Shows(end: 30);
        result.Request(5).Shows(end: 30);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_blocked_sglang_worker_is_tried_at_the_end_of_every_pass_of_the_others(bool stepByStep)
    {
        // Every try lowers what is reserved for output, until request 5, which gave way before, is let in again.
        ReplaySettings settings = Sim.PoolSettings(
            """{"engine_type":"sglang","block_size":16,"num_gpu_blocks":5,"kv_bytes_per_token":100000,"kv_transfer_bandwidth":0.1}""",
            """{"engine_type":"sglang","block_size":16,"num_gpu_blocks":5}""");
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":1,"output_length":11,"hash_ids":[6]}
            {"timestamp":0,"input_length":26,"output_length":14,"hash_ids":[3,3]}
            {"timestamp":0,"input_length":12,"output_length":7,"hash_ids":[6]}
            {"timestamp":0,"input_length":17,"output_length":18,"hash_ids":[8,8]}
            {"timestamp":0,"input_length":17,"output_length":6,"hash_ids":[6,3]}
            """,
            WithProfile(settings with { Pools = settings.Pools! with { DecodeWorkers = 2 } },
                Steady(10, 10)) with { StepByStep = stepByStep });
        result.Request(4).Shows(admit: 231, first: 458, end: 628);
        result.Request(5).Shows(admit: 271, first: 368, end: 418);
    }

    private static ReplaySettings WithProfile(ReplaySettings settings, string path) => settings with
    {
        Engine = Timed(settings.Engine, path),
        Pools = settings.Pools is { } pools ? pools with { Prefill = Timed(pools.Prefill, path),
            Decode = Timed(pools.Decode, path) } : null,
    };

    private static EngineConfig Timed(EngineConfig engine, string path) =>
        Changed(engine, arguments => arguments with { PlannerProfileData = path });

    private static EngineConfig Changed(EngineConfig engine, Func<EngineArguments, EngineArguments> change) =>
        change(engine.Arguments).Resolve("engine");

    private string Steady(double prefillMs, double decodeMs)
    {
        string path = _folder.File("steady.npz");
        ProfileFile.WriteSteady(path, prefillMs, decodeMs);
        return path;
    }

    private static void AssertSame(Scenario scenario)
    {
        ReplayWorkload workload = scenario.Load();
        Outcome stretched = Run(workload, scenario.Settings);
        Outcome single = Run(workload, scenario.Settings with { StepByStep = true });
        Assert.Equal(single.Error, stretched.Error);
        if (single.Result is null) return;
        Assert.Empty(ResultJson.Differences(ResultJson.Report(single.Result), ResultJson.Report(stretched.Result!)));
        Assert.Equal(Encoding.UTF8.GetString(ResultJson.RequestBytes(single.Result)),
            Encoding.UTF8.GetString(ResultJson.RequestBytes(stretched.Result!)));
    }

    private static Outcome Run(ReplayWorkload workload, ReplaySettings settings)
    {
        try
        {
            return new Outcome(Replay.Run(workload, settings), null);
        }
        catch (AgentSimException error)
        {
            return new Outcome(null, error.Message);
        }
    }

    private sealed record Outcome(ReplayResult? Result, string? Error);
}
