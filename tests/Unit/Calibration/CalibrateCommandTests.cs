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
        (code, output, _) = Run("replay", "--input-tokens", "600", "--output-tokens", "100", "--request-count", "40", "--request-rate", "1", "--timing-profile", profile, "--report-json", report);
        Assert.Equal(0, code);
        Assert.Contains("Timing: meta-llama/Llama-3.1-8B on NVIDIA GeForce RTX 4090", output, StringComparison.Ordinal);
        JsonElement run = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("run");
        Assert.True(run.GetProperty("calibration").GetProperty("errors").GetArrayLength() > 3);
        Assert.Equal(2588, run.GetProperty("settings").GetProperty("engine_args").GetProperty("num_gpu_blocks").GetInt32());
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
        Assert.Contains("mine.calibration.json is not beside it", Run("validate", Recorded, "--timing-profile", profile).Error, StringComparison.Ordinal);
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
        Assert.Contains("is no measurement that is known", Run("calibrate", _folder.Write("other.txt", "hello"), "-o", _folder.File("x.npz")).Error, StringComparison.Ordinal);
        Assert.Equal(2, Run("calibrate", bench).Code);
        Assert.False(File.Exists(_folder.File("x.npz")));
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
