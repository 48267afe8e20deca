using AgentSim.Cli;

namespace AgentSim.Tests.Cli;

public class UsageChecksTests
{
    private static readonly string[] Synthetic = ["--input-tokens", "8", "--output-tokens", "2", "--request-count", "3"];

    private static string? Fault(params string[] arguments)
    {
        try
        {
            ReplayArguments replay = CliArguments.Replay(arguments);
            UsageChecks.Check(replay);
            UsageChecks.CheckAfterEngineArguments(replay);
            return null;
        }
        catch (AgentSimException error)
        {
            Assert.Equal(FaultKind.Usage, error.Kind);
            return error.Message;
        }
    }

    [Theory]
    [InlineData("--trace-format must be one of mooncake, mooncake-delta, agentic_mooncake, applied_compute_agentic, dynamo",
        "--trace-format", "x", "f")]
    [InlineData("--router-mode must be one of round_robin, kv_router", "f", "--router-mode", "kv")]
    [InlineData("--num-workers needs a whole number", "f", "--num-workers", "2.0")]
    [InlineData("--sla-e2e-ms needs a number", "f", "--sla-e2e-ms", "soon")]
    [InlineData("--trace-format dynamo needs at least one trace file", "--trace-format", "dynamo")]
    [InlineData("there is nothing to replay")]
    [InlineData("a trace file and synthetic load exclude each other", "f", "--turns-per-session", "2")]
    [InlineData("a trace file and synthetic load exclude each other", "f", "--inter-turn-delay-ms", "0.5")]
    [InlineData("synthetic load needs all of", "--input-tokens", "8")]
    [InlineData("synthetic load needs all of", "--num-prefix-groups", "2")]
    [InlineData("--request-rate and --arrival-interval-ms are for synthetic load only", "f", "--request-rate", "2")]
    [InlineData("--trace-format applied_compute_agentic needs --replay-concurrency", "f", "--trace-format", "applied_compute_agentic")]
    public void Options_that_do_not_go_together_are_refused(string message, params string[] arguments) =>
        Assert.StartsWith(message, Fault(arguments));

    [Fact]
    public void Synthetic_load_needs_exactly_one_load_control()
    {
        Assert.StartsWith("synthetic load needs exactly one", Fault(Synthetic));
        Assert.StartsWith("synthetic load needs exactly one", Fault([.. Synthetic, "--request-rate", "2", "--replay-concurrency", "2"]));
        Assert.Null(Fault([.. Synthetic, "--arrival-interval-ms", "0"]));
    }

    [Fact]
    public void Synthetic_load_has_no_records_and_no_time_cap()
    {
        Assert.StartsWith("--report-jsonl works with trace files only",
            Fault([.. Synthetic, "--request-rate", "2", "--report-jsonl", "x"]));
        Assert.StartsWith("--max-sim-time-seconds works with trace files only",
            Fault([.. Synthetic, "--request-rate", "2", "--max-sim-time-seconds", "1"]));
    }

    [Theory]
    [InlineData("f")]
    [InlineData("f", "--replay-concurrency", "2", "--trace-format", "applied_compute_agentic")]
    [InlineData("a", "b", "--trace-format", "dynamo")]
    [InlineData("f", "--aic-gemm-dtype", "auto", "--aic-moe-dtype", " ")]
    [InlineData("f", "--turns-per-session", "1", "--shared-prefix-ratio", "0.0", "--arrival-seed", "7")]
    public void Options_that_go_together_pass(params string[] arguments) => Assert.Null(Fault(arguments));

    [Theory]
    [InlineData("--planner-config: a planner that scales workers during the run is not simulated; compare runs with " +
        "different --num-workers", "--planner-config", "{}", "--report-jsonl", "x")]
    [InlineData("--benchmark-granularity: it is a setting of the planner, which is not simulated; leave it out",
        "--benchmark-granularity", "4")]
    [InlineData("--replay-mode online: replay in real time is not supported; leave the option out", "--replay-mode", "online",
        "--max-sim-time-seconds", "1")]
    public void What_the_reference_does_and_AgentSim_does_not_is_refused_with_a_way_out(string message, params string[] arguments)
    {
        var error = Assert.Throws<AgentSimException>(() => UsageChecks.Check(CliArguments.Replay(["f", .. arguments])));
        Assert.Equal((FaultKind.Usage, "OptionNotSupported"), (error.Kind, error.ErrorId));
        Assert.StartsWith(message, error.Message);
    }

    [Theory]
    [InlineData("--aic-backend", "vllm")]
    [InlineData("--aic-system", "h200_sxm")]
    [InlineData("--aic-model-path", "m")]
    [InlineData("--aic-backend-version", "1")]
    [InlineData("--aic-tp-size", "2")]
    [InlineData("--aic-moe-tp-size", "2")]
    [InlineData("--aic-moe-ep-size", "2")]
    [InlineData("--aic-attention-dp-size", "2")]
    [InlineData("--aic-gemm-dtype", "fp8")]
    [InlineData("--aic-moe-dtype", "fp8")]
    [InlineData("--aic-fmha-dtype", "fp8")]
    [InlineData("--aic-kv-cache-dtype", "fp8")]
    [InlineData("--aic-comm-dtype", "half")]
    [InlineData("--aic-nextn", "2")]
    [InlineData("--aic-nextn-accept-rates", "0.8")]
    public void Every_option_of_AIC_is_refused_by_its_own_name(string option, string value)
    {
        string message = Fault("f", option, value)!;
        Assert.StartsWith($"{option} needs NVIDIA's AIConfigurator (AIC), whose performance database is not available in AgentSim",
            message);
        Assert.Contains("leave the --aic-* options out", message);
    }

    [Fact]
    public void A_complete_set_of_AIC_options_is_no_wrong_call()
    {
        ReplayArguments complete = CliArguments.Replay("f", "--aic-backend", "vllm", "--aic-system", "h200_sxm", "--aic-model-path", "m");
        var error = Assert.Throws<AgentSimException>(() => UsageChecks.CheckAfterEngineArguments(complete));
        Assert.Equal((FaultKind.Input, "AicNotAvailable"), (error.Kind, error.ErrorId));
    }

    [Fact]
    public void The_first_rule_broken_is_reported() =>
        Assert.StartsWith("a trace file and synthetic load exclude each other",
            Fault("a", "b", "--request-rate", "2", "--turns-per-session", "3"));
}
