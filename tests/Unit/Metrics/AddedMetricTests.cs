using System.Text;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Tests.Reports.Html;
using AgentSim.Workload;

namespace AgentSim.Tests.Metrics;

/// <summary>A metric is added in one place: with a row in the catalog, everything that knows of metrics knows it.</summary>
public sealed class AddedMetricTests : IDisposable
{
    private const long LongRun = 8;   // requests that a run needs to have the optional group

    private static readonly MetricGroup Optional = new("Agents", "In long runs", report => report.NumRequests >= LongRun, Key: "added");

    private static readonly MetricRow[] Added =
    [
        new()
        {
            Name = "tokens_per_request", Label = "Tokens/request", Title = "Output tokens per request", Unit = "tokens",
            Direction = MetricDirection.Lower, IsHeadline = true, TableLabel = "Tokens Per Request (tokens)",
            ViewLabel = "Tokens per request", Empty = EmptyRule.NothingCompleted,
            Value = report => report.CompletedRequests == 0 ? null : (double)report.TotalOutputTokens / report.CompletedRequests,
            Meaning = "Produced tokens of a completed request.",
        },
        new()
        {
            Name = "added_makespan_ms", Label = "Makespan", Title = "Makespan of tasks", Unit = "ms",
            Direction = MetricDirection.Lower, Group = Optional, HeadlineStatistics = ["p99"], TableLabel = "Task Makespan (ms)",
            Distribution = report => report.E2eLatency, Empty = EmptyRule.NoOutputs,
            Meaning = "Milliseconds from the begin of a task to its end.",
        },
        new()
        {
            Name = "task_tool_*_share", Label = "* in tasks", Title = "Share of * in tasks", Unit = "0 to 1", Group = Optional,
            IsHeadline = true, TableLabel = "Share of *", Meaning = "Share of the time of tasks that tools of a class took.",
            Parts = report => [new("bash", 0.25), new("read", report.CompletedRequests / 100.0)],
        },
    ];

    private readonly IDisposable _catalog = MetricCatalog.Use(new MetricCatalog([.. MetricCatalog.Standard(), .. Added]));
    private readonly TempFolder _folder = new();
    private readonly ReplayResult _short = Run(5);
    private readonly ReplayResult _long = Run(10);

    public void Dispose()
    {
        _catalog.Dispose();
        _folder.Dispose();
    }

    private static ReplayResult Run(int requests, double? maxSimTimeMs = null)
    {
        var load = new SyntheticOptions { InputTokens = 100, OutputTokens = requests, RequestCount = requests, ArrivalIntervalMs = 10 };
        var settings = new ReplaySettings { MaxSimTimeMs = maxSimTimeMs };
        return Replay.Run(SyntheticLoad.Create(load, EngineArguments.Default.BlockSize), settings);
    }

    private static string Text(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private string FileOf(ReplayResult result) =>
        _folder.Write($"{Guid.NewGuid():n}.json", Text(stream => ReportWriter.Write(stream, result.Summary, result.Run)));

    [Fact]
    public void It_is_in_the_report_and_its_file()
    {
        Assert.Equal(5.0, _short.Summary["tokens_per_request"]);
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(FileOf(_short)));
        Assert.Equal(5.0, file.RootElement.GetProperty("tokens_per_request").GetDouble());
        string[] keys = [.. file.RootElement.EnumerateObject().Select(member => member.Name)];
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Equal(_short.Summary.Metrics, ReportReader.Read(FileOf(_short)));
    }

    [Fact]
    public void It_is_in_the_table_in_csv_in_markdown_and_on_the_page()
    {
        Assert.Matches(@"Tokens Per Request \(tokens\) +┃ +5\.00 ┃ +N/A ┃", MetricTable.Render(_short));
        Assert.Matches(@"Tokens Per Request \(tokens\) +┃ +5\.00 ┃ +N/A ┃", MetricTable.RenderWithPlots(_short));
        Assert.Contains(
            MetricCatalog.Current.Lines(_short.Summary, row => row.ViewLabel), line => line is { Label: "Tokens per request", Value: 5.0 });

        string[] csv = Text(stream => ReportCsvWriter.Write(stream, [_short.Summary.Metrics])).Split('\n');
        Assert.Equal("5.0", csv[1].Split(',')[Array.IndexOf(csv[0].Split(','), "tokens_per_request")]);

        string markdown = Text(stream => ReportMarkdown.Write(stream, [new ReportedRun(_short), new ReportedRun(_long)]));
        Assert.Contains("| Output tokens per request | 5 | 10 |", markdown);
        Assert.Contains("| `tokens_per_request` | 5 | 10 (+100.0 %, ▼ worse) |", markdown);

        string page = Pages.Markup(Pages.Html(_short, _long));
        const string Before = "<td class=\"number\"[^>]*><span class=\"value\">5</span></td>";
        Assert.Matches($"<th scope=\"row\">Output tokens per request</th>{Before}<td [^>]*class=\"number worse\"><span class=\"value\">10<", page);
        Assert.Matches($"<th scope=\"row\">tokens_per_request</th>{Before}", page);
    }

