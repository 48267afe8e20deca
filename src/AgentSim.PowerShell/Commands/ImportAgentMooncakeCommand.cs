using System.Management.Automation;
using AgentSim.Files;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>Reads files of Mooncake rows, plain or gzipped, as a stream of rows.</summary>
[Cmdlet(VerbsData.Import, "AgentMooncake", DefaultParameterSetName = PathSet)]
[OutputType(typeof(MooncakeRow))]
public sealed class ImportAgentMooncakeCommand : ImportCommand<MooncakeRow>
{
    /// <summary>Tokens per hash id, which only files of agentic rows of version 2 say.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int TraceBlockSize { get; set; } = WorkloadOptions.DefaultTraceBlockSize;

    /// <summary>
    /// The dialect. There is no <see cref="TraceFormat.MooncakeDelta"/>: rows cannot say that they are deltas, so that
    /// only a replay that reads the file itself can know.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(TraceFormat.Mooncake), nameof(TraceFormat.AgenticMooncake))]
    public TraceFormat Format { get; set; }

    /// <summary>Version of agentic rows that a file has to have; means the agentic dialect.</summary>
    [Parameter]
    [ValidateSet("1", "2")]
    [Number(Whole = true)]
    public int? Version { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        if (Version is null) return;
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Format)) && Format != TraceFormat.AgenticMooncake)
            throw Errors.RowVersionMismatch.Usage("-Version is for agentic rows only; leave out -Format, or -Version");
        Format = TraceFormat.AgenticMooncake;
    }

    /// <inheritdoc/>
    protected override IEnumerable<MooncakeRow> Read(
        string file, Action<AgentSimException>? onBadRow, TornEnds? torn, IProgress<long> progress)
    {
        bool isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(TraceBlockSize));
        foreach (AtLine<MooncakeRow> row in MooncakeRowReader.Read(file, Format, TraceBlockSize, onBadRow,
            warning => WriteWarning(warning.In(ParameterNames.Wording)), progress, torn, Cancellation))
        {
            // All rows of a file are of one version, so that this ends the file at its first row.
            if (Version is { } version && row.Value.AgenticVersion != version)
            {
                throw Errors.RowVersionMismatch.At(file, row.Line,
                    $"the file has agentic rows of version {row.Value.AgenticVersion}, not {version}; convert the trace to that version");
            }

            if (isGiven && row.Value.TraceBlockSize != TraceBlockSize)
                throw MooncakeRowReader.OtherBlockSize(file, 1, row.Value.TraceBlockSize, TraceBlockSize);
            yield return row.Value;
        }
    }
}
