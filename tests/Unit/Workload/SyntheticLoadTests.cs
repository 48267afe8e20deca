using AgentSim.Engines;
using AgentSim.Prompts;
using AgentSim.Recording;
using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

public class SyntheticLoadTests
{
    private static readonly SyntheticOptions Poisson = new() { InputTokens = 16, OutputTokens = 1, RequestCount = 4, RequestRate = 10 };
    private static readonly SyntheticOptions Closed = Poisson with { RequestRate = null };

    private static EngineConfig Engine(int blockSize) => EngineConfig.Parse($$"""{"block_size":{{blockSize}}}""", "engine");

    private static ReplayResult Run(SyntheticOptions options, ReplaySettings settings) =>
        Replay.Run(SyntheticLoad.Create(options, settings.Engine.BlockSize), settings);

    private static double[] Arrivals(SyntheticOptions options) => SyntheticLoad.Create(options, 16).Columns.FirstArrival;

    private static string Fault(SyntheticOptions options)
    {
        var error = Assert.Throws<AgentSimException>(() => SyntheticLoad.Create(options, 16));
        Assert.Equal(("SyntheticOptionsInvalid", FaultKind.Input), (error.ErrorId, error.Kind));
        return error.Message;
    }

    // Which requests share how many leading blocks of the engine.
    private static int SharedBlocks(ReplayWorkload load, int blockSize, int a, int b)
    {
        PromptCatalog prompts = PromptCatalogs.Create(load.Columns, blockSize);
        PromptBlocks left = prompts.Blocks(a), right = prompts.Blocks(b);
        int shared = 0;
        while (shared < left.Count && left[shared] == right[shared]) shared++;
        for (int block = shared; block < left.Count; block++) Assert.NotEqual(left[block], right[block]);
        return shared;
    }

    [Fact]
    public void Poisson_arrivals_are_the_described_ones()
    {
        double[] arrivals = Arrivals(Poisson with { RequestCount = 7 });
        Assert.Equal([0.0, 74.77246176406965, 153.01953951913882, 254.207536844964], arrivals[..4]);
        Assert.Equal(363.38020105943315, arrivals[6]);
        Assert.Equal(arrivals, Arrivals(Poisson with { RequestCount = 7, ArrivalSeed = 42 }));
        Assert.NotEqual(arrivals[1], Arrivals(Poisson with { ArrivalSeed = 43 })[1]);
    }

    [Fact]
    public void A_fixed_spacing_goes_through_a_rate()
    {
        SyntheticOptions options = Closed with { ArrivalIntervalMs = 15 };
        Assert.Equal([0.0, 14.999999999999998, 29.999999999999996, 44.99999999999999], Arrivals(options));
        Assert.Equal([0.0, 0.0, 0.0, 0.0], Arrivals(options with { ArrivalIntervalMs = 0 }));
    }

    [Theory]
    [InlineData(1, 22.487759)]
    [InlineData(2, 97.26022076406964)]
    [InlineData(3, 175.5072985191388)]
    [InlineData(4, 276.695295844964)]
    public void The_worked_example_of_Poisson_load_comes_out(int requests, double duration) =>
        Assert.Equal(duration, Run(Poisson with { RequestCount = requests },
            new ReplaySettings { Engine = Engine(16) }).Summary.DurationMs);

    [Fact]
    public void The_worked_example_of_prefix_groups_comes_out()
    {
        SyntheticOptions options = new() { InputTokens = 128, OutputTokens = 1, RequestCount = 3, SharedPrefixRatio = 0.5,
            NumPrefixGroups = 3 };
        ReplayResult result = Run(options, new ReplaySettings { Engine = Engine(64), Concurrency = 1 });
        Assert.Equal(71.61826, result.Summary.DurationMs);
        Assert.Equal([0, 0, 64], result.Requests.Select(request => request.ReusedInputTokens));
    }

    [Fact]
    public void Simple_requests_share_nothing_and_have_no_sessions()
    {
        ReplayWorkload load = SyntheticLoad.Create(Poisson with { InputTokens = 100 }, 16);
        Assert.Null(load.Format);
        Assert.Equal(4, load.RequestCount);
        Assert.Equal(0, SharedBlocks(load, 16, 0, 3));
        Assert.Equal(6, PromptCatalogs.Create(load.Columns, 16).Blocks(0).Count);
        Assert.Equal("request 4", load.Columns.Describe(3));

        ReplayResult result = Run(Closed, new ReplaySettings { Engine = Engine(16), Workers = 2, Concurrency = 2 });
        Assert.All(result.Requests, request => Assert.Null(request.SessionId));
    }

