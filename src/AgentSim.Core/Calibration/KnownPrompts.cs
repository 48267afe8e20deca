using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>What the requests of a run with known prompts found cached, were the cache without bounds.</summary>
internal static class KnownPrompts
{
    /// <summary>Prompt tokens of each request that an earlier one began with, too, in whole blocks; as reported where the server
    /// did.</summary>
    public static int[] Cached(Measurement run)
    {
        // An id stands for everything up to its end only together with its place and what is before it.
        var seen = new HashSet<(ulong Before, ulong Id)>();
        var cached = new int[run.Requests.Count];
        for (int i = 0; i < cached.Length; i++)
        {
            MeasuredRequest request = run.Requests[i];
            ulong before = 0;
            int known = 0;
            bool isKnown = true;
            foreach (ulong id in request.BlockIds ?? [])
            {
                isKnown &= !seen.Add((before, id));
                if (isKnown) known++;
                before = unchecked((before * 0x9E3779B97F4A7C15UL) ^ id);
            }

            // The last block is computed anew, so that there is something to go on from.
            cached[i] = request.CachedTokens ?? Math.Min(known * run.TraceBlockSize, Math.Max(0, request.InputTokens - run.TraceBlockSize));
        }

        return cached;
    }
}
