using AgentSim.Engines;
using AgentSim.Routing;

namespace AgentSim.Tests.Engines.StaticBatch;

/// <summary>
/// A fourth engine, made of nothing but this folder: it takes up to <c>max_num_seqs</c> requests at once, gives each a
/// token per pass of constant length, and takes no other until the last of them has ended. No cache, no memory.
/// </summary>
internal sealed class StaticBatchType(double passMs) : EngineType("static-batch")
{
    internal override long DefaultBlockSize(EngineArguments arguments) => 16;

    internal override SimulatedEngine Create(EngineServices services) => new StaticBatchEngine(services, passMs);

    private sealed class StaticBatchEngine(EngineServices services, double passMs) : SimulatedEngine
    {
        public override IPrefixCaches? Caches => null;

        public override Rank CreateRank(int index) =>
            new(new StaticBatchScheduler(services.Config.MaxNumSeqs ?? long.MaxValue, passMs, services.Recorder));
    }
}
