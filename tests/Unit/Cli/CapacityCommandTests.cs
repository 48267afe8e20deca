using System.Diagnostics;
using System.Text.Json;

namespace AgentSim.Tests.Cli;

/// <summary>The command answers, writes what it found, and exits with 0 only for a plain yes.</summary>
public sealed class CapacityCommandTests : IDisposable
{
    private static readonly string Sample = TestData.PathOf("../../../samples/agent-small.trace.jsonl.gz");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (int Code, string Output, string Error) Run(params string[] arguments)
    {
        ProcessStartInfo start = CliProgram.Start(["capacity", .. arguments]);
        start.WorkingDirectory = _folder.Path;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [Fact]
    public void An_answer_has_its_verdict_and_files_have_every_value()
    {
        string[] call = [Sample, "--trace-format", "dynamo", "--limit", "p99_e2e_latency_ms=2700", "--max", "5", "--router-mode",
            "round_robin", "kv_router", "--seeds", "2", "--pareto", "--gpu-price-per-hour", "2.5", "--csv", "found.csv", "--json",
            "found.json", "--report-html", "found.html", "--checkpoint", "points"];
        (int code, string output, string error) = Run(call);
        Assert.Equal(1, code);
        Assert.Contains("[CapacityUnproven]", error, StringComparison.Ordinal);
        Assert.Contains("uncalibrated", output, StringComparison.Ordinal);
        Assert.Contains("a GPU hour", output, StringComparison.Ordinal);
        JsonElement[] answers = [.. JsonDocument.Parse(File.ReadAllText(_folder.File("found.json"))).RootElement.EnumerateArray()];
        Assert.Equal(["vllm, round_robin", "vllm, kv_router"], answers.Select(answer => answer.GetProperty("configuration").GetString()!));
        Assert.All(answers, answer => Assert.Equal(("uncalibrated", 5), (answer.GetProperty("verdict").GetString(),
            answer.GetProperty("points").GetArrayLength())));
        string[] csv = File.ReadAllLines(_folder.File("found.csv"));
        Assert.StartsWith("configuration,target,value,is_answer,outcome,seeds,p99_e2e_latency_ms,p99_e2e_latency_ms_margin_percent,gpus,",
            csv[0], StringComparison.Ordinal);
        Assert.Equal(11, csv.Length);
        string html = File.ReadAllText(_folder.File("found.html"));
        Assert.Contains("uncalibrated", html, StringComparison.Ordinal);
        Assert.Contains("id=\"plot-front\"", html, StringComparison.Ordinal);

        Assert.Equal(5 + 9, Kept());
        Assert.Equal((1, output, error), Run(call));
        Assert.Equal(5 + 9, Kept());
    }

    private int Kept() =>
        File.ReadAllLines(_folder.File("points")).Count(line => line.StartsWith("{\"point\":", StringComparison.Ordinal));

    [Fact]
    public void The_curve_of_a_cache_answers_without_a_limit()
    {
        (int code, string output, string error) = Run(Sample, "--trace-format", "dynamo", "--find", "kv-blocks", "--kv-bytes-per-token",
            "131072", "--report-html", "cache.html");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Ideal eviction", output, StringComparison.Ordinal);
        Assert.Contains(" GB ", output, StringComparison.Ordinal);
        Assert.Contains("id=\"plot-cache-0\"", File.ReadAllText(_folder.File("cache.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LimitMissing", "--max", "4")]
    [InlineData("MetricUnknown", "--limit", "p99_tft_ms=1")]
    [InlineData("LimitInvalid", "--limit", "p99_ttft_ms")]
    [InlineData("OptionsConflict", "--limit", "p99_ttft_ms=1", "--num-workers", "3")]
    [InlineData("OptionsConflict", "--limit", "p99_ttft_ms=1", "--force")]
    [InlineData("CapacityRangeInvalid", "--limit", "p99_ttft_ms=1", "--min", "5", "--max", "4")]
    [InlineData("OptionValueInvalid", "--limit", "p99_ttft_ms=1", "--find", "gpus")]
    public void What_makes_no_question_is_refused(string id, params string[] arguments)
    {
        (int code, string output, string error) = Run([Sample, "--trace-format", "dynamo", .. arguments]);
        Assert.NotEqual(0, code);
        Assert.Equal("", output);
        Assert.Contains($"[{id}]", error, StringComparison.Ordinal);
    }
}
