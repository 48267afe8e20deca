using System.Management.Automation;
using AgentSim.Metrics;

namespace AgentSim.PowerShell.Commands;

/// <summary>Compares two or more replays metric by metric; the first one is the baseline.</summary>
[Cmdlet(VerbsData.Compare, "AgentReplay", DefaultParameterSetName = DefaultSet)]
[OutputType(typeof(MetricComparison))]
public sealed class CompareAgentReplayCommand : ReportInputCommand
{
    private readonly List<IReadOnlyList<Metric>> _reports = [];

    /// <summary>Names of the metrics to compare; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MetricCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Metric { get; set; } = ["*"];

    /// <summary>Changes up to this percentage of the baseline count as none.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    [Number]
    public double TolerancePercent { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        foreach (string name in Metric)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name)) MetricNames.Require(name);
            else if (!IsPossible(name))
                throw Errors.MetricUnknown.Error($"no metric matches {Quote.Of(name)}; a metric is p99_ttft_ms, for example");
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (object? input in Inputs)
        {
            WarnOfCutOff(input);
            _reports.AddRange(ReportsOf(input).Select(report => report.Metrics));
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_reports.Count < 2) throw Errors.ComparisonTooFew.Error($"a comparison needs two or more replays ({_reports.Count} given)");
        IReadOnlyList<MetricComparison> all = ReportComparison.Compare(_reports, TolerancePercent);
        // Of no comparisons, none would be worse.
        foreach (string name in Metric)
        {
            if (!all.Any(comparison => Pattern(name).IsMatch(comparison.Metric)))
                throw Errors.MetricMissing.Error(
                    $"no replay has a metric {Quote.Of(name)}, so that nothing was compared; goodput needs the bounds of a service level");
        }

        WildcardPattern[] patterns = [.. Metric.Select(Pattern)];
        foreach (MetricComparison comparison in all)
        {
            if (Array.Exists(patterns, pattern => pattern.IsMatch(comparison.Metric))) WriteObject(comparison);
        }
    }

    // Of a row with a star only what a run has can be matched; that both begin alike is all that is known before.
    private static bool IsPossible(string name)
    {
        string start = name[..name.IndexOfAny(['*', '?', '['])];
        return MetricNames.Names.Any(Pattern(name).IsMatch)
            || MetricCatalog.Current.Rows.Any(row => row.IsOpen && BeginAlike(row.Name[..row.Name.IndexOf(MetricRow.AnyPart)], start));
    }

    private static bool BeginAlike(string a, string b) =>
        a.StartsWith(b, StringComparison.OrdinalIgnoreCase) || b.StartsWith(a, StringComparison.OrdinalIgnoreCase);

    private static WildcardPattern Pattern(string name) => new(name, WildcardOptions.IgnoreCase);
}
