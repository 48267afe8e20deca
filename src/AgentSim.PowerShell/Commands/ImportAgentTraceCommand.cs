using System.Management.Automation;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>Reads Dynamo request traces, plain or gzipped, as a stream of records.</summary>
[Cmdlet(VerbsData.Import, "AgentTrace", DefaultParameterSetName = PathSet)]
[OutputType(typeof(RequestRecord), typeof(ToolRecord))]
public sealed class ImportAgentTraceCommand : ImportCommand<TraceRecord>
{
    /// <inheritdoc/>
    protected override IEnumerable<TraceRecord> Read(string file, IProgress<long> progress) =>
        RequestTraceReader.Read([file], progress, Cancellation);
}
