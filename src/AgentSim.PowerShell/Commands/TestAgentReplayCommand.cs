using System.Collections;
using System.Management.Automation;
using AgentSim.Metrics;

namespace AgentSim.PowerShell.Commands;

/// <summary>Tests replays against limits, a baseline, or both.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AgentReplay", DefaultParameterSetName = DefaultSet)]
[OutputType(typeof(LimitResult), typeof(bool))]
public sealed class TestAgentReplayCommand : ReportInputCommand
{
    private IReadOnlyList<Metric>? _baseline;
    private IReadOnlyList<MetricLimit> _limits = [];
    private bool _allPassed = true;

    /// <summary>Limits by metric: numbers, or texts such as <c>+5%</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Limit { get; set; }

    /// <summary>What relative limits refer to, and without limits what must not get worse: a report file or a result.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject? Baseline { get; set; }

    /// <summary>How much worse than the baseline is still fine, percent; without limits.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double TolerancePercent { get; set; }

    /// <summary>Returns true if all is well, and false otherwise, instead of objects.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        if (Limit is null && Baseline is null) throw AgentSimException.Usage("LimitMissing", "there is nothing to test against; give -Limit, -Baseline or both");
        if (MyInvocation.BoundParameters.ContainsKey(nameof(TolerancePercent)) && (Limit is not null || Baseline is null))
            throw AgentSimException.Usage("OptionsConflict", "-TolerancePercent is for -Baseline without -Limit; say in the limits how much a metric may change");
        if (Baseline is not null) _baseline = ReportsOf(Baseline).First().Metrics;
        _limits = Limit is null ? LimitTest.NoWorse(_baseline!, TolerancePercent) : MetricLimits.Of(Limit);
        LimitTest.RequireBaseline(_limits, _baseline);
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (object input in Inputs)
        {
            try
            {
                foreach (MetricSource report in ReportsOf(input)) Test(report);
            }
            catch (AgentSimException error)
            {
                _allPassed = false;
                WriteError(ErrorRecords.Of(error, input));
            }
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (Quiet) WriteObject(_allPassed);
    }

    private void Test(MetricSource report)
    {
        foreach (LimitResult result in LimitTest.Run(report.Metrics, _limits, _baseline))
        {
            _allPassed &= result.Passed;
            if (!Quiet) WriteObject(result with { Source = report.Path });
        }
    }
}
