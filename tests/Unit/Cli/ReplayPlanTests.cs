using System.Text.Json;
using AgentSim.Cli;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Cli;

public class ReplayPlanTests
{
    private static ReplayPlan Plan(params string[] arguments) => ReplayPlan.From(CliArguments.Replay(["f", .. arguments]), null);

    [Fact]
    public void Without_options_every_setting_has_its_default()
    {
        ReplayPlan plan = Plan();
        Assert.Equal(new ReplaySettings(), plan.Settings);
        Assert.Equal(TraceFormat.Mooncake, plan.Workload.Format);
        Assert.Null(plan.Workload.TraceBlockSize);
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Options_become_settings()
    {
        ReplayPlan plan = Plan(
            "--extra-engine-args", """{"block_size":16}""", "--num-workers", "3", "--router-mode", "kv_router", "--router-seed",
                "18446744073709551615",
            "--router-config", """{"router_temperature":0.5}""", "--arrival-speedup-ratio", "2", "--max-sim-time-seconds", "1.5",
            "--sla-itl-ms", "7", "--trace-block-size", "64", "--trace-shared-prefix-ratio", "0.25", "--trace-num-prefix-groups", "4",
                "--model-name", "m");

        Assert.Equal(16, plan.Settings.Engine.BlockSize);
        Assert.Equal(3, plan.Settings.Workers);
        Assert.Equal(RouterMode.KvRouter, plan.Settings.RouterMode);
        Assert.Equal(ulong.MaxValue, plan.Settings.RouterSeed);
        Assert.Equal(0.5, plan.Settings.Router.Temperature);
        Assert.Equal(2.0, plan.Settings.ArrivalSpeedupRatio);
        Assert.Equal(1500.0, plan.Settings.MaxSimTimeMs);
        Assert.Equal(7.0, plan.Settings.ServiceLevel!.ItlMs);
        Assert.Equal("m", plan.Settings.ModelName);
        Assert.Equal(64, plan.Workload.TraceBlockSize);
        Assert.Equal(0.25, plan.Workload.SharedPrefixRatio);
        Assert.Equal(4, plan.Workload.PrefixGroups);
    }

    [Fact]
    public void A_policy_file_of_the_option_wins_over_the_environment_and_the_router_config()
    {
        using TempFolder folder = new();
        (string config, string environment, string option) = (Policy("c"), Policy("e"), Policy("o"));
        ReplayArguments arguments = CliArguments.Replay("f", "--router-config",
            JsonSerializer.Serialize(new { router_policy_config = config }));
        Assert.Equal("c", Used(arguments, ""));
        Assert.Equal("e", Used(arguments, environment));
        Assert.Equal("o", Used(CliArguments.Replay("f", "--router-policy-config", option), environment));

        string Policy(string name) => folder.Write(name + ".yaml",
            $"default_policy_family: {name}\nuncached_isl_buckets: [{{min_tokens: 0, bucket: b}}]\npolicy_classes: [{{name: k, " +
                $"policy_family: {name}, cache_bucket: b, quantum: 1}}]\n");
        static string Used(ReplayArguments arguments, string environment) =>
            ReplayPlan.From(arguments, environment).Settings.Router.Policy!.Root!.DefaultFamily;
    }

    [Fact]
    public void A_speed_up_without_effect_gets_a_warning()
    {
        Assert.Contains("--arrival-speedup-ratio has no effect",
            Assert.Single(Plan("--replay-concurrency", "2", "--arrival-speedup-ratio", "3").Warnings).In(OptionNames.Wording));
        Assert.Empty(Plan("--replay-concurrency", "2").Warnings);
    }

    [Fact]
    public void Synthetic_options_take_the_place_of_a_trace()
    {
        Assert.Null(Plan().Synthetic);
        string[] required = ["--input-tokens", "8", "--output-tokens", "2", "--request-count", "5"];
        ReplayPlan plan = ReplayPlan.From(CliArguments.Replay([.. required, "--request-rate", "2.5"]), null);
        Assert.Equal(new SyntheticOptions { InputTokens = 8, OutputTokens = 2, RequestCount = 5, RequestRate = 2.5 }, plan.Synthetic);

        plan = ReplayPlan.From(
            CliArguments.Replay([.. required, "--arrival-interval-ms", "3", "--arrival-seed", "18446744073709551615",
                "--turns-per-session", "4",
                "--shared-prefix-ratio", "0.5", "--num-prefix-groups", "6", "--inter-turn-delay-ms", "7"]),
            null);
        Assert.Equal(
            new SyntheticOptions
            {
                InputTokens = 8, OutputTokens = 2, RequestCount = 5, ArrivalIntervalMs = 3, ArrivalSeed = ulong.MaxValue,
                TurnsPerSession = 4, SharedPrefixRatio = 0.5, NumPrefixGroups = 6, InterTurnDelayMs = 7,
            },
            plan.Synthetic);
    }

    [Theory]
    [InlineData("--turns-per-session")]
    [InlineData("--num-prefix-groups")]
    [InlineData("--request-count")]
    public void Negative_numbers_of_synthetic_things_are_refused(string option) => Assert.StartsWith(
        $"{option} must not be negative",
        Assert.Throws<AgentSimException>(() => ReplayPlan.From(CliArguments.Replay("--input-tokens", "8", option, "-1"), null)).Message);

    [Theory]
    [InlineData("--extra-engine-args: ", "--extra-engine-args", "{")]
    [InlineData("--prefill-engine-args: ", "--prefill-engine-args", "[]", "--num-workers", "-1")]
    [InlineData("--router-config: ", "--router-config", "3")]
    [InlineData("--num-workers must not be negative (is -1)", "--num-workers", "-1")]
    [InlineData("--replay-concurrency must not be negative", "--replay-concurrency", "-3")]
    [InlineData("--trace-block-size must not be negative", "--trace-block-size", "-3")]
    [InlineData("--arrival-seed must not be negative", "--arrival-seed", "-1")]
    [InlineData("--router-seed must be at most 18446744073709551615", "--router-seed", "18446744073709551616")]
    [InlineData("--extra-engine-args cannot be combined", "--extra-engine-args", "{}", "--prefill-engine-args", "{}")]
    [InlineData("--num-prefill-workers and --num-decode-workers are for disaggregated", "--num-prefill-workers", "2")]
    [InlineData("--num-workers is for aggregated", "--num-workers", "2", "--prefill-engine-args", "{}", "--decode-engine-args", "{}")]
    [InlineData("disaggregated replay needs both", "--prefill-engine-args", "{}", "--num-prefill-workers", "2")]
    [InlineData("--model-name must not be empty", "--model-name", "")]
    public void What_cannot_run_is_refused(string message, params string[] arguments)
    {
        var error = Assert.Throws<AgentSimException>(() => Plan(arguments));
        Assert.Equal(FaultKind.Input, error.Kind);
        Assert.StartsWith(message, error.In(OptionNames.Wording));
    }
}
