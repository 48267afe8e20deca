using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Measures;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Statistics;
using AgentSim.Tests.Reports.Html;

namespace AgentSim.Tests.Reports;

// Findings A2 and A4: what objects say about themselves does not depend on the culture, and is enough to make them again.
public class StoredResultTests
{
    public static TheoryData<string> Names => Cultures.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Files_are_the_same_under_every_culture(string culture)
    {
        ReplayResult one = Pages.AgenticRun(), two = Pages.AgenticRun(workers: 2);
        ReportedRun[] runs = [.. new[] { one, two }.Select(result =>
            new ReportedRun(result) { Limits = [MetricLimit.Parse("p99_ttft_ms", "1.5").Test(2.25, null)] })];
        Action<Stream>[] writers =
        [
            stream => ReportWriter.Write(stream, one.Summary, one.Run),
            stream => RequestLogWriter.Write(stream, one.Requests),
            stream => ReportCsvWriter.Write(stream, [one.Summary.Metrics, two.Summary.Metrics], null),
            stream => ReportMarkdown.Write(stream, runs),
            stream => AgentSim.Reports.Html.HtmlReport.Write(stream, runs, default),
        ];
        foreach (Action<Stream> writer in writers) Assert.Equal(Written(writer), Cultures.Under(culture, () => Written(writer)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_text_of_objects_is_the_same_under_every_culture(string culture)
    {
        object[] objects =
        [
            new Distribution(1.5, 0.25, 1e6, 2.5, 3.5, 4.5, 5.5, 6.5, 0.5), new Metric("p99_ttft_ms", 1234.5, false),
                new SampleSummary(3, 1.5, 2.5, 3.5, 4.5, 0.5, 1e6),
            new LimitResult("p99_ttft_ms", "29.5", false, 43.75, null, 29.5, null),
                new WorkerResult(WorkerType.Decode, 1, 2, 2, 3, 4, 5, 1.5, 2.5),
            new KvUseSample(WorkerType.Decode, 1, 1.5, 7), new RowDependency("a", DependencyTrigger.Completion, 1.5,
                DependencyRelation.Join),
            new ToolSpan("a", "b", 1, 2, 1.5, "succeeded"), new SglangArguments { ScheduleConservativeness = 0.5 },
                new ReasoningArguments { ThinkingRatio = 0.5 },
            EngineArguments.Default with { SpeedupRatio = 1.5 }, AgentSim.Routing.RouterSettings.Default with { RouterTemperature = 0.5 },
            new ConcurrencyPart(TimeSpan.FromSeconds(1.5), 1.5, 2),
        ];
        foreach (object each in objects)
        {
            string expected = each.ToString()!;
            Assert.Contains(".", expected, StringComparison.Ordinal);
            Assert.Equal(expected, Cultures.Under(culture, () => each.ToString()));
        }
    }

    [Fact]
    public void Settings_of_a_run_come_back_in_their_order_and_types()
    {
        var settings = new Dictionary<string, object?>
        {
            ["z"] = 5, ["real"] = 5000.0, ["large"] = ulong.MaxValue, ["long"] = long.MaxValue, ["none"] = null, ["text"] = "1,5",
                ["flag"] = true,
            ["engine_args"] = JsonElement.Parse("""{"b":1,"a":[1.50]}"""),
        };
        var run = new RunInfo("0.1.0", [], settings, 7);
        IReadOnlyDictionary<string, object?> back = Cultures.Under("de-DE", () => StoredSettings.Read(StoredSettings.Write(run)));
        Assert.Equal(settings.Keys, back.Keys);
        foreach ((string name, object? value) in settings)
        {
            if (name != "engine_args") Assert.Equal(value, back[name]);
        }

        Assert.Equal("""{"b":1,"a":[1.50]}""", back["engine_args"]!.ToString());
        Assert.Equal("ObjectInvalid", Assert.Throws<AgentSimException>(() => StoredSettings.Read("[")).ErrorId);
        Assert.Equal("ObjectInvalid", Assert.Throws<AgentSimException>(() => StoredSettings.Read("[]")).ErrorId);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Metrics_come_back_with_every_bit(string culture)
    {
        Metric[] metrics = [new("a", 0.1 + 0.2, false), new("b", 7, true), new("c", double.NaN, false),
            new("d", double.PositiveInfinity, false), new("e", 7, false), new("f", double.Epsilon, false)];
        Assert.Equal(metrics, Cultures.Under(culture, () => MetricsJson.Read(MetricsJson.Write(metrics))));
        Assert.Equal("ObjectInvalid", Assert.Throws<AgentSimException>(() => MetricsJson.Read("{")).ErrorId);
    }

    private static byte[] Written(Action<Stream> writer)
    {
        var stream = new MemoryStream();
        writer(stream);
        return stream.ToArray();
    }
}
