using AgentSim.Measurements;

namespace AgentSim.Tests.Measurements;

/// <summary>Measurements of the tools that are known, and what they cannot be taken at their word for.</summary>
public sealed class MeasurementReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_result_of_the_benchmark_of_vllm_has_the_requests_that_succeeded()
    {
        Measurement run = Read("bench.json", """
            {"endpoint_type":"vllm","model_id":"m","input_lens":[10,20,30],"output_lens":[3,3,3],"start_times":[5.0,6.0,7.0],"ttfts":[0.1,0.2,0.0],"itls":[[0.01,0.03],[0.01,0.01],[]],"errors":["","","refused"]}
            """);
        Assert.Equal(("vllm-bench", 2, 1, "m"), (run.Format, run.Requests.Count, run.Failed, run.Server.Model));
        Assert.Equal((1000.0, 20), (run.Requests[1].StartMs, run.Requests[1].InputTokens));
        Assert.Equal(140, run.Requests[0].LatencyMs!.Value, 6);
        Assert.Equal(20, run.Requests[0].TpotMs!.Value, 6);
    }

    [Fact]
    public void A_benchmark_without_single_requests_or_starts_is_refused()
    {
        Assert.Contains("save-detailed", Assert.Throws<AgentSimException>(() =>
            Read("a.json", """{"endpoint_type":"vllm","model_id":"m"}""")).Message, StringComparison.Ordinal);
        Assert.Contains("start_times", Assert.Throws<AgentSimException>(() => Read("b.json",
            """{"endpoint_type":"vllm","input_lens":[10],"output_lens":[3],"ttfts":[0.1],"itls":[[0.01,0.01]]}""")).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Records_of_aiperf_are_requests_and_errors_failures()
    {
        Measurement run = Read("profile_export.jsonl", """
            {"metadata":{"x_correlation_id":"c","credit_phase":"profiling"},"metrics":{"input_sequence_length":{"value":550},"ttft":{"value":100.0},"request_latency":{"value":500.0},"output_sequence_length":{"value":5},"min_request_timestamp":{"value":2000000000}},"error":null}
            {"metadata":{"x_correlation_id":"c","credit_phase":"warmup"},"metrics":{"input_sequence_length":{"value":550}},"error":null}
            {"metadata":{"x_correlation_id":"c","credit_phase":"profiling"},"metrics":{},"error":{"code":499}}
            {"metadata":{"x_correlation_id":"c","credit_phase":"profiling"},"metrics":{"input_sequence_length":{"value":5},"ttft":{"value":10.0},"request_latency":{"value":50.0},"output_sequence_length":{"value":2},"min_request_timestamp":{"value":1000000000}},"error":null}
            """);
        Assert.Equal((2, 1), (run.Requests.Count, run.Failed));
        Assert.Equal([0.0, 1000.0], run.Requests.Select(request => request.StartMs));
    }

    [Fact]
    public void A_stage_of_late_requests_is_a_closed_loop_and_its_halved_gaps_are_recomputed()
    {
        _folder.Write("config.yaml",
            "data:\n  shared_prefix:\n    output_len: 64\nload:\n  num_workers: 4\n  worker_max_concurrency: 10\nserver:\n  ignore_eos: " +
                "true\n  model_name: m\n");
        Measurement run = Read("stage_3_lifecycle_metrics.json", """
            {"load_summary":{"achieved_rate":10.0,"schedule_delay":{"mean":9.0}},"successes":{"count":50,"latency":{"request_latency":{"mean":1.0,"median":1.0},"time_to_first_token":{"mean":0.37,"median":0.3},"inter_token_latency":{"mean":0.005}},"throughput":{"requests_per_sec":9.5},"prompt_len":{"mean":200,"min":190,"max":210},"output_len":{"mean":60}},"failures":{"count":0}}
            """);
        Assert.Equal((40, 3, 50), (run.Concurrency, run.Stage, run.Requests.Count));
        Assert.All(run.Requests, request => Assert.Equal(64, request.OutputTokens));
        Assert.Equal(["MeasuredOutputsReplaced", "MeasuredGapsHalved", "MeasuredRequestsLate"],
            run.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public void A_trace_with_times_knows_its_prompts_and_estimates_are_refused()
    {
        const string row = """{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1500,"request":{"request_id":"r1","model":"m","output_tokens":5,"request_received_ms":1000,"total_time_ms":500.0,"ttft_ms":100.0,"cached_tokens":0,"replay":{"trace_block_size":16,"input_length":20,"input_sequence_hashes":[1,2]}}}""";
        Measurement run = Read("run.jsonl", row);
        Assert.Equal((true, 16, "m"), (run.KnowsPrompts, run.TraceBlockSize, run.Server.Model));
        Assert.Equal(100, run.Requests[0].TpotMs);
        string unstreamed = row.Replace("\"ttft_ms\":100.0,", "", StringComparison.Ordinal)
            .Replace("\"total_time_ms\":500.0,", "", StringComparison.Ordinal);
        Assert.Contains("no request has its times", Assert.Throws<AgentSimException>(() => Read("other.jsonl", unstreamed)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_the_planner_has_passes_of_both_kinds()
    {
        Measurement run = MeasurementReader.Read([TestData.PathOf("calibration", "planner")])[0];
        Assert.Equal((17, 41), (run.Steps.Count(step => step.NewTokens > 0), run.Steps.Count(step => step.NewTokens == 0)));
    }

    [Fact]
    public void Forward_passes_of_a_worker_are_passes_without_its_heartbeats()
    {
        Measurement run = Read("dynamo-fpm.1.000000.jsonl", """
            {"timestamp":1,"event":{"schema":"dynamo.fpm.trace.v1","capture_mode":"full","fpm":{"version":1,"worker_id":"1","dp_rank":0,"counter_id":1,"wall_time":0.025,"scheduled_requests":{"num_prefill_requests":2,"sum_prefill_tokens":256,"sum_prefill_kv_tokens":64,"num_decode_requests":3,"sum_decode_kv_tokens":1024}}}}
            {"timestamp":2,"event":{"schema":"dynamo.fpm.trace.v1","capture_mode":"full","fpm":{"version":1,"worker_id":"1","dp_rank":0,"counter_id":2,"wall_time":0.0,"scheduled_requests":{}}}}
            {"schema":"dynamo.fpm.trace.v1","fpm":{"version":1,"worker_id":"1","dp_rank":1,"counter_id":1,"wall_time":0.006,"scheduled_requests":{"num_decode_requests":1,"sum_decode_kv_tokens":100}}}
            """);
        Assert.Equal([new MeasuredStep(25, 2, 256, 64, 3, 1024), new MeasuredStep(6, 0, 0, 0, 1, 100)], run.Steps);
        Assert.Equal(["MeasuredRanksMixed"], run.Warnings.Select(warning => warning.Code));
        string text = Assert.Throws<AgentSimException>(() =>
            Read("a.jsonl", """{"schema":"dynamo.fpm.trace.v1","fpm":{"version":1,"scheduled_requests":{}}}""")).Message;
        Assert.Contains("a.jsonl:1: a forward pass needs wall_time", text, StringComparison.Ordinal);
        Assert.Contains("sum_prefill_tokens is no count", Assert.Throws<AgentSimException>(() => Read("b.jsonl",
            """{"schema":"dynamo.fpm.trace.v1","fpm":{"wall_time":1,"scheduled_requests":{"sum_prefill_tokens":-1}}}""")).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10", "2147483647")]
    [InlineData("6.0", "1e300")]
    [InlineData("0.2", "1e308")]
    public void What_cannot_be_is_refused_with_its_file(string what, string instead)
    {
        const string Run = """{"endpoint_type":"vllm","model_id":"m","input_lens":[10,20],"output_lens":[3,3],"errors":["",""],"""
            + """ "start_times":[5.0,6.0],"ttfts":[0.1,0.2],"itls":[[0.01,0.03],[0.01,0.01]]}""";
        Assert.Equal(2, Read("good.json", Run).Requests.Count);

        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            Read("bench.json", Run.Replace(what, instead, StringComparison.Ordinal)));
        Assert.Equal("MeasurementInvalid", error.ErrorId);
        Assert.Contains("bench.json", error.Message, StringComparison.Ordinal);
    }

    private Measurement Read(string name, string content) => MeasurementReader.Read([_folder.Write(name, content)])[0];
}
