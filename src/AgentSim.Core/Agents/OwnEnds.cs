using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>
/// By request: the last end of a request of the same session before it arrived, among those that arrived before it; the first in
/// load order among equals.
/// </summary>
internal sealed class OwnEnds
{
    public OwnEnds(RequestOutcome[] outcomes, AgentGroups groups)
    {
        Source = new int[outcomes.Length];
        Array.Fill(Source, -1);
        int[] byArrival = [], byEnd = [];
        for (int session = 0; session < groups.SessionCount; session++)
        {
            ReadOnlySpan<int> requests = groups.Requests[session];
            if (requests.Length == 1) continue;
            if (AreOneAfterTheOther(outcomes, requests)) continue;
            if (byArrival.Length < requests.Length) (byArrival, byEnd) = (new int[requests.Length], new int[requests.Length]);
            int arrived = 0, ended = 0;
            foreach (int request in requests)
            {
                if (double.IsNaN(outcomes[request].Arrival)) continue;
                byArrival[arrived++] = request;
                if (outcomes[request].Status != TerminalStatus.None) byEnd[ended++] = request;
            }

            byArrival.AsSpan(0, arrived).Sort((a, b) => Compare(outcomes[a].Arrival, outcomes[b].Arrival, a, b));
            // The first in load order last, since the last that qualifies is taken.
            byEnd.AsSpan(0, ended).Sort((a, b) => Compare(outcomes[a].Terminal, outcomes[b].Terminal, b, a));
            Find(outcomes, byArrival.AsSpan(0, arrived), byEnd.AsSpan(0, ended));
        }
    }

    /// <summary>The request; -1 where there is none.</summary>
    public int[] Source { get; }

    // As nearly all sessions are.
    private bool AreOneAfterTheOther(RequestOutcome[] outcomes, ReadOnlySpan<int> requests)
    {
        for (int i = 1; i < requests.Length; i++)
        {
            ref readonly RequestOutcome before = ref outcomes[requests[i - 1]], request = ref outcomes[requests[i]];
            if (double.IsNaN(request.Arrival)) continue;
            if (!(before.Terminal <= request.Arrival && before.Arrival < request.Arrival && before.Terminal > before.Arrival))
            {
                foreach (int undone in requests) Source[undone] = -1;
                return false;
            }

            Source[requests[i]] = requests[i - 1];
        }

        return true;
    }

    private void Find(RequestOutcome[] outcomes, ReadOnlySpan<int> byArrival, ReadOnlySpan<int> byEnd)
    {
        int next = 0;
        foreach (int request in byArrival)
        {
            double arrival = outcomes[request].Arrival;
            while (next < byEnd.Length && outcomes[byEnd[next]].Terminal <= arrival) next++;
            int last = next - 1;
            while (last >= 0 && !(outcomes[byEnd[last]].Arrival < arrival)) last--;
            if (last >= 0) Source[request] = byEnd[last];
        }
    }

    private static int Compare(double a, double b, int first, int second) => a != b ? a.CompareTo(b) : first.CompareTo(second);
}
