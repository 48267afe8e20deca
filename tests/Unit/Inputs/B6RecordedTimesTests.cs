using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Inputs;

/// <summary>Rows of version 2 keep recorded times; the report says how many requests those held back.</summary>
public sealed class B6RecordedTimesTests : IDisposable
{
    private readonly InputBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void The_share_of_requests_that_waited_for_their_recorded_time_is_reported()
    {
        MooncakeRow[] rows =
        [
            PlayRows.Row("a", "p", 0),
            PlayRows.Row("b", "p", 100_000, PlayRows.After("a", 5)),                                  // held
            // not held: what it waits for ends later
            PlayRows.Row("c", "p", 1, PlayRows.After("a", 5)),
            PlayRows.Row("d", "p", 100_000, PlayRows.After("c", 5), PlayRows.After("b", 200_000)),    // not held: one of two ends later
        ];
        ReplayResult result = Replay.Run(WorkloadLoader.FromRows(rows), new ReplaySettings());
        RunWarning warning = Assert.Single(result.Warnings);
        Assert.Equal(("TimesRecorded", 1L), (warning.Code, warning.Count));
        Assert.StartsWith("1 of 3 requests with dependencies (33.3 %) started at their recorded time (not_before_ms)", warning.Message);
        InputBench.In("de-DE", () =>
            Assert.Equal(warning, Assert.Single(Replay.Run(WorkloadLoader.FromRows(rows), new ReplaySettings()).Warnings)));
    }

    [Fact]
    public void Nothing_is_said_where_nothing_was_held_and_never_of_version_1()
    {
        Assert.Empty(Replay.Run(WorkloadLoader.FromRows([PlayRows.Row("a", "p", 0), PlayRows.Row("b", "p", 0, PlayRows.After("a"))]),
            new ReplaySettings()).Warnings);
        string trace = TestData.PathOf("traces", "agent-small.trace.jsonl");
        Assert.Empty(Replay.Run(WorkloadLoader.Load([trace], new WorkloadOptions { Format = TraceFormat.Dynamo }),
            new ReplaySettings()).Warnings);
    }

    [Fact]
    public void Both_versions_of_one_trace_are_told_apart_by_help_and_report()
    {
        string trace = TestData.PathOf("traces", "agent-small.trace.jsonl");
        Assert.Contains("never starts before its not_before_ms", _bench.Run("convert", "--help").Output.ReplaceLineEndings(" ")
            .Replace("  ", "", StringComparison.Ordinal));
        Assert.Equal(0, _bench.Run("convert", "--agentic", "--format", "v2", "--input-path", trace, "--output-file", "v2.jsonl").Code);
        (int code, string output, _) = _bench.Run("replay", "v2.jsonl", "--trace-format", "agentic_mooncake", "--report-json",
            "report.json");
        Assert.Equal(0, code);
        Assert.Contains("Warning: 48 of 64 requests with dependencies (75 %)", output);
        Assert.Equal(("TimesRecorded", 48L), _bench.ReportWarnings().Select(warning => (warning.Code, warning.Count)).Single());
    }
}
