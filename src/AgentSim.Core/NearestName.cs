namespace AgentSim;

/// <summary>Suggestions for misspelt names.</summary>
public static class NearestName
{
    /// <summary>The end of a message about an unknown name: the nearest known one, or all of them when none is near.</summary>
    /// <param name="name">What was given.</param>
    /// <param name="known">What there is.</param>
    public static string Suggest(string name, IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        string? best = null;
        (bool Lacks, int Distance) least = (true, int.MaxValue);
        foreach (string candidate in known)
        {
            // Part of a name is more likely than many misspelt letters.
            bool lacks = name.Length < 4 || !candidate.Contains(name, StringComparison.OrdinalIgnoreCase);
            (bool, int) difference = (lacks, Distance(name, candidate));
            if (difference.CompareTo(least) < 0) (best, least) = (candidate, difference);
        }

        bool isNear = best is not null && (!least.Lacks || known.Count > 12 || least.Distance <= Math.Max(2, best.Length / 2));
        return isNear ? $"did you mean {Quote.Of(best)}?" : $"known: {string.Join(", ", known)}";
    }

    // Edits (insert, delete, replace, swap neighbours) that turn one name into the other; letter case does not count.
    private static int Distance(string a, string b)
    {
        if (a.Length > 256) return int.MaxValue - 1;
        (a, b) = (a.ToLowerInvariant(), b.ToLowerInvariant());
        int[] row = new int[b.Length + 1], above = new int[b.Length + 1], before = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            (before, above, row) = (above, row, before);
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replace, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
        }

        return row[b.Length];
    }
}
