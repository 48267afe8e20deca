using System.Text;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Tests.Reports;

namespace AgentSim.Tests.Metrics;

public sealed class ReportReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private AgentSimException Refused(string content) =>
        Assert.Throws<AgentSimException>(() => ReportReader.Read(_folder.Write("report.json", content)));

    [Fact]
    public void What_was_written_is_read_back_bit_for_bit()
    {
        ReplayReport report = Sample.Report(new ServiceLevel(TtftMs: 30));
        var stream = new MemoryStream();
        ReportWriter.Write(stream, report, new RunInfo("1", [], new Dictionary<string, object?> { ["duration_ms"] = 5 }, 7));
        Assert.Equal(report.Metrics, ReportReader.Read(_folder.Write("report.json", stream.ToArray())));
    }

    [Fact]
    public void Stored_reports_of_the_reference_are_read()
    {
        IReadOnlyList<Metric> metrics = ReportReader.Read(TestData.PathOf("replay", "003-agent-trtllm-agg-roundrobin", "report.json"));
        Assert.Contains(metrics, metric => metric.Name == "p99_ttft_ms");
        Assert.All(metrics, metric => Assert.Contains(metric.Name, MetricNames.Names));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("{\"duration_ms\":\"5\"}")]
    [InlineData("{\"hash_ids\":[1]}")]
    [InlineData("{\"duration_ms\":1e999}")]
    [InlineData("{\"duration_ms\":1,\"run\":{\"empty_metrics\":\"p99_ttft_ms\"}}")]
    [InlineData("{\"duration_ms\":1,\"run\":{\"empty_metrics\":[1]}}")]
    public void Other_files_are_refused_by_name(string content)
    {
        AgentSimException error = Refused(content);
        Assert.Equal("ReportInvalid", error.ErrorId);
        Assert.StartsWith(_folder.File("report.json"), error.Message);
    }

    [Theory]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"duration_ms\":1,\"run\":{\"settings\":{\"a\":[\"\\udc00\"]}}}")]
    [InlineData("{\"\u00ff\":1}")]   // written as the byte ff
    public void Names_that_are_no_text_are_refused(string content)
    {
        string path = _folder.Write("report.json", Encoding.Latin1.GetBytes(content));
        AgentSimException error = Assert.Throws<AgentSimException>(() => ReportReader.Read(path));
        Assert.Equal(("ReportInvalid", true), (error.ErrorId, error.Message.StartsWith(path, StringComparison.Ordinal)));
    }

    [Fact]
    public void Deep_and_large_files_are_refused()
    {
        Assert.Equal("ReportInvalid", Refused(new string('[', 100_000)).ErrorId);
        Assert.Equal("InputTooLarge", Refused("{\"x\":\"" + new string('x', 1 << 24) + "\"}").ErrorId);
        Assert.Equal("InputUnreadable", Assert.Throws<AgentSimException>(() => ReportReader.Read(_folder.File("nowhere"))).ErrorId);
        Assert.Equal("InputUnreadable", Assert.Throws<AgentSimException>(() => ReportReader.Read(_folder.Path)).ErrorId);
    }

    [Fact]
    public void Csv_has_a_line_for_each_report()
    {
        var stream = new MemoryStream();
        ReportCsvWriter.Write(stream, [[new Metric("b", 2, true), new Metric("a", 1.5, false)],
            [new Metric("b", 1e300, false), new Metric("c", 3, false)]]);
        Assert.Equal("a,b,c\n1.5,2,\n,1e+300,3.0\n", Encoding.UTF8.GetString(stream.ToArray()));
    }
}
