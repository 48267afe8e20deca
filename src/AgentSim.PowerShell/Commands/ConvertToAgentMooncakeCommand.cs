using System.Management.Automation;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Turns the records of a request trace into Mooncake rows. All input together is one trace; the rows come when it has
/// ended, and only if all of it could be read.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "AgentMooncake", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(MooncakeRow))]
public sealed class ConvertToAgentMooncakeCommand : PathCommand
{
    private const string InputObjectSet = "InputObject";

    private readonly TraceLowering _lowering = new();
    private readonly List<string> _files = [];

    /// <summary>Records, as Import-AgentTrace gives them.</summary>
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public TraceRecord[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == InputObjectSet)
        {
            foreach (TraceRecord record in InputObject) _lowering.Add(record);
        }
        else
        {
            foreach (string given in GivenPaths) _files.AddRange(FilesOf(given));
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_files.Count > 0) ReadFiles();
        foreach (MooncakeRow row in _lowering.Rows())
        {
            Cancellation.ThrowIfCancellationRequested();
            WriteObject(row);
        }
    }

    private void ReadFiles()
    {
        var progress = new ProgressDisplay(this, "Reading request traces");
        foreach (TraceRecord record in RequestTraceReader.Read(_files, progress.Reading(_files), Cancellation)) _lowering.Add(record);
        progress.Complete();
    }
}
