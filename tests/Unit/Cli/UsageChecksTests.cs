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
    [InlineData("--trace-format must be one of mooncake, mooncake-delta, agentic_mooncake, applied_compute_agentic, dynamo", "--trace-format", "x", "f")]
    [InlineData("--router-mode must be one of round_robin, kv_router", "f", "--router-mode", "kv")]
    [InlineData("--num-workers needs a whole number", "f", "--num-workers", "2.0")]
    [InlineData("--sla-e2e-ms needs a number", "f", "--sla-e2e-ms", "soon")]
    [InlineData("--trace-format dynamo needs at least one trace file", "--trace-format", "dynamo")]
    [InlineData("this --trace-format takes one trace file (2 given)", "a", "b")]
    [InlineData("there is nothing to replay")]
    [InlineData("a trace file and synthetic load exclude each other", "f", "--turns-per-session", "2")]
    [InlineData("a trace file and synthetic load exclude each other", "f", "--inter-turn-delay-ms", "0.5")]
    [InlineData("synthetic load needs all of", "--input-tokens", "8")]
    [InlineData("synthetic load needs all of", "--num-prefix-groups", "2")]
    [InlineData("--request-rate and --arrival-interval-ms are for synthetic load only", "f", "--request-rate", "2")]
    [InlineData("--trace-format applied_compute_agentic needs --replay-concurrency", "f", "--trace-format", "applied_compute_agentic")]
    [InlineData("--report-jsonl cannot be combined with --planner-config", "f", "--report-jsonl", "x", "--planner-config", "{}")]
    [InlineData("--max-sim-time-seconds cannot be combined with --planner-config", "f", "--max-sim-time-seconds", "1", "--planner-config", "{}")]
    [InlineData("--aic-system also needs --aic-backend, --aic-model-path", "f", "--aic-system", "x")]
    [InlineData("--planner-config cannot be combined with --replay-mode online", "f", "--planner-config", "{}", "--replay-mode", "online")]
    [InlineData("--planner-config works with the trace formats mooncake and dynamo only", "f", "--planner-config", "{}", "--trace-format", "mooncake-delta")]
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
        Assert.StartsWith("--report-jsonl works with trace files only", Fault([.. Synthetic, "--request-rate", "2", "--report-jsonl", "x"]));
        Assert.StartsWith("--max-sim-time-seconds works with trace files only", Fault([.. Synthetic, "--request-rate", "2", "--max-sim-time-seconds", "1"]));
    }

    [Theory]
    [InlineData("f")]
    [InlineData("f", "--replay-concurrency", "2", "--trace-format", "applied_compute_agentic")]
    [InlineData("a", "b", "--trace-format", "dynamo")]
    [InlineData("f", "--aic-gemm-dtype", "auto", "--aic-moe-dtype", " ")]
    [InlineData("f", "--turns-per-session", "1", "--shared-prefix-ratio", "0.0", "--arrival-seed", "7")]
    public void Options_that_go_together_pass(params string[] arguments) => Assert.Null(Fault(arguments));

    [Fact]
    public void The_first_rule_broken_is_reported() =>
        Assert.StartsWith("this --trace-format takes one", Fault("a", "b", "--request-rate", "2", "--turns-per-session", "3"));
}
