using System.Text;
using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Agents;

/// <summary>
/// What tasks come to: counts, percentiles that tasks which did not complete do not flatter, rates, shares; in reports only when asked
/// for.
/// </summary>
public sealed class AgentMetricsTests : IDisposable
{
    // Ten tasks of two turns, each 100 ms after the one before.
    private static readonly string Rows = string.Concat(Enumerable.Range(0, 10).Select(task => FormattableString.Invariant($$"""
        {"request_id":"a{{task}}","session_id":"s{{task}}","timestamp":{{task * 100}},"input_length":16,"output_length":2,"hash_ids":[{{task}}]}
        {"request_id":"b{{task}}","session_id":"s{{task}}","wait_for":["a{{task}}"],"delay":{{task}},"tool_wait_ms":10,"input_length":16,"output_length":2,"hash_ids":[{{task}}],"tool_events":[{"tool_call_id":"t","tool_class":"{{(task % 2 == 0 ? "Web-Search" : "bash")}}","started_at_unix_ms":0,"ended_at_unix_ms":10,"duration_ms":10,"status":"succeeded"}]}

        """)));

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ReplayResult Run(double? cap = null, bool asked = true, string rows = "") =>
        Sim.Run(rows.Length > 0 ? rows
            : Rows, Sim.Settings() with { MaxSimTimeMs = cap, ReportsAgents = asked }, TraceFormat.AgenticMooncake);

    private static string Json(ReplayResult result)
    {
        using var stream = new MemoryStream();
        ReportWriter.Write(stream, result.Summary, result.Run);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void Means_rates_and_shares_are_of_the_tasks()
    {
        ReplayResult result = Run();
        double[] makespans = [.. result.Agents!.Tasks.Select(task => task.MakespanMs!.Value)];
        Assert.Equal(10.0, result.Summary["num_tasks"]);
        Assert.Equal(10.0, result.Summary["completed_tasks"]);
        Assert.Equal(0.0, result.Summary["failed_tasks"]);
        Sim.Same(makespans.Average(), result.Summary["mean_task_makespan_ms"]);
        Assert.Equal(makespans.Order().ElementAt(8), result.Summary["p90_task_makespan_ms"]);
        Sim.Same(10 / result.Summary.DurationMs * 3.6e6, result.Summary["tasks_per_hour"]);
        Sim.Same(100.0 / makespans.Sum(), result.Summary["critical_path_tool_share"]);
        Sim.Same(50.0 / makespans.Sum(), result.Summary["critical_path_tool_web_search_share"]);
        Sim.Same(45.0 / makespans.Sum(), result.Summary["critical_path_delay_share"]);
        string[] parts = ["queued", "prefill", "transfer", "decode", "tool", "delay", "recorded_start"];
        Sim.Same(1.0, parts.Sum(part => result.Summary[$"critical_path_{part}_share"]));
    }

    [Fact]
    public void Percentiles_take_tasks_that_did_not_complete_for_the_longest()
    {
        ReplayResult result = Run(cap: 650);   // the last three do not begin, and one or two are cut off
        AgentSummary summary = result.Agents!.Summary;
        Assert.True(summary is { CompletedTasks: >= 4, UnfinishedTasks: >= 1, NotBegunTasks: >= 2 });
        Assert.Equal(summary.Tasks, summary.CompletedTasks + summary.UnfinishedTasks);
        Assert.True(double.IsFinite(summary.TaskMakespan.Mean) && double.IsFinite(summary.TaskMakespan.Median));
        Assert.True(double.IsPositiveInfinity(summary.TaskMakespan.P99));
        Assert.False(Assert.Single(LimitTest.Run(result.Summary.Metrics, [MetricLimit.Parse("p99_task_makespan_ms", "1e300")])).Passed);
        IReadOnlyList<Metric> reread = ReportReader.Read(_folder.Write("report.json", Json(result)));
        Assert.False(Assert.Single(LimitTest.Run(reread, [MetricLimit.Parse("p99_task_makespan_ms", "1e300")])).Passed);
        Assert.True(Assert.Single(LimitTest.Run(reread, [MetricLimit.Parse("median_task_makespan_ms", "1e300")])).Passed);
    }

    [Fact]
    public void A_rejected_request_fails_its_task_and_no_other()
    {
        const string rows = """
            {"request_id":"a","session_id":"s","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}
            {"request_id":"b","session_id":"s","wait_for":["a"],"input_length":1600,"output_length":2,"hash_ids":[REST]}
            {"request_id":"c","session_id":"s","wait_for":["b"],"input_length":16,"output_length":2,"hash_ids":[1]}
            {"request_id":"d","session_id":"t","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[2]}
            """;
        ReplayResult result = Sim.Run(
            rows.Replace("REST", string.Join(',', Enumerable.Range(10, 100)), StringComparison.Ordinal),
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":20}""", workers: 2) with { ReportsAgents = true },
            TraceFormat.AgenticMooncake);
        Assert.Equal([AgentStatus.Failed, AgentStatus.Completed], result.Agents!.Tasks.Select(task => task.Status));
        Assert.Equal(2, result.Agents.Tasks[0].CompletedRequests);   // what waits for a rejected request goes on
        Assert.Equal(result.Agents.Tasks[1].MakespanMs, result.Summary["mean_task_makespan_ms"]);
        Assert.Equal(1.0, result.Summary["failed_tasks"]);
        Assert.True(result.Agents.Tasks[0].MakespanMs > 0);
    }

