using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>Which session is the root of each task, and which sessions spawned which.</summary>
internal sealed class AgentTree
{
    public AgentTree(WorkloadColumns load, AgentGroups groups, Deciders deciders, AgentTotals[] sessions)
    {
        RootOf = groups.Roots(load);
        ParentOf = new int[groups.SessionCount];
        Array.Fill(ParentOf, -1);
        DepthOf = new int[groups.SessionCount];
        foreach ((int request, int branch) in load.Agentic?.Branches ?? []) SetParent(groups.SessionOf[branch], groups.SessionOf[request]);
        for (int session = 0; session < groups.SessionCount; session++)
        {
            if (sessions[session].First is >= 0 and int first && deciders.Source[first] is >= 0 and int source)
                SetParent(session, groups.SessionOf[source]);
        }

        foreach (int root in RootOf) ParentOf[root] = -1;
        for (int session = 0; session < DepthOf.Length; session++) DepthOf[session] = Depth(session);

        void SetParent(int session, int parent)
        {
            if (session != parent && groups.TaskOf[session] == groups.TaskOf[parent]) ParentOf[session] = parent;
        }
    }

    /// <summary>By task.</summary>
    public int[] RootOf { get; }

    /// <summary>By session; -1 for those without.</summary>
    public int[] ParentOf { get; }

    /// <summary>By session: how many are above it.</summary>
    public int[] DepthOf { get; }

    // Sessions can be each other's ancestors where nothing takes any time; the chain ends where it comes back.
    private int Depth(int session)
    {
        int depth = 0;
        for (int above = ParentOf[session]; above >= 0; above = ParentOf[above])
        {
            if (above == session || depth > ParentOf.Length)
            {
                ParentOf[session] = -1;
                return 0;
            }

            depth++;
        }

        return depth;
    }
}
