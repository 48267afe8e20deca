using AgentSim.Engines;

namespace AgentSim.Calibration;

/// <summary>
/// The form of a fitted timing, in milliseconds of engine time:
/// <c>decode(a, c) = B0 + B1 a/c + B2 a</c> with active KV tokens a and mean context c, so that a/c is the batch where nothing is
/// shared; <c>prefill(n, c) = S0 + S1 n²/(n + N0) + S2 n (c + n/2)</c> with new tokens n behind cached tokens c, on top of the decode
/// step of the pass. About N0 tokens ride along with a pass that waits for memory anyway.
/// </summary>
/// <param name="B0">A decode step whatever it holds, ms.</param>
/// <param name="B1">Each sequence of the batch, ms.</param>
/// <param name="B2">Each active KV token, ms.</param>
/// <param name="S0">A pass with prompt work, on top of its decode step, ms.</param>
/// <param name="S1">Each new prompt token, ms.</param>
/// <param name="S2">Each pair of a new token and a token before it, ms.</param>
/// <param name="OffsetMs">
/// What client and API add to every time to first token. No engine time: it counts only where prediction is held against measurement.
/// </param>
/// <param name="N0">New tokens that cost little; 0: all cost the same.</param>
public readonly record struct TimingParameters(double B0, double B1, double B2, double S0, double S1, double S2, double OffsetMs,
    double N0 = 0)
{
    /// <summary>Longest context and most new tokens of the sampled arrays; beyond, readers extrapolate.</summary>
    private const double Longest = 262_144;

    private const double Ratio = 1.06;   // of neighbouring contexts: 1/c read between them errs by 0.05 %

    /// <summary>A decode step.</summary>
    public double Decode(double activeTokens, double context) => B0 + (B1 * activeTokens / context) + (B2 * activeTokens);

    /// <summary>Prompt work of a pass.</summary>
    public double Prefill(double newTokens, double cachedTokens) =>
        S0 + (S1 * newTokens * newTokens / (newTokens + N0)) + (S2 * newTokens * (cachedTokens + (newTokens / 2)));

    /// <summary>The arrays of a planner profile.</summary>
    internal ProfileTables Sample()
    {
        double[] contexts = Axis(1, Ratio), active = [0, 16_384, Longest, Longest * 16], tokens = Axis(1, Ratio);
        var decode = new double[active.Length, contexts.Length];
        for (int i = 0; i < active.Length; i++)
        {
            for (int j = 0; j < contexts.Length; j++) decode[i, j] = Decode(active[i], contexts[j]);
        }

        var prefill = new double[tokens.Length];
        for (int i = 0; i < tokens.Length; i++) prefill[i] = Prefill(tokens[i], 0);
        if (S2 == 0) return new ProfileTables("", tokens, prefill, active, contexts, decode);
        double[] cached = [0, Longest];   // a straight line in between
        var table = new double[tokens.Length, cached.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            for (int j = 0; j < cached.Length; j++) table[i, j] = Prefill(tokens[i], cached[j]);
        }

        return new ProfileTables("", tokens, prefill, active, contexts,
            decode) { CachedPrefill = new CachedPrefillTable(tokens, cached, table) };
    }

    private static double[] Axis(double first, double ratio)
    {
        int points = (int)Math.Ceiling(Math.Log(Longest / first) / Math.Log(ratio)) + 1;
        return [.. Enumerable.Range(0, points).Select(i => first * Math.Pow(ratio, i))];
    }
}