    [Theory]
    [InlineData(100, 0.5, 4)]     // 7 blocks, round(3.5) = 4: halves go up
    [InlineData(100, 1.0, 6)]     // all, the partial tail has no identity
    [InlineData(100, 0.05, 0)]    // round(0.35) = 0
    [InlineData(96, 0.75, 5)]     // 6 blocks, round(4.5) = 5
    [InlineData(7, 1.0, 0)]
    public void Prompts_of_a_group_share_their_first_blocks_and_no_others(int inputTokens, double ratio, int expected)
    {
        SyntheticOptions options = Closed with { InputTokens = inputTokens, SharedPrefixRatio = ratio, NumPrefixGroups = 3,
            RequestCount = 12 };
        ReplayWorkload load = SyntheticLoad.Create(options, 16);
        int[] groups = [0, 1, 0, 1, 2, 1, 2, 1, 2, 0, 1, 1];
        for (int a = 0; a < groups.Length; a++)
        {
            for (int b = a + 1; b < groups.Length; b++) Assert.Equal(groups[a] == groups[b] ? expected : 0, SharedBlocks(load, 16, a, b));
        }
    }

    [Fact]
    public void Turns_of_a_session_share_only_the_prefix_of_its_group()
    {
        SyntheticOptions options = Closed with { InputTokens = 64, TurnsPerSession = 3, RequestCount = 2, InterTurnDelayMs = 5 };
        ReplayWorkload load = SyntheticLoad.Create(options, 16);
        Assert.Equal((6, 2), (load.RequestCount, load.SessionCount));
        Assert.Equal(0, SharedBlocks(load, 16, 0, 1));
        Assert.Equal([0.0, 5.0, 5.0, 0.0, 5.0, 5.0], load.Columns.Delay);
        Assert.Equal("turn 3 of session 'session_1'", load.Columns.Describe(5));

        load = SyntheticLoad.Create(options with { SharedPrefixRatio = 0.5, NumPrefixGroups = 3 }, 16);
        Assert.Equal(2, SharedBlocks(load, 16, 0, 2));
        Assert.Equal(0, SharedBlocks(load, 16, 2, 3));
    }

    [Fact]
    public void Without_both_a_ratio_and_groups_nothing_is_shared()
    {
        ReplayWorkload load = SyntheticLoad.Create(Closed with { InputTokens = 64, SharedPrefixRatio = 1.0 }, 16);
        Assert.Equal(0, SharedBlocks(load, 16, 0, 2));
        load = SyntheticLoad.Create(Closed with { InputTokens = 64, NumPrefixGroups = 1 }, 16);
        Assert.Equal(0, SharedBlocks(load, 16, 0, 2));
    }

    // Of simple requests the concurrency caps those in flight. As one-turn sessions they start whenever another one ends.
    [Theory]
    [InlineData(1, RouterMode.RoundRobin)]
    [InlineData(3, RouterMode.RoundRobin)]
    [InlineData(3, RouterMode.KvRouter)]
    public void Simple_requests_and_one_turn_sessions_run_alike_in_a_closed_loop(int workers, RouterMode mode)
    {
        SyntheticOptions simple = new() { InputTokens = 300, OutputTokens = 20, RequestCount = 30 };
        // A ratio without groups switches sessions on and shares nothing.
        ReplaySettings settings = new() { Engine = Engine(16), Workers = workers, RouterMode = mode, Router = RouterConfig.Default,
            Concurrency = 7 };
        ReplayResult one = Run(simple, settings), other = Run(simple with { SharedPrefixRatio = 0.5 }, settings);
        Assert.Equal(one.Requests.Select(Times), other.Requests.Select(Times));

        // Never more in flight than the cap.
        Assert.All(one.Requests, request => Assert.InRange(one.Requests.Count(o => o.ArrivalTimeMs <= request.ArrivalTimeMs
            && o.TerminalTimeMs > request.ArrivalTimeMs), 1, 7));

        static (double?, double?, double?) Times(RequestResult request) =>
            (request.ArrivalTimeMs, request.FirstTokenMs, request.TerminalTimeMs);
    }

