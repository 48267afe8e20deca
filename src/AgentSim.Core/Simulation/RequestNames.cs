using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>
/// Session, turn and row id of the request records (behaviour 01#10.7; 06#7): sessions are named where the
/// multi-worker runtime is fed by sessions, and always for agentic rows.
/// </summary>
internal sealed class RequestNames(WorkloadColumns load, ReplaySettings settings) : IRequestIdentities
{
    private readonly bool _namesSessions = NamesSessions(load, settings);

    public bool IsAgentic => load.IsAgentic;

    public RequestIdentity this[int ordinal]
    {
        get
        {
            int request = ordinal - 1;
            string? id = load.Agentic?.RequestIds[request];
            return _namesSessions ? new RequestIdentity(load.SessionNames[load.SessionOf[request]], load.TurnOf(request), id)
                : new RequestIdentity(null, null, id);
        }
    }

    public int SessionNumber(int ordinal) => _namesSessions ? load.SessionOf[ordinal - 1] : -1;

    private static bool NamesSessions(WorkloadColumns load, ReplaySettings settings)
    {
        if (load.IsAgentic) return true;
        if (load.IsSimple) return false;
        bool single = settings.Pools is null && settings.Workers == 1 && settings.Engine.DpSize == 1
            && settings.RouterMode == RouterMode.RoundRobin;
        return !single && (settings.Concurrency is not null || !load.IsSingleTurn);
    }
}
