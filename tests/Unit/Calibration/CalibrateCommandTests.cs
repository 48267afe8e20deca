using System.Diagnostics;
using System.Text.Json;

namespace AgentSim.Tests.Calibration;

/// <summary><c>agentsim calibrate</c>, <c>validate</c> and <c>replay --timing-profile</c> on a recorded run.</summary>
public sealed class CalibrateCommandTests : IDisposable
{
    private static readonly string Recorded = TestData.PathOf("..", "..", "..", "samples", "rtx4090", "requests.jsonl.gz");
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_profile_is_fitted_tested_and_replayed_with()
    {
        string profile = _folder.File("mine.npz");
        (int code, string output, _) = Run("calibrate", Recorded, "-o", profile);
        Assert.Equal(0, code);
        Assert.Contains("last 100 of 300 requests", output, StringComparison.Ordinal);
        Assert.Equal(["mine.calibration.json", "mine.npz"], _folder.Everything);
        Assert.Equal(0, Run("validate", Recorded, "--timing-profile", profile, "--fail-on", "e2e_mape>10%").Code);
        (code, _, string error) = Run("validate", Recorded, "--fail-on", "e2e_mape>10%");
        Assert.Equal(1, code);
        Assert.Contains("limit missed; the first: rtx4090: e2e_mape>10%", error, StringComparison.Ordinal);

        string report = _folder.File("report.json");
        (code, output, _) = Run("replay", "--input-tokens", "600", "--output-tokens", "100", "--request-count", "40", "--request-rate", "1",
            "--timing-profile", profile, "--report-json", report);
        Assert.Equal(0, code);
        Assert.Contains("Timing   meta-llama/Llama-3.1-8B on NVIDIA GeForce RTX 4090", output, StringComparison.Ordinal);
        JsonElement run = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("run");
        Assert.True(run.GetProperty("calibration").GetProperty("errors").GetArrayLength() > 3);
        Assert.Equal(2588, run.GetProperty("settings").GetProperty("engine_args").GetProperty("num_gpu_blocks").GetInt32());
    }

