using AgentSim.Collections;

namespace AgentSim.Workload;

/// <summary>
/// Which requests each request lets go and how long after: those of request r are at <c>[Start[r], Start[r + 1])</c>, one
/// entry for every mention.
/// </summary>
internal sealed class ReleaseEdges
{
    private ReleaseEdges(int[] start, int[] requests, double[] delayMs) => (Start, Requests, DelayMs) = (start, requests, delayMs);

    public int[] Start { get; }
    public int[] Requests { get; }
    public double[] DelayMs { get; }

    /// <summary>The same edges with other delays.</summary>
    public ReleaseEdges With(double[] delayMs) => new(Start, Requests, delayMs);

    /// <summary>The edges of several copies of the requests, one copy after the other.</summary>
    public ReleaseEdges Repeated(int copies)
    {
        int requests = Start.Length - 1, edges = Requests.Length;
        var start = new int[(requests * copies) + 1];
        for (int at = 0; at < start.Length; at++) start[at] = Start[at % requests] + (at / requests * edges);
        return new ReleaseEdges(start, Repeat.Moved(Requests, copies, requests), Repeat.Same(DelayMs, copies));
    }

    /// <summary>Edges in any order, to be grouped by the request that lets go.</summary>
    public struct Collector
    {
        private Column<int> _sources;
        private Column<int> _requests;
        private Column<double> _delays;

        public readonly int Count => _sources.Count;

        public void Add(int source, int request, double delayMs)
        {
            _sources.Add(source);
            _requests.Add(request);
            _delays.Add(delayMs);
        }

        /// <summary>The edges among some number of requests.</summary>
        public readonly ReleaseEdges Group(int requests)
        {
            var start = new int[requests + 1];
            for (int edge = 0; edge < Count; edge++) start[_sources[edge] + 1]++;
            for (int request = 0; request < requests; request++) start[request + 1] += start[request];
            int[] next = start[..^1];
            var released = new int[Count];
            var delays = new double[Count];
            for (int edge = 0; edge < Count; edge++)
            {
                int at = next[_sources[edge]]++;
                released[at] = _requests[edge];
                delays[at] = _delays[edge];
            }

            return new ReleaseEdges(start, released, delays);
        }
    }
}
