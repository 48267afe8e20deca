using System.Text;
using AgentSim.Metrics;

namespace AgentSim.Tests.Metrics;

/// <summary>docs/metrics.md is what the catalog of metrics says.</summary>
public class MetricsPageTests
{
    [Fact]
    public void The_page_has_the_rows_of_the_catalog()
    {
        string path = TestData.PathOf("../../../docs/metrics.md");
        string expected = Page(new MetricCatalog(MetricCatalog.Standard()));
        string found = File.Exists(path) ? File.ReadAllText(path) : "";
        if (found == expected) return;
        string made = Path.Combine(AppContext.BaseDirectory, "metrics.md");
        File.WriteAllText(made, expected);
        Assert.Fail($"docs/metrics.md is not what the catalog says; copy {made} over it");
    }

    private static string Page(MetricCatalog catalog)
    {
        var page = new StringBuilder("""
            # Metrics

            Every metric that a report can have, by the names that limits (`--fail-on`, `Test-AgentReplay -Limit`), comparisons, CSV
            files, rows of sweeps and report files use. Result objects have them as properties, too: `p99_ttft_ms` is `P99TtftMs`.
            Formulas and rounding are in [behaviour 06](behaviour/06-reports-and-cli.md#4). A metric without samples is no number, and
            every limit on it is missed.

            Of a distribution there is one metric for each statistic. Percentiles are nearest rank, without interpolation; those of gaps
            between tokens are exact to 0.1 %. What is better holds for all of them, except that less spread (`std`) is better throughout.

            """.ReplaceLineEndings("\n"));
        foreach (IGrouping<MetricGroup, MetricRow> group in catalog.Rows.GroupBy(row => row.Group))
        {
            string place = group.Key.Key is { } key ? $" In report files they are in the object `{key}`." : "";
            page.Append($"\n## {group.Key.Name}\n\n{group.Key.When}.{place}\n\n");
            page.Append("| metric | unit | better | what it is | no samples |\n|---|---|---|---|---|\n");
            foreach (MetricRow row in group) page.Append(Line(row));
        }

        return page.ToString();
    }

    private static string Line(MetricRow row)
    {
        string names = row.Distribution is null ? $"`{row.Name}`" : string.Join(" ", row.Definitions.Select(metric => $"`{metric.Name}`"));
        string better = row.Direction switch { MetricDirection.Lower => "less", MetricDirection.Higher => "more", _ => "" };
        string title = row.Title.Replace($" ({row.Unit})", "", StringComparison.Ordinal);
        return $"| {names} | {row.Unit} | {better} | **{title}.** {row.Meaning} | {row.Empty.When} |\n";
    }
}
