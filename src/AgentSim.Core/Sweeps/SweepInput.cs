using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// What the workload of a sweep is made of, so that other machines can make it, too: one of files, rows, records or synthetic load.
/// </summary>
public sealed record SweepInput
{
    /// <summary>Files and folders.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Rows in memory.</summary>
    public IReadOnlyList<MooncakeRow> Rows { get; init; } = [];

    /// <summary>Records in memory.</summary>
    public IReadOnlyList<TraceRecord> Records { get; init; } = [];

    /// <summary>Synthetic load.</summary>
    public SyntheticOptions? Synthetic { get; init; }

    /// <summary>How files, rows and records are read; recordings are imported without settings of their own.</summary>
    public WorkloadOptions Options { get; init; } = new();
}

/// <summary>
/// The workloads of the points of a sweep: a trace is the same for all, synthetic load is made for the block size of those who compute
/// prompts.
/// </summary>
/// <param name="isSynthetic">Whether the load is synthetic.</param>
/// <param name="load">Reads it, or makes it for a block size.</param>
public sealed class SweepWorkloads(bool isSynthetic, Func<long, ReplayWorkload> load)
{
    private readonly Dictionary<long, ReplayWorkload> _loaded = [];

    /// <summary>A point with its workload.</summary>
    /// <param name="settings">How to replay it.</param>
    public SweepPoint Point(ReplaySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        long blockSize = (settings.Pools?.Prefill ?? settings.Engine).BlockSize, key = isSynthetic ? blockSize : 0;
        if (!_loaded.TryGetValue(key, out ReplayWorkload? workload)) _loaded.Add(key, workload = load(blockSize));
        return new SweepPoint(workload, settings);
    }
}
