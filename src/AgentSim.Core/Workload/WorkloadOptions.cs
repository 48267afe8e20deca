using AgentSim.Imports;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>What a workload is read with (behaviour 01#6.1).</summary>
public sealed record WorkloadOptions
{
    /// <summary>Tokens per hash id unless the trace says otherwise.</summary>
    public const int DefaultTraceBlockSize = MooncakeRow.DefaultTraceBlockSize;

    /// <summary>Format of the files.</summary>
    public TraceFormat Format { get; init; }

    /// <summary>
    /// Tokens per hash id; null: 512, and for request traces what they say. A request trace must agree with a given value;
    /// so must an agentic file with a header.
    /// </summary>
    public int? TraceBlockSize { get; init; }

    /// <summary>Applied-compute sessions: share of a first prompt's blocks that its group has in common, 0 to 1.</summary>
    public double SharedPrefixRatio { get; init; }

    /// <summary>Applied-compute sessions: number of groups with a common prefix; 0: nothing is shared.</summary>
    public int PrefixGroups { get; init; }

    /// <summary>Request traces and recordings: only requests to this model; null: to all.</summary>
    public string? Model { get; init; }

    /// <summary>Recordings of other programs: how to import them.</summary>
    public ImportOptions Import { get; init; } = new();

    /// <summary>Whether prompts may be cut in more than half of the rows, because their hash ids do not cover them.</summary>
    public bool AllowCut { get; init; }

    /// <summary>Whether the whole lines of files are read whose end is missing, which are refused otherwise.</summary>
    public bool AllowTorn { get; init; }

    /// <summary>Agentic request traces: leaves out requests without a session, which are refused otherwise.</summary>
    public bool DropSessionless { get; init; }

    /// <summary>Agentic rows and traces: what to do about requests that are waited for and not there.</summary>
    public MissingDependency MissingDependency { get; init; }

    /// <summary>Told of what is allowed but hardly meant, when it is found; the same stands in <see
    /// cref="ReplayWorkload.Warnings"/>.</summary>
    public Action<RunWarning>? OnWarning { get; init; }
}
