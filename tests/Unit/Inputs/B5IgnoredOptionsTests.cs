using AgentSim.Cli;
using AgentSim.Engines;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Rows;
using AgentSim.Tests.Simulation.ArgumentEffects;
using AgentSim.Workload;

namespace AgentSim.Tests.Inputs;

/// <summary>Options that change nothing beside the others: refused, or named in the report.</summary>
public sealed class B5IgnoredOptionsTests : IDisposable
{
    private const string Policy =
        "default_policy_family: f\nuncached_isl_buckets:\n  - {min_tokens: 0, bucket: b}\npolicy_classes:\n  - {name: c, policy_family: " +
        "f, cache_bucket: b, quantum: 1}\nmodels: {}\n";

    private readonly InputBench _bench = new();

    public B5IgnoredOptionsTests()
    {
        _bench.Folder.Write("rows.jsonl", InputBench.Rows(3));
        _bench.Folder.Write("v2.jsonl", PlayRows.Example);
        _bench.Folder.Write("policy.yaml", Policy);
    }

    public void Dispose() => _bench.Dispose();

    // As the report has it, which may be read with another front end.
    private static string Neutral(string sentence) => Setting.All
        .Where(term => OptionNames.Wording.Of(term).StartsWith("--", StringComparison.Ordinal))
        .OrderByDescending(term => OptionNames.Wording.Of(term).Length)
        .Aggregate(sentence, (text, term) => text.Replace(OptionNames.Wording.Of(term), term.Neutral, StringComparison.Ordinal));

    [Theory]
    [InlineData(16, true)]
    [InlineData(512, false)]
    [InlineData(8, false)]
    public void A_block_size_that_is_not_that_of_the_header_is_refused(int blockSize, bool fits)
    {
        var options = new WorkloadOptions { Format = TraceFormat.AgenticMooncake, TraceBlockSize = blockSize };
        if (fits)
        {
            Assert.Equal(16, WorkloadLoader.Load([_bench.Folder.File("v2.jsonl")], options).TraceBlockSize);
            return;
        }

        AgentSimException error = Assert.Throws<AgentSimException>(() => WorkloadLoader.Load([_bench.Folder.File("v2.jsonl")], options));
        Assert.Equal("TraceBlockSizeMismatch", error.ErrorId);
        Assert.Contains("v2.jsonl:1: the rows were made with blocks of 16 tokens, as their file says, but the trace block size given is " +
            $"{blockSize}; leave it out", error.Message);
        Assert.Equal(1, _bench.Run("replay", "v2.jsonl", "--trace-format", "agentic_mooncake", "--trace-block-size", $"{blockSize}").Code);
    }

    [Theory]
    [InlineData("--router-seed has no effect with --router-mode round_robin", "--router-seed", "5")]
    [InlineData("(router_temperature=0.5) has no effect with --router-mode round_robin", "--router-config",
        """{"router_temperature":0.5}""")]
    [InlineData("--model-name", "--model-name", "m")]
    [InlineData("--router-policy-config has no effect with --router-mode round_robin", "--router-policy-config", "policy.yaml")]
    [InlineData("--model-name m has no effect: it selects a profile of --router-policy-config, and there is no policy file",
        "--num-workers", "2", "--router-mode", "kv_router", "--model-name", "m")]
    [InlineData("--model-name m has no effect: the policy file has no profile of that name", "--num-workers", "2", "--router-mode",
        "kv_router", "--model-name", "m", "--router-policy-config", "policy.yaml")]
    [InlineData("router_queue_threshold and router_queue_policy", "--num-workers", "2", "--router-mode", "kv_router",
        "--router-policy-config", "policy.yaml", "--router-config", """{"router_queue_threshold":2.0}""")]
    [InlineData("router_ttl_secs, use_kv_events without effect", "--num-workers", "2", "--router-mode", "kv_router", "--router-config",
        """{"use_kv_events":false,"router_ttl_secs":3}""")]
    [InlineData("--arrival-seed has no effect with a trace file", "--arrival-seed", "42")]
    [InlineData("--arrival-speedup-ratio has no effect with --replay-concurrency", "--replay-concurrency", "2",
        "--arrival-speedup-ratio", "3")]
    [InlineData("--trace-shared-prefix-ratio and --trace-num-prefix-groups have no effect: they are for the trace format " +
        "applied_compute_agentic", "--trace-shared-prefix-ratio", "0.5")]
    [InlineData("--drop-sessionless has no effect with the trace format mooncake; it is for dynamo", "--drop-sessionless")]
    [InlineData("gpu_memory_utilization, reasoning", "--extra-engine-args",
        """{"gpu_memory_utilization":0.5,"reasoning":{"start_thinking_token_id":1,"end_thinking_token_id":2,"thinking_ratio":0.5}}""")]
    [InlineData("sglang.page_size without effect: they are for engine_type sglang", "--extra-engine-args",
        """{"sglang":{"page_size":4}}""")]
    [InlineData("sglang.page_sze without effect: there is no argument of that name; did you mean 'sglang.page_size'?",
        "--extra-engine-args", """{"engine_type":"sglang","sglang":{"page_sze":4}}""")]
    [InlineData("enable_prefix_caching without effect: engine_type sglang ignores them", "--extra-engine-args",
        """{"engine_type":"sglang","enable_prefix_caching":false}""")]
    [InlineData("kv_bytes_per_token without effect: nothing is handed over", "--extra-engine-args", """{"kv_bytes_per_token":100}""")]
    [InlineData("router_queue_policy without effect: only the KV router has a queue", "--extra-engine-args",
        """{"router_queue_policy":"wspt"}""")]
    [InlineData("aic_mtp_seed without effect: nothing is drawn without aic_nextn", "--extra-engine-args", """{"aic_mtp_seed":7}""")]
    [InlineData("schedule_policy 'nope' is unknown and means fifo", "--extra-engine-args",
        """{"engine_type":"sglang","sglang":{"schedule_policy":"nope"}}""")]
    public void An_option_of_a_replay_without_effect_is_named_in_terminal_and_report(string sentence, params string[] options)
    {
        (int code, string output, string error) = _bench.Run(["replay", "rows.jsonl", "--trace-block-size", "16", .. options,
            "--report-json", "report.json"]);
        Assert.Equal(0, code);
        Assert.Contains(sentence, error);
        Assert.Contains(sentence, output);
        Assert.Contains(_bench.ReportWarnings(), warning => warning.Message.Contains(Neutral(sentence), StringComparison.Ordinal)
            && warning.Code is "OptionIgnored" or "ArgumentsIgnored" or "ArgumentsDoubtful");
        Assert.Equal(error.Split('\n').Distinct().Count(), error.Split('\n').Length);   // each once
    }

