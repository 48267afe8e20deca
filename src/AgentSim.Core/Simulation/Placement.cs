using AgentSim.Prompts;
using AgentSim.Routing;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>Where requests go; targets are scheduler indices, worker * ranks + rank (behaviour 04#6).</summary>
internal abstract class Placement
{
    /// <summary>True when a decision looks at what the workers have cached.</summary>
    public abstract bool ReadsCaches { get; }

    /// <summary>Requests held back in the router's queue.</summary>
    public abstract int Queued { get; }

    /// <summary>The target of an arrived request, or -1 when it is queued.</summary>
    public abstract int Place(int request, double now);

    /// <summary>Leading prompt blocks the router knew to be cached where it put the request; 0 in turn.</summary>
    public virtual long OverlapBlocks(int request) => 0;

    /// <summary>A request's prompt is done; appends the queued requests this lets go.</summary>
    public abstract void PrefillCompleted(int request, List<RouterPlacement> released);

    /// <summary>A request ended; appends the queued requests this lets go.</summary>
    public abstract void Ended(int request, List<RouterPlacement> released);
}

/// <summary>Workers in turn, whatever their load.</summary>
internal sealed class RoundRobinPlacement(int workers, int ranks) : Placement
{
    private readonly RoundRobin _order = new(workers, ranks);

    public override bool ReadsCaches => false;

    public override int Queued => 0;

    public override int Place(int request, double now) => _order.Next();

    public override void PrefillCompleted(int request, List<RouterPlacement> released)
    {
    }

    public override void Ended(int request, List<RouterPlacement> released)
    {
    }
}

/// <summary>By the KV router.</summary>
internal sealed class KvPlacement(KvRouter router, WorkloadColumns load, PromptCatalog prompts) : Placement
{
    public override bool ReadsCaches => true;

    public override int Queued => router.QueuedCount;

    public override int Place(int request, double now)
    {
        QueueAttributes queueing = load.Queueing(request);
        return router.Place(
            new RoutedRequest(request, prompts.PromptTokens(request), prompts.Blocks(request), queueing.Priority, queueing.StrictPriority,
                queueing.PolicyClass),
            now);
    }

    public override long OverlapBlocks(int request) => router.OverlapBlocks(request);

    public override void PrefillCompleted(int request, List<RouterPlacement> released) => router.PrefillCompleted(request, released);

    public override void Ended(int request, List<RouterPlacement> released) => router.RequestTerminal(request, released);
}
