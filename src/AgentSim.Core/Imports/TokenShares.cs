namespace AgentSim.Imports;

/// <summary>Divides a known number of tokens among segments in proportion to their estimates.</summary>
internal static class TokenShares
{
    /// <summary>Adds runs that together have exactly this many tokens.</summary>
    /// <param name="runs">Takes the runs.</param>
    /// <param name="segments">What to divide among.</param>
    /// <param name="tokens">How many tokens there are.</param>
    /// <param name="own">The identity of all of them if there is no segment with an estimate.</param>
    public static void Add(List<PromptRun> runs, IReadOnlyList<PromptSegment> segments, long tokens, ulong own)
    {
        if (tokens <= 0) return;
        double sum = 0;
        foreach (PromptSegment segment in segments) sum += segment.Estimate;
        if (!(sum > 0))
        {
            runs.Add(new PromptRun(own, 0, tokens));
            return;
        }

        // Whole parts first; what is left goes to the largest remainders, the earlier of equal ones.
        var shares = new long[segments.Count];
        var remainders = new double[segments.Count];
        var order = new int[segments.Count];
        long given = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            double exact = tokens * (segments[i].Estimate / sum);
            shares[i] = Math.Min((long)exact, tokens - given);
            remainders[i] = exact - shares[i];
            order[i] = i;
            given += shares[i];
        }

        Array.Sort(order, (a, b) => remainders[a] != remainders[b] ? remainders[b].CompareTo(remainders[a]) : a.CompareTo(b));
        for (int i = 0; given < tokens; i = (i + 1) % order.Length, given++) shares[order[i]]++;
        for (int i = 0; i < shares.Length; i++)
        {
            if (shares[i] > 0) runs.Add(new PromptRun(segments[i].Identity, 0, shares[i]));
        }
    }

    /// <summary>Adds the segments of an answer, which together cannot have more tokens than it reports.</summary>
    public static void AddCapped(List<PromptSegment> parts, IReadOnlyList<PromptSegment> answer, long reported)
    {
        double sum = 0;
        foreach (PromptSegment segment in answer) sum += segment.Estimate;
        double scale = sum > reported && reported > 0 ? reported / sum : 1;
        foreach (PromptSegment segment in answer) parts.Add(segment with { Estimate = segment.Estimate * scale });
    }
}
