using System.Text;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Tests.Reports.Html;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Reports;

public class ReportMarkdownTests
{
    private static string[] Lines(params ReportedRun[] runs)
    {
        var stream = new MemoryStream();
        ReportMarkdown.Write(stream, runs);
        return Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
    }

    [Fact]
    public void Metrics_limits_differences_and_provenance_are_tables_and_lists()
    {
        ReplayResult one = Pages.AgenticRun(), two = Pages.AgenticRun(workers: 2);
        string[] lines = Lines(new ReportedRun(one), new ReportedRun(two,
            "two") { Limits = [MetricLimit.Parse("p99_ttft_ms", "1").Test(2, null)] });
        Assert.Equal("| Metric | num\\_workers 1 | two |", lines[2]);
        Assert.Equal("|---|---:|---:|", lines[3]);
        Assert.Contains($"| Time to first token, p99 (ms) | {MetricText.Value(one.Summary.Ttft.P99)} | " +
            $"{MetricText.Value(two.Summary.Ttft.P99)} |", lines);
        Assert.Contains("| two | ✗ missed | p99\\_ttft\\_ms is 2, but must be at most 1 |", lines);
        Assert.Contains(lines, line => line.StartsWith("| `decode_worker_seconds` | ", StringComparison.Ordinal)
            && line.EndsWith("▼ worse) |", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(one.Run.Inputs[0].Sha256!, StringComparison.Ordinal));
    }

    [Fact]
    public void Text_stays_text()
    {
        string[] lines = Lines(new ReportedRun(Pages.AgenticRun(settings: Sim.Settings() with { ModelName = "![x](javascript:1)\n# no" }),
            "<script>|`a`"));
        Assert.Equal("| Metric | &lt;script&gt;\\|\\`a\\` |", lines[2]);
        Assert.DoesNotContain(lines, line => line.Contains("![x](", StringComparison.Ordinal)
            || line.StartsWith("# no", StringComparison.Ordinal));
    }
}
