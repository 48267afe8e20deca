using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Workload;

namespace AgentSim.Tests.Reports;

public class ReportWriterTests
{
    private static readonly RunInfo Run = new(
        "1.2.3", [new WorkloadInput("a b/ü.jsonl", 17, "00ff")],
        new Dictionary<string, object?>
        {
            ["workers"] = 2,
            ["cap"] = null,
            ["ratio"] = 1.0,
            ["nested"] = new Dictionary<string, object?> { ["flag"] = true, ["list"] = new object?[] { 1L, "x" } },
        },
        0xD1A05EED);

    private static string Write(ReplayReport report, RunInfo run)
    {
        using var stream = new MemoryStream();
        ReportWriter.Write(stream, report, run);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void Keys_are_sorted_and_run_is_the_only_addition()
    {
        string text = Write(Sample.Report(new ServiceLevel(E2eMs: 30)), Run);
        using JsonDocument json = JsonDocument.Parse(text);
        string[] keys = [.. json.RootElement.EnumerateObject().Select(p => p.Name)];

        Assert.Equal(78, keys.Length);
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Contains("run", keys);
        Assert.StartsWith("{\n  \"completed_requests\": 3,\n  \"decode_gpus_per_worker\": 1,\n", text);
        Assert.EndsWith("}\n", text);
        Assert.DoesNotContain('\r', text);
    }

    [Fact]
    public void Whole_reals_keep_a_point_and_counts_have_none()
    {
        string text = Write(Sample.Report(), Run);
        Assert.Contains("\"prefill_worker_seconds\": 0.0,", text);
        Assert.Contains("\"prefill_gpus_per_worker\": 0,", text);
        Assert.Contains("\"duration_ms\": 72.731478,", text);
    }

    [Fact]
    public void Reals_survive_reading_back()
    {
        foreach (double value in (double[])[0.0, 17.0, 0.0001, 1e15, 1e16, 1e-9, 2.777777777777778e-13, 9.147942000000001e-05, 5e-324,
            1.7976931348623157e308, -0.0, -2.5])
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream)) json.WriteReal(value);
            string text = Encoding.UTF8.GetString(stream.ToArray());
            Assert.True(text.Contains('.') || text.Contains('e'), text);
            Assert.Equal(BitConverter.DoubleToInt64Bits(value),
                BitConverter.DoubleToInt64Bits(JsonDocument.Parse(text).RootElement.GetDouble()));
        }
    }

    [Fact]
    public void The_run_object_names_version_inputs_settings_and_seed()
    {
        using JsonDocument json = JsonDocument.Parse(Write(Sample.Report(), Run));
        JsonElement run = json.RootElement.GetProperty("run");

        Assert.Equal("1.2.3", run.GetProperty("version").GetString());
        Assert.Equal(0xD1A05EEDul, run.GetProperty("seed").GetUInt64());
        JsonElement input = run.GetProperty("inputs")[0];
        Assert.Equal("a b/ü.jsonl", input.GetProperty("path").GetString());
        Assert.Equal(17, input.GetProperty("bytes").GetInt64());
        Assert.Equal("00ff", input.GetProperty("sha256").GetString());
        JsonElement settings = run.GetProperty("settings");
        Assert.Equal(2, settings.GetProperty("workers").GetInt32());
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("cap").ValueKind);
        Assert.Equal("1.0", settings.GetProperty("ratio").GetRawText());
        Assert.True(settings.GetProperty("nested").GetProperty("flag").GetBoolean());
        Assert.Equal("x", settings.GetProperty("nested").GetProperty("list")[1].GetString());
    }
}