    [Fact]
    public void Limits_comparisons_sweeps_and_completions_know_it()
    {
        MetricLimit limit = FailureRule.Parse("tokens_per_request>+5%");
        LimitResult missed = Assert.Single(LimitTest.Run(_long.Summary.Metrics, [limit], _short.Summary.Metrics));
        Assert.Equal("tokens_per_request is 10, but must be at most 5.25 (+5% of 5)", missed.Message);
        Assert.Contains(LimitTest.NoWorse(_short.Summary.Metrics), each => each.Metric == "tokens_per_request");

        IReadOnlyList<MetricComparison> comparisons = ReportComparison.Compare(
            [ReportReader.Read(FileOf(_short)), ReportReader.Read(FileOf(_long))]);
        Assert.Equal(ComparisonVerdict.Worse, comparisons.Single(metric => metric.Metric == "tokens_per_request").Verdict);
        Assert.Contains("tokens_per_request", ComparisonTable.Render(["a", "b"], comparisons));

        var row = new SweepRow(0, new ReplaySettings(), new SweepOutcome(_short.Summary.Metrics), isResumed: false);
        Assert.Equal(5.0, row["tokens_per_request"]);

        Assert.Contains("tokens_per_request", MetricNames.Names);
        AgentSimException error = Assert.Throws<AgentSimException>(() => MetricLimit.Parse("token_per_request", "5"));
        Assert.Equal("there is no metric 'token_per_request'; did you mean 'tokens_per_request'?", error.Message);
    }

    [Fact]
    public void Its_rule_says_when_it_has_no_samples()
    {
        ReplayResult nothing = Run(5, maxSimTimeMs: 0.001);
        Assert.Contains("tokens_per_request", nothing.Summary.EmptyMetrics);
        var file = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(FileOf(nothing)))!.AsObject();
        file.Remove("run");   // so that the counts alone tell
        IReadOnlyList<Metric> all = ReportReader.Read(_folder.Write("bare.json", file.ToJsonString()));
        Metric read = all.Single(metric => metric.Name == "tokens_per_request");
        Assert.Equal((false, double.PositiveInfinity, 0.0), (read.HasSamples, read.Value, read.Written));
    }

    [Fact]
    public void An_optional_group_is_only_there_when_its_report_has_it()
    {
        Assert.Null(_short.Summary["p99_added_makespan_ms"]);
        Assert.Equal(_long.Summary.P99E2eLatencyMs, _long.Summary["p99_added_makespan_ms"]);
        Assert.DoesNotContain("added", File.ReadAllText(FileOf(_short)));
        Assert.DoesNotContain("Task Makespan", MetricTable.Render(_short));
        Assert.Matches(@"Task Makespan \(ms\) +┃", MetricTable.Render(_long));
        LimitResult missing = Assert.Single(LimitTest.Run(_short.Summary.Metrics, [MetricLimit.Parse("p99_added_makespan_ms", "500")]));
        Assert.Equal((false, "p99_added_makespan_ms is not in the report"), (missing.Passed, missing.Message));
    }

    [Fact]
    public void An_optional_group_lives_in_an_object_of_its_own_and_is_read_from_there()
    {
        string path = FileOf(_long);
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal("added", file.RootElement.EnumerateObject().First().Name);
        string[] keys = [.. file.RootElement.GetProperty("added").EnumerateObject().Select(member => member.Name)];
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Equal(Statistic.All.Length + 2, keys.Length);
        Assert.False(file.RootElement.TryGetProperty("p99_added_makespan_ms", out _));
        Assert.Equal(_long.Summary.Metrics, ReportReader.Read(path).OrderBy(metric => metric.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Metrics_of_which_a_run_knows_the_names_are_metrics_like_others()
    {
        Assert.Equal(0.25, _long.Summary["task_tool_bash_share"]);
        Assert.Null(_long.Summary["task_tool_web_share"]);
        Assert.Throws<AgentSimException>(() => _long.Summary["task_tool_share"]);
        Assert.Matches(@"Share of bash +┃ +0\.25 ┃", MetricTable.Render(_long));
        string markdown = Text(stream => ReportMarkdown.Write(stream, [new ReportedRun(_short), new ReportedRun(_long)]));
        Assert.Contains("| Share of bash in tasks | – | 0.25 |", markdown);
        Assert.True(Assert.Single(LimitTest.Run(_long.Summary.Metrics, [MetricLimit.Parse("task_tool_read_share", "0.1")])).Passed);
        Assert.Contains("task_tool_*_share", MetricNames.Names);
        Assert.StartsWith("* in tasks (0 to 1)", MetricNames.Describe("task_tool_*_share"));
    }
}
