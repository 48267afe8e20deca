using System.Management.Automation;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell.Commands;

// Combinations of a sweep, replayed again for what their rows do not hold.
public sealed partial class InvokeAgentReplayCommand
{
    private const string SweepRowSet = "SweepRow";

    private readonly List<SweepRow> _again = [];

    /// <summary>Rows of Invoke-AgentSweep, each of which gives a result: with its workload and its settings.</summary>
    [Parameter(ParameterSetName = SweepRowSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public SweepRow[] SweepRow { get; set; } = [];

    /// <inheritdoc/>
    private protected override (string Name, object Value)? CollectedInput =>
        IsAgain ? (nameof(SweepRow), _again.ToArray()) : base.CollectedInput;

    private bool IsAgain => ParameterSetName == SweepRowSet;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (!IsAgain)
        {
            base.Process();
            return;
        }

        CheckAgain();   // not earlier: only the first row from the pipeline shows what it brings
        foreach (SweepRow row in SweepRow)
        {
            try
            {
                _ = row.GetPoint();
                _again.Add(row);
            }
            catch (AgentSimException stored)
            {
                WriteError(ErrorRecords.Of(stored, row));
            }
        }
    }

    private void CheckAgain()
    {
        string[] usable = [nameof(SweepRow), nameof(Name), nameof(RecordKvUse), nameof(Agents), nameof(AsJob)];
        if (MyInvocation.BoundParameters.Keys.FirstOrDefault(name => !usable.Contains(name) && !CommonParameters.Contains(name))
            is { } other)
            throw Errors.OptionsConflict.Error($"-{other} is not for rows of a sweep, which have their own settings; leave it out");
    }

    private void RunAgain(SweepPoint point)
    {
        _settings = point.Settings with
        {
            RunName = Name,
            RecordsKvUse = RecordKvUse,
            ReportsAgents = Agents || point.Settings.ReportsAgents,
        };
        Run(point.Workload);
    }
}
