using System.Management.Automation;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>Reads files of Mooncake rows, plain or gzipped, as a stream of rows.</summary>
[Cmdlet(VerbsData.Import, "AgentMooncake", DefaultParameterSetName = PathSet)]
[OutputType(typeof(MooncakeRow))]
public sealed class ImportAgentMooncakeCommand : ImportCommand<MooncakeRow>
{
    /// <summary>Tokens per hash id, which the files do not say.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int TraceBlockSize { get; set; } = WorkloadOptions.DefaultTraceBlockSize;

    /// <summary>
    /// The dialect. There is no <see cref="TraceFormat.MooncakeDelta"/>: rows cannot say that they are deltas, so that
    /// only a replay that reads the file itself can know.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(TraceFormat.Mooncake), nameof(TraceFormat.AgenticMooncake))]
    public TraceFormat Format { get; set; }

    /// <inheritdoc/>
    protected override IEnumerable<MooncakeRow> Read(string file, IProgress<long> progress) =>
        MooncakeRowReader.Read(file, Format, TraceBlockSize, progress, Cancellation).Select(row => row.Value);
}
