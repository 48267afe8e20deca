using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>Session, turn and row id of the records: sessions are named wherever there are any.</summary>
internal sealed class LiveNames(WorkloadColumns load) : IRequestIdentities
{
    public bool IsAgentic => load.IsAgentic;

    public RequestIdentity this[int ordinal]
    {
        get
        {
            int request = ordinal - 1;
            string? id = load.Agentic?.RequestIds[request];
            return load.IsSimple ? new RequestIdentity(null, null, id)
                : new RequestIdentity(load.SessionNames[load.SessionOf[request]], load.TurnOf(request), id);
        }
    }

    public int SessionNumber(int ordinal) => load.IsSimple ? -1 : load.SessionOf[ordinal - 1];
}
