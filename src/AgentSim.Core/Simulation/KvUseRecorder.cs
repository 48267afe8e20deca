using AgentSim.Engines;
using AgentSim.Recording;

namespace AgentSim.Simulation;

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