    [Fact]
    public void A_speed_up_divides_arrivals_and_delays()
    {
        ReplaySettings settings = new() { Engine = Engine(16), ArrivalSpeedupRatio = 4 };
        SyntheticOptions options = Closed with { ArrivalIntervalMs = 1000, TurnsPerSession = 2, InterTurnDelayMs = 400 };
        double[] arrivals = [.. Run(options, settings).Requests.OrderBy(request => request.Ordinal)
            .Select(request => request.ArrivalTimeMs)];
        Assert.Equal(250.0, arrivals[2]);
        Assert.Equal(22.487759 + 100, arrivals[1]);
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        Assert.Equal("input tokens must be at least 1 (is 0)", Fault(Poisson with { InputTokens = 0 }));
        Assert.StartsWith("output tokens must be at least 1", Fault(Poisson with { OutputTokens = 0 }));
        Assert.StartsWith("request count must be at least 1", Fault(Poisson with { RequestCount = 0 }));
        foreach (double rate in (double[])[0, -1, double.NaN, double.PositiveInfinity])
            Assert.StartsWith("request rate must be finite and more than 0", Fault(Poisson with { RequestRate = rate }));
        foreach (double delay in (double[])[-1, double.NaN, double.PositiveInfinity])
            Assert.StartsWith("arrival interval in milliseconds must be finite and not negative",
                Fault(Closed with { ArrivalIntervalMs = delay }));
        Assert.StartsWith("turns per session must be at least 0", Fault(Poisson with { TurnsPerSession = -1 }));
        Assert.StartsWith("number of prefix groups must be at least 0", Fault(Poisson with { NumPrefixGroups = -1 }));
    }

    [Fact]
    public void Session_options_that_ask_for_nothing_are_ignored()
    {
        SyntheticOptions idle = Poisson with { TurnsPerSession = 0, SharedPrefixRatio = -0.5, InterTurnDelayMs = -3 };
        Assert.False(idle.HasSessions);
        Assert.Equal(4, SyntheticLoad.Create(idle, 16).RequestCount);
        Assert.False((idle with { SharedPrefixRatio = double.NaN }).HasSessions);
    }

    [Fact]
    public void Session_options_count_once_one_of_them_asks_for_something()
    {
        SyntheticOptions on = Poisson with { NumPrefixGroups = 1 };
        Assert.StartsWith("turns per session must be at least 1", Fault(on with { TurnsPerSession = 0 }));
        Assert.StartsWith("delay between turns in milliseconds must be finite and not negative", Fault(on with { InterTurnDelayMs = -3 }));
        Assert.StartsWith("delay between turns in milliseconds must be finite and not negative",
            Fault(Poisson with { InterTurnDelayMs = double.PositiveInfinity }));
        foreach (double ratio in (double[])[-0.1, 1.1, double.NaN])
            Assert.StartsWith("shared prefix ratio must be from 0 to 1", Fault(on with { SharedPrefixRatio = ratio }));
        Assert.StartsWith("shared prefix ratio must be from 0 to 1", Fault(Poisson with { SharedPrefixRatio = 2 }));
    }

    [Fact]
    public void A_load_too_large_to_hold_is_refused()
    {
        SyntheticOptions huge = Poisson with { RequestCount = int.MaxValue, TurnsPerSession = int.MaxValue };
        var error = Assert.Throws<AgentSimException>(() => SyntheticLoad.Create(huge, 16));
        Assert.Equal("SyntheticLoadTooLarge", error.ErrorId);
    }

    [Fact]
    public void Exactly_one_of_rate_interval_and_concurrency_has_to_be_given()
    {
        ReplaySettings settings = new() { Engine = Engine(16) };
        Assert.Contains("(0 given)", Assert.Throws<AgentSimException>(() => Run(Closed, settings)).Message);
        Assert.Contains("(2 given)", Assert.Throws<AgentSimException>(() => Run(Poisson, settings with { Concurrency = 2 })).Message);
        Assert.Contains("(2 given)", Assert.Throws<AgentSimException>(() => Run(Poisson with { ArrivalIntervalMs = 2 }, settings)).Message);
    }

    [Fact]
    public void The_report_says_what_the_load_was_made_from()
    {
        IReadOnlyDictionary<string, object?> settings = Run(Poisson, new ReplaySettings { Engine = Engine(16) }).Run.Settings;
        Assert.Equal(16, settings["input_tokens"]);
        Assert.Equal(42UL, settings["arrival_seed"]);
        Assert.DoesNotContain("trace_format", settings.Keys);
        Assert.DoesNotContain("turns_per_session", settings.Keys);
        settings = Run(Closed with { TurnsPerSession = 2, ArrivalIntervalMs = 0 }, new ReplaySettings { Engine = Engine(16) }).Run.Settings;
        Assert.Equal(2, settings["turns_per_session"]);
    }
}