    [Fact]
    public void They_are_in_an_object_of_the_report_when_asked_for_and_change_nothing_else()
    {
        ReplayResult asked = Run(), plain = Run(asked: false);
        using JsonDocument with = JsonDocument.Parse(Json(asked)), without = JsonDocument.Parse(Json(plain));
        Assert.Equal(10, with.RootElement.GetProperty("agents").GetProperty("num_tasks").GetInt32());
        Assert.True(with.RootElement.GetProperty("run").GetProperty("settings").GetProperty("agents").GetBoolean());
        string[] more = ["agents", "run", "wall_time_ms", "processed_tokens_per_s", "processed_output_tokens_per_s"];
        Assert.Equal(
            without.RootElement.EnumerateObject().Where(member => !more.Contains(member.Name)).Select(member => $"{member}"),
            with.RootElement.EnumerateObject().Where(member => !more.Contains(member.Name)).Select(member => $"{member}"));
        Assert.Null(plain.Agents);
        Assert.Null(plain.Summary["p99_task_makespan_ms"]);
        Assert.DoesNotContain("\"agents\"", Json(plain), StringComparison.Ordinal);
        Assert.Equal(asked.Agents!.Summary.TaskMakespan, plain.FindAgents()!.Summary.TaskMakespan);
    }

    [Fact]
    public void A_load_without_sessions_has_none_and_says_so()
    {
        ReplayResult result = Sim.Run("""{"timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}""",
            Sim.Settings() with { ReportsAgents = true });
        Assert.Null(result.Agents);
        Assert.Null(result.FindAgents());
        Assert.Contains(result.Warnings, warning => warning.Code == "AgentsNone");
    }

    [Fact]
    public void Files_hold_every_task_and_session_with_its_path()
    {
        AgentResults agents = Run().Agents!;
        string csv = Text(AgentsWriter.WriteCsv), lines = Text(AgentsWriter.WriteLines), json = Text(AgentsWriter.WriteJson);
        string[] rows = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(21, rows.Length);
        Assert.All(rows, row => Assert.Equal(rows[0].Split(',').Length, row.Split(',').Length));
        Assert.StartsWith("task,s0,,,,,completed,1,2,2,32,4,0,0.0,", rows[1], StringComparison.Ordinal);
        Assert.EndsWith(",Web-Search=10", rows[1], StringComparison.Ordinal);
        string[] objects = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(20, objects.Length);
        using JsonDocument first = JsonDocument.Parse(objects[0]), whole = JsonDocument.Parse(json);
        Assert.Equal(agents.Tasks[0].CriticalPath.Count, first.RootElement.GetProperty("critical_path").GetArrayLength());
        Assert.Equal(agents.Tasks[0].MakespanMs, first.RootElement.GetProperty("makespan_ms").GetDouble());
        Assert.Equal("Web-Search",
            first.RootElement.GetProperty("critical_path").EnumerateArray().Single(link =>
            link.GetProperty("part").GetString() == "tool").GetProperty("tool").GetString());
        Assert.Equal((10, 10), (whole.RootElement.GetProperty("tasks").GetArrayLength(),
            whole.RootElement.GetProperty("sessions").GetArrayLength()));
        Assert.Equal("AgentsFormatUnknown", Assert.Throws<AgentSimException>(() => AgentsWriter.For("a.txt")).ErrorId);

        string Text(Action<Stream, AgentResults> write)
        {
            using var stream = new MemoryStream();
            write(stream, agents);
            return Encoding.UTF8.GetString(stream.ToArray());
        }
    }

    [Fact]
    public void The_table_fits_80_columns()
    {
        string table = AgentTable.Render(Run(cap: 650).Agents!);
        Assert.All(table.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.Contains("unfinished", table, StringComparison.Ordinal);
        Assert.Contains("N/A", table, StringComparison.Ordinal);
        Assert.Contains("did not begin", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_file_comes_back_as_an_object_with_its_name()
    {
        ReplayResult result = Sim.Run(Rows, Sim.Settings() with { ReportsAgents = true, RunName = "more workers" },
            TraceFormat.AgenticMooncake);
        StoredReport stored = StoredReport.Read(_folder.Write("report.json", Json(result)));
        Assert.Equal("more workers", stored.Name);
        Assert.Equal(result.Summary.Metrics, stored.Metrics.OrderBy(metric => metric.Name, StringComparer.Ordinal));
        Assert.Equal(result.Run.Version, stored.Run!.Version);
        Assert.Equal(result.Run.Seed, stored.Run.Seed);
        Assert.Equal(result.Run.Settings.Keys, stored.Run.Settings.Keys);
        Assert.Equal("other", StoredReport.Read(_folder.Write("other.json", """{"num_requests":1}""")).Name);
    }
}
