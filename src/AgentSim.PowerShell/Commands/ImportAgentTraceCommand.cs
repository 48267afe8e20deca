using System.Management.Automation;
using AgentSim.Files;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>Reads Dynamo request traces, plain or gzipped, as a stream of records.</summary>
[Cmdlet(VerbsData.Import, "AgentTrace", DefaultParameterSetName = PathSet)]
[OutputType(typeof(RequestRecord), typeof(ToolRecord))]
public sealed class ImportAgentTraceCommand : ImportCommand<TraceRecord>
{
    /// <summary>Folders stand for the traces below them, too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <inheritdoc/>
    protected override bool Recurses => Recurse;

    // With explicit edges, because records do not know yet what they will be converted to.
    /// <inheritdoc/>
    protected override IEnumerable<TraceRecord> Read(
        string file, Action<AgentSimException>? onBadRow, TornEnds? torn, IProgress<long> progress) =>
        RequestTraceReader.Read([file], readsDependencies: true, onBadRow, progress, torn, Cancellation);
}
