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
    public double TolerancePercent { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        foreach (string name in Metric)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name)) MetricDirections.Require(name);
        }
    }

    /// <inheritdoc/>
    protected override void Process() => _reports.AddRange(Inputs.SelectMany(ReportsOf).Select(report => report.Metrics));

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_reports.Count < 2) throw AgentSimException.Usage("ComparisonTooFew", $"a comparison needs two or more replays ({_reports.Count} given)");
        WildcardPattern[] patterns = [.. Metric.Select(name => new WildcardPattern(name, WildcardOptions.IgnoreCase))];
        foreach (MetricComparison comparison in ReportComparison.Compare(_reports, TolerancePercent))
        {
            if (Array.Exists(patterns, pattern => pattern.IsMatch(comparison.Metric))) WriteObject(comparison);
        }
    }
}
