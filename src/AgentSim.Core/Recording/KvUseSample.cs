using System.Globalization;
using AgentSim.Engines;

namespace AgentSim.Recording;

/// <summary>KV blocks that requests hold on a worker, from a moment on until its next sample.</summary>
/// <param name="WorkerType">Pool of the worker.</param>
/// <param name="Index">Its number within the pool, from 0; with data-parallel ranks worker * ranks + rank.</param>
/// <param name="TimeMs">End of a pass, or of a stretch of passes that only decode, simulated milliseconds.</param>
/// <param name="Blocks">Blocks in use; cached blocks that no request holds do not count.</param>
public readonly record struct KvUseSample(WorkerType WorkerType, int Index, double TimeMs, long Blocks)
{
    /// <summary>The sample in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{WorkerType} {Index}: {Blocks} blocks at {TimeMs} ms");
}
