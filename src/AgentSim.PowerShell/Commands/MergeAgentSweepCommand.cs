using System.Management.Automation;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell.Commands;

/// <summary>Puts the checkpoints of the shares of a sweep together.</summary>
[Cmdlet(VerbsData.Merge, "AgentSweep", DefaultParameterSetName = PathSet)]
[OutputType(typeof(SweepRow))]
public sealed class MergeAgentSweepCommand : PathCommand
{
    private readonly List<string> _files = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string given in GivenPaths) _files.AddRange(FilesOf(given));
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        SweepMerge merge = SweepMerge.Read(_files);
        foreach (SweepRow row in merge.Rows)
        {
            if (SweepChecks.FaultOf(row) is { } fault) WriteError(ErrorRecords.Of(fault, row));
            else WriteObject(row);
        }

        if (merge.Missing is { } missing) WriteError(ErrorRecords.Of(missing));
    }
}
