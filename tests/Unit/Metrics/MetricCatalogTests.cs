using System.Text.RegularExpressions;
using AgentSim.Metrics;
using AgentSim.Statistics;
using AgentSim.Sweeps;
using AgentSim.Tests.Reports;

namespace AgentSim.Tests.Metrics;

/// <summary>What is declared beside the catalog of metrics, because a language wants it so, is just what the catalog says.</summary>
public partial class MetricCatalogTests
{
    private static readonly MetricCatalog Catalog = new(MetricCatalog.Standard());
    private static readonly ReplayReport Report = Sample.Report(new ServiceLevel(TtftMs: 30));

    [Fact]
    public void Properties_of_reports_are_the_metrics_that_every_run_can_have()
    {
        // What is no metric: counts that the metrics are made of or have to be read with.
        string[] others = [nameof(ReplayReport.CutOffRequests), nameof(ReplayReport.GoodputOutputTokens)];
        string[] properties = [.. typeof(ReplayReport).GetProperties()
            .Where(property => property.GetIndexParameters().Length == 0 && IsNumber(property.PropertyType))
            .Select(property => property.Name).Except(others)];
        MetricDefinition[] metrics = [.. Catalog.Definitions.Where(metric => metric.Row.Group.Key is null)];
        Assert.Equal(metrics.Select(metric => metric.PropertyName).Order(StringComparer.Ordinal), properties.Order(StringComparer.Ordinal));
        foreach (MetricDefinition metric in metrics)
        {
            object? value = typeof(ReplayReport).GetProperty(metric.PropertyName)!.GetValue(Report);
            Assert.Equal(Report[metric.Name], Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(metric.Row.IsWhole, value is long);
        }
    }

    [Fact]
    public void Distributions_of_reports_are_those_of_the_catalog()
    {
        Distribution[] declared = [.. typeof(ReplayReport).GetProperties()
            .Where(property => property.PropertyType == typeof(Distribution)).Select(property => (Distribution)property.GetValue(Report)!)];
        Distribution[] listed = [.. Catalog.Rows
            .Where(row => row.Distribution is not null && row.Group.Key is null).Select(row => row.Distribution!(Report))];
        Assert.Equal(declared.Select(each => each.ToString()).Order(), listed.Select(each => each.ToString()).Order());
    }

    [Fact]
    public void Rows_of_sweeps_have_the_columns_that_the_catalog_names()
    {
        IEnumerable<string> columns = Catalog.Definitions.Where(metric => metric.IsSweepColumn).Select(metric => metric.PropertyName);
        string[] properties = [.. typeof(SweepRow).GetProperties()
            .Where(property => property.PropertyType == typeof(double?) && property.GetIndexParameters().Length == 0)
            .Select(property => property.Name)];
        Assert.Equal(columns.Order(StringComparer.Ordinal), properties.Order(StringComparer.Ordinal));
        var row = new SweepRow(0, new AgentSim.Simulation.ReplaySettings(), new SweepOutcome(Report.Metrics), isResumed: false);
        foreach (MetricDefinition metric in Catalog.Definitions.Where(metric => metric.IsSweepColumn))
            Assert.Equal(Report[metric.Name], typeof(SweepRow).GetProperty(metric.PropertyName)!.GetValue(row));
    }

    [Fact]
    public void Rows_of_sweeps_are_stored_with_all_their_columns()
    {
        string types = File.ReadAllText(TestData.PathOf("../../../AgentSim.Types.ps1xml"));
        string stored = types[types.IndexOf("<Name>AgentSim.Sweeps.SweepRow</Name>", StringComparison.Ordinal)..];
        stored = stored[..stored.IndexOf("</PropertySet>", StringComparison.Ordinal)];
        Assert.All(
            Catalog.Definitions.Where(metric => metric.IsSweepColumn),
            metric => Assert.Contains($"<Name>{metric.PropertyName}</Name>", stored));
    }

    [Fact]
    public void Every_row_is_whole()
    {
        Assert.All(Catalog.Rows, row =>
        {
            Assert.Single((object?[])[row.Value, row.Distribution, row.Parts], getter => getter is not null);
            Assert.Matches(RowName(), row.Name);
            Assert.Equal(row.IsOpen, row.Name.Contains(MetricRow.AnyPart));
            Assert.True(row.ViewLabel is null or { Length: <= 28 }, $"{row.ViewLabel} is wider than its column");
            Assert.True(row is { Label.Length: > 0, Title.Length: > 0, Unit.Length: > 0 });
            Assert.EndsWith(".", row.Meaning, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_name_cannot_be_taken_twice() =>
        Assert.Throws<ArgumentException>(() => new MetricCatalog([.. MetricCatalog.Standard(), MetricCatalog.Standard()[0]]));

    [Theory]
    [InlineData("p99_ttft_ms", "TTFT p99", "Time to first token, p99 (ms)", "P99TtftMs", MetricDirection.Lower)]
    [InlineData(
        "std_output_token_throughput_per_user", "Output tokens/s per user std", "Output tokens per second and user, std (tokens/s)",
        "StdOutputTokenThroughputPerUser", MetricDirection.Lower)]
    [InlineData("duration_ms", "Duration", "Duration (ms)", "DurationMs", MetricDirection.Lower)]
    [InlineData("gpu_hours", "GPU hours", "GPU hours", "GpuHours", MetricDirection.Lower)]
    [InlineData("num_requests", "Requests", "Requests", "NumRequests", MetricDirection.None)]
    public void A_metric_has_a_short_name_a_long_one_and_a_direction(
        string name, string label, string title, string property, MetricDirection direction)
    {
        MetricDefinition metric = Catalog.Find(name)!;
        Assert.Equal((label, title, property, direction), (metric.Label, metric.Title, metric.PropertyName, metric.Direction));
    }

    [Fact]
    public void Completions_say_what_a_metric_is()
    {
        Assert.Equal(
            "TTFT p99 (ms, less is better): 99th percentile: Milliseconds from the arrival of a request to its first token.",
            MetricNames.Describe("p99_ttft_ms"));
        Assert.All(MetricNames.Names, name => Assert.NotEmpty(MetricNames.Describe(name)));
        Assert.Equal("", MetricNames.Describe("p99_tft_ms"));
    }

    private static bool IsNumber(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is var plain && (plain == typeof(double) || plain == typeof(long));

    [GeneratedRegex(@"^[a-z0-9]+(_([a-z0-9]+|\*))*$")]
    private static partial Regex RowName();
}
