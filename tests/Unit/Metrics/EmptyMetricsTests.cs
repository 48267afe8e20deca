using System.Text;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Metrics;

/// <summary>A metric without samples is no number: wherever it is shown, tested, compared, written or read back (findings, A5).</summary>
public sealed class EmptyMetricsTests : IDisposable
{
    private static readonly ReplayResult Nothing = Run(new ReplaySettings { MaxSimTimeMs = 0.001 });
    private static readonly ReplayResult OneToken = Run(new ReplaySettings(), outputTokens: 1);
    private static readonly ReplayResult Whole = Run(new ReplaySettings());

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ReplayResult Run(ReplaySettings settings, int outputTokens = 8) => Replay.Run(
        SyntheticLoad.Create(new SyntheticOptions { InputTokens = 100, OutputTokens = outputTokens, RequestCount = 5,
            ArrivalIntervalMs = 10 }, EngineConfig.Default.BlockSize), settings);

    private static string Json(ReplayResult result)
    {
        using var stream = new MemoryStream();
        ReportWriter.Write(stream, result.Summary, result.Run);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static TheoryData<string> WhatNeedsCompletedRequests() => [.. MetricNames.Names.Where(name =>
        MetricNames.Of(name) != MetricDirection.None && MetricCatalog.Current.Find(name)!.Row.Group.Key is null
            && !name.EndsWith("completed_requests", StringComparison.Ordinal) && !name.StartsWith("goodput", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(WhatNeedsCompletedRequests))]
    public void When_nothing_completed_no_limit_on_a_metric_is_kept(string name)
    {
        Metric[] reread = [.. ReportReader.Read(_folder.Write("report.json", Json(Nothing)))];
        foreach (IReadOnlyList<Metric> metrics in (IReadOnlyList<Metric>[])[Nothing.Summary.Metrics, reread])
        {
            foreach (string limit in (string[])["1e300", "<=1e300", ">=0", "=0"])
            {
                LimitResult result = Assert.Single(LimitTest.Run(metrics, [MetricLimit.Parse(name, limit)]));
                Assert.False(result.Passed);
                Assert.Equal($"{name} has no samples: no request gave any", result.Message);
            }

            foreach (string limit in (string[])["+1000%", "-99%", "5%"])
                Assert.False(Assert.Single(LimitTest.Run(metrics, [MetricLimit.Parse(name, limit)], Whole.Summary.Metrics)).Passed);
        }

        Assert.False(Assert.Single(LimitTest.Run(Whole.Summary.Metrics, [MetricLimit.Parse(name, "5%")], Nothing.Summary.Metrics)).Passed);
    }

    [Fact]
    public void Counts_of_nothing_are_numbers()
    {
        Assert.Equal(0.0, Nothing.Summary["completed_requests"]);
        Assert.True(Assert.Single(LimitTest.Run(Nothing.Summary.Metrics, [MetricLimit.Parse("completed_requests", "=0")])).Passed);
        Assert.Empty(Whole.Summary.EmptyMetrics);
        Assert.Equal((5L, 0L), (Nothing.Summary.CutOffRequests, Whole.Summary.CutOffRequests));
    }

    [Fact]
    public void Outputs_of_one_token_have_no_gaps()
    {
        string[] expected = [.. ((string[])["ttst_ms", "tpot_ms", "itl_ms", "output_token_throughput_per_user"])
            .SelectMany(distribution => Statistic.All.Select(statistic => statistic.NameOf(distribution))).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, OneToken.Summary.EmptyMetrics);
        Assert.True(double.IsFinite(OneToken.Summary.P99TtftMs));
        Assert.True(double.IsFinite(OneToken.Summary.GpuHours));
    }

    [Fact]
    public void The_report_keeps_the_numbers_of_the_reference_and_names_those_that_are_none()
    {
        foreach (ReplayResult result in (ReplayResult[])[Nothing, OneToken, Whole])
        {
            using JsonDocument report = JsonDocument.Parse(Json(result));
            JsonElement named = report.RootElement.GetProperty("run").GetProperty("empty_metrics");
            Assert.Equal(result.Summary.EmptyMetrics, named.EnumerateArray().Select(name => name.GetString()!));
            foreach (string name in result.Summary.EmptyMetrics.Where(name => !name.EndsWith("worker_seconds", StringComparison.Ordinal)
                && name != "gpu_hours"))
                Assert.Equal(0.0, report.RootElement.GetProperty(name).GetDouble());
        }
    }

    [Fact]
    public void Reports_without_that_list_know_it_by_their_counts()
    {
        foreach (ReplayResult result in (ReplayResult[])[Nothing, OneToken, Whole])
        {
            var report = System.Text.Json.Nodes.JsonNode.Parse(Json(result))!.AsObject();
            report.Remove("run");   // as the reference writes it
            IReadOnlyList<Metric> metrics = ReportReader.Read(_folder.Write("reference.json", report.ToJsonString()));
            Assert.Equal(result.Summary.EmptyMetrics, EmptyMetrics.In(metrics));
        }
    }

    [Fact]
    public void A_zero_is_a_number_where_nothing_says_that_it_is_none()
    {
        Metric metric = Assert.Single(ReportReader.Read(_folder.Write("report.json", """{"p99_ttft_ms":0.0}""")));
        Assert.Equal((0.0, true), (metric.Value, metric.HasSamples));
    }

    [Theory]
    [InlineData("opt-vllm-agg-tight")]
    [InlineData("003-agent-trtllm-agg-roundrobin")]
    public void Usual_reports_of_the_reference_have_samples_of_everything(string name) =>
        Assert.Empty(EmptyMetrics.In(ReportReader.Read(TestData.PathOf("replay", name, "report.json"))));

    [Fact]
    public void A_comparison_says_so_instead_of_a_difference()
    {
        MetricComparison worse = One(Whole, Nothing), better = One(Nothing, Whole), same = One(Nothing, Nothing);
        foreach (MetricComparison comparison in (MetricComparison[])[worse, better, same])
        {
            Assert.Equal(ComparisonVerdict.NoSamples, comparison.Verdict);
            Assert.Null(comparison.Difference);
            Assert.Null(comparison.Percent);
        }

        string table = ComparisonTable.Render(["a", "b"], ReportComparison.Compare([Nothing.Summary.Metrics, Nothing.Summary.Metrics]));
        Assert.Contains("have no samples.", table);
        Assert.Contains("? no samples", ComparisonTable.Render(["a", "b"],
            ReportComparison.Compare([Whole.Summary.Metrics, Nothing.Summary.Metrics])));

        static MetricComparison One(ReplayResult a, ReplayResult b) =>
            ReportComparison.Compare([a.Summary.Metrics, b.Summary.Metrics]).Single(c => c.Metric == "p99_ttft_ms");
    }

    [Fact]
    public void Nothing_can_be_worse_than_a_baseline_that_measured_nothing()
    {
        Assert.Equal("BaselineEmpty", Assert.Throws<AgentSimException>(() => LimitTest.NoWorse(Nothing.Summary.Metrics)).ErrorId);
        Assert.Equal("BaselineEmpty", Assert.Throws<AgentSimException>(() =>
            LimitTest.NoWorse([new Metric("num_requests", 5, true)])).ErrorId);
        Assert.DoesNotContain(LimitTest.NoWorse(OneToken.Summary.Metrics), limit => limit.Metric == "p99_itl_ms");
        Assert.Contains(LimitTest.NoWorse(OneToken.Summary.Metrics), limit => limit.Metric == "p99_ttft_ms");
    }

    [Fact]
    public void What_a_time_cap_cut_off_is_said_where_the_numbers_are()
    {
        Assert.Contains("The time cap cut off 5 requests, which are in no number", MetricTable.Render(Nothing.Summary));
        Assert.DoesNotContain("cut off", MetricTable.Render(Whole.Summary));
        Assert.Contains("\"cut_off_requests\": 5,", Json(Nothing));
        using var markdown = new MemoryStream();
        ReportMarkdown.Write(markdown, [new ReportedRun(Nothing, "nothing"), new ReportedRun(Whole, "whole")]);
        Assert.Contains("nothing: The time cap cut off 5 requests", Encoding.UTF8.GetString(markdown.ToArray()));
        using var html = new MemoryStream();
        AgentSim.Reports.Html.HtmlReport.Write(html, [new ReportedRun(Nothing, "nothing")], CancellationToken.None);
        Assert.Contains("The time cap cut off 5 requests", Encoding.UTF8.GetString(html.ToArray()));
    }

    [Fact]
    public void Tables_pages_and_columns_have_no_number_for_it()
    {
        using var csv = new MemoryStream();
        ReportCsvWriter.Write(csv, [Nothing.Summary.Metrics, OneToken.Summary.Metrics]);
        string[] lines = Encoding.UTF8.GetString(csv.ToArray()).Split('\n');
        string[] names = lines[0].Split(',');
        Assert.Equal("", lines[1].Split(',')[Array.IndexOf(names, "p99_ttft_ms")]);
        Assert.Equal("", lines[2].Split(',')[Array.IndexOf(names, "p99_itl_ms")]);
        Assert.NotEqual("", lines[2].Split(',')[Array.IndexOf(names, "p99_ttft_ms")]);

        using var markdown = new MemoryStream();
        ReportMarkdown.Write(markdown, [new ReportedRun(Nothing, "nothing"), new ReportedRun(OneToken, "one")]);
        Assert.Contains("| Inter-token latency, p99 (ms) | no samples | no samples |", Encoding.UTF8.GetString(markdown.ToArray()));

        using var html = new MemoryStream();
        AgentSim.Reports.Html.HtmlReport.Write(html, [new ReportedRun(Nothing, "nothing")], CancellationToken.None);
        string page = Encoding.UTF8.GetString(html.ToArray());
        Assert.Contains("title=\"no samples\">no samples</td>", page);
        Assert.DoesNotContain("∞", page);
        Assert.DoesNotContain("Infinity<", page);
        Assert.Matches(@"Inter Token Latency \(ms\) +┃ +N/A ┃", MetricTable.Render(OneToken.Summary));
    }
}
