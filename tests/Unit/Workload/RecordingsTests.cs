using System.Text.Json;
using AgentSim.Imports;
using AgentSim.Reports;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

/// <summary>Recordings of other programs are replayed as they are.</summary>
public sealed class RecordingsTests
{
    private static readonly string Folder = TestData.PathOf("../../../recordings/claude-code");

    [Fact]
    public void A_folder_of_recordings_is_a_workload_and_the_report_says_what_it_rests_on()
    {
        var warnings = new List<RunWarning>();
        ReplayWorkload workload = WorkloadLoader.Load([Folder],
            new WorkloadOptions { Format = TraceFormat.ClaudeCode, OnWarning = warnings.Add });
        ReplayResult result = Replay.Run(workload, new ReplaySettings());
        Assert.Equal(58, result.Requests.Count);
        Assert.Equal(5, result.Run.Inputs.Count);
        Assert.Contains(warnings, warning => warning.Code == "ModelsMixed"
            && warning.Message.Contains("claude-haiku-4-5 12", StringComparison.Ordinal));
        using var stream = new MemoryStream();
        ReportWriter.Write(stream, result.Summary, result.Run);
        JsonElement settings = JsonDocument.Parse(stream.ToArray()).RootElement.GetProperty("run").GetProperty("settings");
        Assert.Equal("claude-code", settings.GetProperty("trace_format").GetString());
        Assert.Equal(58, settings.GetProperty("import").GetProperty("times").GetProperty("derived").GetInt32());
    }

    [Fact]
    public void It_is_the_same_workload_as_the_imported_records()
    {
        ReplayWorkload direct = WorkloadLoader.Load([Folder], new WorkloadOptions { Format = TraceFormat.ClaudeCode });
        ReplayWorkload records = WorkloadLoader.FromRecords(LogImport.Read([Folder], new ImportOptions()).Records(), new WorkloadOptions());
        Assert.Equal(Replay.Run(records, new ReplaySettings()).Summary.MeanTtftMs,
            Replay.Run(direct, new ReplaySettings()).Summary.MeanTtftMs);
    }

    [Theory]
    [InlineData(TraceFormat.ClaudeCode)]
    [InlineData(TraceFormat.Dynamo)]
    public void A_model_can_be_chosen(TraceFormat format)
    {
        var options = new WorkloadOptions { Format = format, Model = "claude-haiku-4-5" };
        using var folder = new TempFolder();
        IReadOnlyList<string> files = format == TraceFormat.Dynamo
            ? AgentSim.Capture.TraceFileWriter.Write(LogImport.Read([Folder], new ImportOptions()).Records(), folder.File("out"))
            : [Folder];
        ReplayWorkload workload = WorkloadLoader.Load(files, options);
        ReplayResult result = Replay.Run(workload, new ReplaySettings());
        Assert.Equal(12, result.Requests.Count);
        Assert.Equal("claude-haiku-4-5", result.Run.Settings["model"]);
        AgentSimException error = Assert.Throws<AgentSimException>(() => WorkloadLoader.Load(files, options with { Model = "nobody" }));
        Assert.Equal("TraceModelMissing", error.ErrorId);
        Assert.Contains("claude-sonnet-4-6 46", error.Message, StringComparison.Ordinal);
    }
}
