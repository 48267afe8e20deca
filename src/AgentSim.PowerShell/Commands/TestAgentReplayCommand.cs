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
    private int _tested;

    /// <summary>Limits by metric: numbers, or texts such as <c>+5%</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LimitCompleter))]
    public IDictionary? Limit { get; set; }

    /// <summary>What relative limits refer to, and without limits what must not get worse: a report file or a result.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject? Baseline { get; set; }

    /// <summary>How much worse than the baseline is still fine, percent; without limits.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    [Number]
    public double TolerancePercent { get; set; }

    /// <summary>Returns true if all is well, and false otherwise, instead of objects.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        if (Limit is null && Baseline is null)
            throw Errors.LimitMissing.Error("there is nothing to test against; give -Limit, -Baseline or both");
        if (MyInvocation.BoundParameters.ContainsKey(nameof(TolerancePercent)) && (Limit is not null || Baseline is null))
            throw Errors.OptionsConflict.Error(
                "-TolerancePercent is for -Baseline without -Limit; say in the limits how much a metric may change");
        if (Baseline is not null) _baseline = OnlyReport(Baseline);
        _limits = Limit is null ? LimitTest.NoWorse(_baseline!, TolerancePercent) : MetricLimits.Of(Limit);
        if (_limits.Count == 0) throw Errors.LimitMissing.Error("-Limit is empty; name at least one metric");
        LimitTest.RequireBaseline(_limits, _baseline);
    }

    private IReadOnlyList<Metric> OnlyReport(PSObject baseline)
    {
        MetricSource[] reports = [.. ReportsOf(baseline)];
        return reports is [var only] ? only.Metrics
            : throw Errors.BaselineSeveral.Error($"the baseline is one replay ({reports.Length} given)");
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (object? input in Inputs)
        {
            try
            {
                WarnOfCutOff(input);
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
        // Nothing tested is not passed. Without -Quiet the statement ends: of no objects, none would have failed.
        if (_tested == 0)
        {
            var nothing = Errors.ReportMissing.Error("no replay came, so that no limit was tested; that is not passed");
            if (!Quiet) throw nothing;
            WriteError(ErrorRecords.Of(nothing));
        }

        if (Quiet) WriteObject(_allPassed && _tested > 0);
    }

    private void Test(MetricSource report)
    {
        _tested++;
        foreach (LimitResult result in LimitTest.Run(report.Metrics, _limits, _baseline))
        {
            _allPassed &= result.Passed;
            if (!Quiet) WriteObject(result with { Source = report.Path });
        }
    }
}
