using AgentSim.Engines;
using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>Operator tables as the arrays of a profile.</summary>
internal static class OperatorProfile
{
    private const double Longest = 262_144;

    /// <summary>
    /// Samples a pass of one request and a decode step of equal sequences. A pass with prompt work has its decode step besides, so that
    /// prefill is what the pass takes beyond that of one sequence.
    /// </summary>
    /// <param name="tables">The tables.</param>
    /// <param name="withCached">Whether to add the table over new and cached tokens.</param>
    public static ProfileTables Of(OperatorTables tables, bool withCached = true)
    {
        double[] contexts = Axis(1, 1.06), active = Axis(16, 1.15), tokens = Axis(1, 1.1);
        double[] cached = [0, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, Longest];
        var decode = new double[active.Length, contexts.Length];
        for (int i = 0; i < active.Length; i++)
        {
            for (int j = 0; j < contexts.Length; j++) decode[i, j] = tables.DecodeStep(Math.Max(1, active[i] / contexts[j]), contexts[j]);
        }

        var table = new double[tokens.Length, cached.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            for (int j = 0; j < cached.Length; j++)
                table[i, j] = Math.Max(0, tables.PrefillPass(tokens[i], cached[j]) - tables.DecodeStep(1, cached[j] + tokens[i]));
        }

        double[] plain = [.. tokens.Select((_, i) => table[i, 0])];
        return new ProfileTables("", tokens, plain, active, contexts,
            decode) { CachedPrefill = withCached ? new CachedPrefillTable(tokens, cached, table) : null };
    }

    private static double[] Axis(double first, double ratio)
    {
        int points = (int)Math.Ceiling(Math.Log(Longest / first) / Math.Log(ratio)) + 1;
        return [.. Enumerable.Range(0, points).Select(i => first * Math.Pow(ratio, i))];
    }
}