    [Fact]
    public void A_request_without_a_prompt_is_named_with_its_file()
    {
        string file = _folder.Write("profile_export.jsonl", """
            {"metadata":{"x_correlation_id":"c","credit_phase":"profiling"},"metrics":{"input_sequence_length":{"value":1e-300},
            """.Trim() + """
            "ttft":{"value":10.0},"request_latency":{"value":50.0},"output_sequence_length":{"value":2},
            """.Trim() + """
            "min_request_timestamp":{"value":1000000000}},"error":null}
            """.Trim() + "\n");
        (int code, _, string error) = Run("validate", file);
        Assert.Equal(1, code);
        Assert.Contains("profile_export.jsonl: request 1 has no prompt tokens", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_beyond_all_engines_are_refused()
    {
        string file = _folder.Write("stage_3_lifecycle_metrics.json", """
            {"load_summary":{"achieved_rate":10.0,"schedule_delay":{"mean":9.0}},"successes":{"count":12,"latency":{
            "request_latency":{"mean":1.0,"median":1.0},"time_to_first_token":{"mean":0.37,"median":5e-324},
            "inter_token_latency":{"mean":0.005}},"throughput":{"requests_per_sec":9.5},
            "prompt_len":{"mean":200,"min":190,"max":210},"output_len":{"mean":60}},"failures":{"count":0}}
            """);
        (int code, _, string error) = Run("calibrate", file, "-o", _folder.File("mine.npz"), "--num-gpu-blocks", "1000", "--layers", "2",
            "--tensor-parallel-size", "7", "--hardware", "h");
        Assert.Equal(1, code);
        Assert.Contains("fit no engine", error, StringComparison.Ordinal);
        Assert.Equal(["stage_3_lifecycle_metrics.json"], _folder.Everything);
    }

    [Fact]
    public void A_server_that_takes_no_request_is_no_server_to_fit()
    {
        (int code, _, string error) = Run("calibrate", Recorded, "-o", _folder.File("mine.npz"), "--max-model-len", "2");

        Assert.Equal(1, code);
        Assert.Contains("rtx4090: the engine takes none of the requests", error, StringComparison.Ordinal);
        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public void A_range_of_texts_in_a_calibration_is_none()
    {
        string profile = _folder.File("mine.npz"), sidecar = _folder.File("mine.calibration.json");
        Assert.Equal(0, Run("calibrate", Recorded, "-o", profile).Code);
        File.WriteAllText(sidecar, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(sidecar),
            "(\"envelope\": \\{[^\\[]*\\[)\\s*[^,]*,", "$1\"x\",", System.Text.RegularExpressions.RegexOptions.None));

        Assert.Contains("\"x\"", File.ReadAllText(sidecar), StringComparison.Ordinal);
        Assert.Equal(0, Run("validate", Recorded, "--timing-profile", profile).Code);
    }

    [Fact]
    public void Two_files_that_do_not_belong_together_are_refused()
    {
        string profile = _folder.File("mine.npz");
        Assert.Equal(0, Run("calibrate", Recorded, "-o", profile).Code);
        string sidecar = _folder.File("mine.calibration.json"), text = File.ReadAllText(sidecar);
        File.WriteAllText(sidecar, text.Replace("\"profile_sha256\": \"", "\"profile_sha256\": \"00", StringComparison.Ordinal));
        (int code, _, string error) = Run("validate", Recorded, "--timing-profile", profile);
        Assert.Equal(1, code);
        Assert.Contains("mine.calibration.json: belongs to another mine.npz", error, StringComparison.Ordinal);
        File.Delete(sidecar);
        Assert.Contains("mine.calibration.json is not beside it", Run("validate", Recorded, "--timing-profile", profile).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_known_is_asked_for_by_name()
    {
        string bench = _folder.Write("bench.json", """
            {"endpoint_type":"vllm","model_id":"m","input_lens":[10,10,10],"output_lens":[3,3,3],"start_times":[0.0,1.0,2.0],"ttfts":[0.1,0.1,0.1],"itls":[[0.01,0.01],[0.01,0.01],[0.01,0.01]],"errors":["","",""]}
            """);
        (int code, _, string error) = Run("calibrate", bench, "-o", _folder.File("x.npz"));
        Assert.Equal(1, code);
        Assert.Contains("give num_gpu_blocks", error, StringComparison.Ordinal);
        Assert.Contains("is no measurement that is known", Run("calibrate", _folder.Write("other.txt", "hello"), "-o",
            _folder.File("x.npz")).Error, StringComparison.Ordinal);
        Assert.Equal(2, Run("calibrate", bench).Code);
        Assert.False(File.Exists(_folder.File("x.npz")));
    }

    [Fact]
    public void Arguments_that_are_given_stay_also_where_they_are_the_defaults()
    {
        string profile = _folder.File("mine.npz"), report = _folder.File("report.json");
        Assert.Equal(0, Run("calibrate", Recorded, "-o", profile).Code);
        string[] replay = ["replay", "--input-tokens", "100", "--output-tokens", "10", "--request-count", "5", "--arrival-interval-ms",
            "100", "--timing-profile", profile, "--report-json", report];
        Assert.Equal((2588, 16), Served());
        Assert.Equal((16384, 64), Served("--extra-engine-args", """{"num_gpu_blocks":16384,"block_size":64}"""));
        Assert.Equal((2588, 64), Served("--extra-engine-args", """{"block_size":64}"""));

        (long, long) Served(params string[] more)
        {
            (int code, _, string error) = Run([.. replay, .. more]);
            Assert.Equal(0, code);
            Assert.Equal(more.Length > 0, error.Contains("the profile's server had", StringComparison.Ordinal));
            JsonElement engine = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("run").GetProperty("settings")
                .GetProperty("engine_args");
            return (engine.GetProperty("num_gpu_blocks").GetInt64(), engine.GetProperty("block_size").GetInt64());
        }
    }

    [Fact]
    public void Any_trace_with_times_is_held_against_the_built_in_timing_without_settings()
    {
        // Every second prompt goes on where the one before it ended.
        string trace = _folder.Write("run.trace.jsonl", string.Join('\n', Enumerable.Range(0, 12).Select(i => $$$$"""
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":{{{{(1000 * i) + 900}}}},"request":{"request_id":"r{{{{i}}}}","model":"m","output_tokens":{{{{20 + i}}}},"request_received_ms":{{{{1000 * i}}}},"total_time_ms":{{{{400 + i}}}}.5,"ttft_ms":{{{{50 + i}}}}.5,"replay":{"trace_block_size":16,"input_length":{{{{320 + (16 * (i % 2))}}}},"input_sequence_hashes":[{{{{string.Join(',', Enumerable.Range(0, 20 + (i % 2)).Select(block => (1000 * (i / 2)) + block + 1))}}}}]}}}
            """)));
        (int code, string output, string error) = Run("validate", trace);
        Assert.Equal(0, code);
        Assert.Contains("simulated with\nthe built-in timing (nvidia/Llama-3.1-8B-Instruct-FP8 on one H200, vLLM)", output,
            StringComparison.Ordinal);
        foreach (string metric in (string[])["ttft_mean", "ttft_p50", "ttft_p99", "tpot_mean", "tpot_p50", "tpot_p99", "e2e_mean",
            "e2e_p50", "e2e_p99", "ttft_cached_0", "ttft_cached_90_100"])
            Assert.Matches($@"{metric} \(ms\)\W+[\d,.]+\W+[\d,.]+\W+[-+]?[\d.]+ %", output);
        Assert.Contains("num_gpu_blocks 16384", error, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Process.Start(CliProgram.Start(arguments))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
