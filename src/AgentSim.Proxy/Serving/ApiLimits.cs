using AgentSim.Serving;

namespace AgentSim.Proxy.Serving;

/// <summary>What a server takes at a time.</summary>
/// <param name="Connections">Connections of clients; null: as many as the process can have.</param>
/// <param name="Requests">Requests under way.</param>
/// <param name="BodyBytes">Bytes of all bodies that are being read.</param>
internal sealed record ApiLimits(
    int? Connections = null, int Requests = ServedEngine.MostRequests, long BodyBytes = BodyBudget.MostAtOnce);
