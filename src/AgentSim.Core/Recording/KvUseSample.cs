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
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{WorkerType} {Index}: {Blocks} blocks at {TimeMs} ms");
}

/// <summary>Writes down how many KV blocks the ranks of a pool have in use, whenever that has changed.</summary>
internal sealed class KvUseRecorder(WorkerType type, Scheduler[] ranks, List<KvUseSample> samples)
{
    private readonly long[] _last = new long[ranks.Length];

    public void Sample(int rank, double now)
    {
        long used = ranks[rank].UsedBlocks;
        if (used == _last[rank]) return;
        _last[rank] = used;
        samples.Add(new KvUseSample(type, rank, now, used));
    }
}
