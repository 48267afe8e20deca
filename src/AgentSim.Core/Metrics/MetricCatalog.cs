namespace AgentSim.Metrics;

/// <summary>
/// The one place that says what metrics there are. The report and its file, the tables of the terminal and the module, CSV,
/// Markdown, the page, limits, comparisons, completions, suggestions for misspelt names and docs/metrics.md all read it.
/// <para>
/// To add a metric, add a <see cref="MetricRow"/> to <see cref="Standard"/> (MetricCatalog.Rows.cs); where it stands among the others
/// is its place among the headlines. A metric at the top of the file is also a property of <see cref="ReplayReport"/>, for scripts: a
/// test holds that these agree. Another holds that docs/metrics.md has the row, and says where it has put the new page. Nothing else
/// is to do.
/// </para>
/// <para>
/// A group of metrics that is only there when asked for is a <see cref="MetricGroup"/> that says so in
/// <see cref="MetricGroup.IsIn"/>, which usually asks whether a property of the report is there. With a <see cref="MetricGroup.Key"/>
/// it is written to an object of that name in the report file, and read from there, so that the keys of the reference stay alone at
/// the top. Names are unique over all groups, because CSV, comparisons and limits have no objects. Metrics of which only a run knows
/// the names, such as one for each class of tools, are one row with a star in its name and <see cref="MetricRow.Parts"/>.
/// </para>
/// </summary>
internal sealed partial class MetricCatalog
{
    private static readonly MetricCatalog Shipped = new(Standard());
    private static readonly AsyncLocal<MetricCatalog?> InPlaceOfShipped = new();

    private readonly Dictionary<string, MetricDefinition> _byName;

    /// <summary>A catalog of some rows.</summary>
    /// <exception cref="ArgumentException">Two metrics have the same name.</exception>
    public MetricCatalog(IEnumerable<MetricRow> rows)
    {
        Rows = [.. rows];
        Definitions = [.. Rows.SelectMany(row => row.Definitions)];
        _byName = Definitions.ToDictionary(metric => metric.Name);
        Names = [.. _byName.Keys.Concat(Rows.Where(row => row.IsOpen).Select(row => row.Name)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The catalog in use: that of AgentSim, except where a test has put another in its place.</summary>
    public static MetricCatalog Current => InPlaceOfShipped.Value ?? Shipped;

    /// <summary>The rows, in the order in which headlines stand.</summary>
    public IReadOnlyList<MetricRow> Rows { get; }

    /// <summary>All metrics but those of open rows, in the same order.</summary>
    public IReadOnlyList<MetricDefinition> Definitions { get; }

    /// <summary>The names of all metrics in ascending order; open rows with the star.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>The groups that have an object of their own in report files.</summary>
    public IEnumerable<MetricGroup> Objects => Rows.Select(row => row.Group).Where(group => group.Key is not null).Distinct();

    /// <summary>What is said of a metric; null where there is none of that name.</summary>
    public MetricDefinition? Find(string name) =>
        _byName.GetValueOrDefault(name) ?? Rows.Select(row => row.Open(name)).FirstOrDefault(metric => metric is not null);

    /// <summary>All metrics of a report, in ascending order of the names.</summary>
    public Metric[] Measure(ReplayReport report) =>
    [
        .. Rows.Where(row => row.Group.IsIn(report)).SelectMany(row => row.Measure(report))
            .OrderBy(metric => metric.Name, StringComparer.Ordinal),
    ];

    /// <summary>The lines of a table of one run.</summary>
    /// <param name="report">The run.</param>
    /// <param name="label">What the table calls a row; null where it does not have it.</param>
    public IEnumerable<MetricLine> Lines(ReplayReport report, Func<MetricRow, string?> label) =>
        from row in Rows
        let name = label(row)
        where name is not null && row.Group.IsIn(report)
        orderby row.Place
        from line in row.Lines(report, name)
        select line;

    /// <summary>The headlines that at least one of some reports has.</summary>
    public IEnumerable<MetricDefinition> Headlines(IReadOnlyList<IReadOnlyList<Metric>> reports)
    {
        string[] names = [.. reports.SelectMany(report => report.Select(metric => metric.Name)).Distinct().Order(StringComparer.Ordinal)];
        foreach (MetricRow row in Rows)
        {
            IEnumerable<string> ofRow = row.IsOpen ? names : row.Definitions.Select(metric => metric.Name).Where(names.Contains);
            foreach (string name in ofRow)
            {
                // An open row has those names only that no other row has.
                if (Find(name) is { IsHeadline: true } metric && metric.Row == row) yield return metric;
            }
        }
    }

    /// <summary>Puts a catalog in the place of AgentSim's for what the caller calls, until the result is disposed. For tests.</summary>
    public static IDisposable Use(MetricCatalog catalog)
    {
        InPlaceOfShipped.Value = catalog;
        return new Restored();
    }

    private sealed class Restored : IDisposable
    {
        public void Dispose() => InPlaceOfShipped.Value = null;
    }
}
