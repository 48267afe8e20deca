namespace AgentSim.Engines;

/// <summary>
/// Prefill time over new and cached tokens: what attention to a long cached prompt costs, which a profile by new tokens alone leaves
/// out. Extra arrays of the same archive.
/// </summary>
/// <param name="New">New tokens of the pass, increasing.</param>
/// <param name="Cached">Tokens before them, increasing.</param>
/// <param name="Ms">Milliseconds by both.</param>
internal sealed record CachedPrefillTable(double[] New, double[] Cached, double[,] Ms)
{
    /// <summary>Names of the arrays.</summary>
    public static readonly string[] Names = ["agentsim_prefill_new", "agentsim_prefill_cached", "agentsim_prefill_ms"];

    /// <summary>The table of an archive; null where it has none.</summary>
    /// <exception cref="InvalidDataException">It is not whole.</exception>
    public static CachedPrefillTable? Of(Dictionary<string, NumpyArray> arrays)
    {
        if (!Names.Any(arrays.ContainsKey)) return null;
        double[] fresh = ProfileTables.Axis(arrays, Names[0]), cached = ProfileTables.Axis(arrays, Names[1]);
        double[,] ms = ProfileTables.Named(arrays, Names[2]).Matrix(Names[2], fresh.Length, cached.Length);
        ProfileTables.CheckLatencies(Names[2], ms.Cast<double>());
        return new CachedPrefillTable(fresh, cached, ms);
    }
}