    [Theory]
    [InlineData("--trace-block-size, --allow-cut have no effect with synthetic load", "--trace-block-size", "16", "--allow-cut",
        "--request-rate", "5")]
    [InlineData("--trace-format has no effect with synthetic load", "--trace-format", "mooncake", "--request-rate", "5")]
    [InlineData("--arrival-seed has no effect without --request-rate", "--arrival-seed", "3", "--arrival-interval-ms", "5")]
    [InlineData("--inter-turn-delay-ms has no effect: sessions have one turn", "--inter-turn-delay-ms", "3", "--arrival-interval-ms", "5")]
    [InlineData("--shared-prefix-ratio and --num-prefix-groups have no effect by themselves", "--shared-prefix-ratio", "0.5",
        "--arrival-interval-ms", "5")]
    public void An_option_of_synthetic_load_without_effect_is_named(string sentence, params string[] options)
    {
        (int code, string output, _) = _bench.Run(["replay", "--input-tokens", "20", "--output-tokens", "2", "--request-count", "3",
            .. options, "--report-json", "report.json"]);
        Assert.Equal(0, code);
        Assert.Contains(sentence, output);
        Assert.Contains(_bench.ReportWarnings(), warning => warning.Message.StartsWith(Neutral(sentence), StringComparison.Ordinal));
    }

    [Fact]
    public void Options_that_work_are_not_warned_of()
    {
        (int code, _, string error) = _bench.Run(
            "replay", "rows.jsonl", "--trace-block-size", "16", "--router-mode", "kv_router", "--num-workers", "2", "--router-seed", "5",
                "--arrival-speedup-ratio", "2",
            "--router-config", """{"router_temperature":0.5,"router_queue_threshold":1.0}""", "--extra-engine-args",
                """{"engine_type":"sglang","block_size":16,"max_num_seqs":4,"sglang":{"schedule_policy":"lpm"}}""");
        Assert.Equal((0, ""), (code, error));
    }

    [Fact]
    public void Every_argument_that_the_argument_tests_know_as_inert_is_named()
    {
        // Members of an object are named with the object; has_perf_model is not even kept.
        (string Path, bool IsRouter, string Value)[] inert =
        [
            .. InertCases.All.Where(each => each.Shifts.Length == 0 && each.ErrorId is null && each.Path != "has_perf_model"
                && !each.Path.Contains('.', StringComparison.Ordinal))
                .Select(each => (each.Path, each.Option == Option.Router, each.Value!.Replace("{folder}", "x", StringComparison.Ordinal)))
                .Distinct(),
        ];
        Assert.True(inert.Length > 40);
        foreach ((string path, bool isRouter, string value) in inert)
        {
            string json = $$"""{"{{path}}":{{value}}}""";
            ReplaySettings settings = isRouter
                ? new ReplaySettings { RouterMode = RouterMode.KvRouter, Router = RouterConfig.Parse(json, "router") }
                : new ReplaySettings { Engine = EngineConfig.Parse(json, "engine") };
            Assert.True(SettingWarnings.Of(settings).Any(warning => warning.Code == "ArgumentsIgnored"
                && warning.Message.Contains(path, StringComparison.Ordinal)), path);
        }
    }
}
