using AgentSim.Draws;

namespace AgentSim.Engines;

/// <summary>Draws how many tokens a decode step yields with drafted tokens (behaviour 02#9.2).</summary>
internal sealed class SpeculativeSampler
{
    private readonly ChaCha12 _random;
    private readonly double[] _rates;

    /// <param name="rates">Probability that each draft is accepted, given that all before it were.</param>
    /// <param name="seed">Seed of this rank.</param>
    public SpeculativeSampler(IReadOnlyList<double> rates, ulong seed)
    {
        _rates = [.. rates];
        _random = new ChaCha12(seed);
    }

    /// <summary>The sampler of one rank; null when the engine does no speculation.</summary>
    public static SpeculativeSampler? Create(EngineConfig config, int rank) =>
        config.Speculates ? new SpeculativeSampler(config.AcceptRates, unchecked(config.AicMtpSeed + (ulong)rank)) : null;

    /// <summary>Largest burst: every draft accepted, and the token after them.</summary>
    public int MaxBurst => _rates.Length + 1;

    /// <summary>1 to <see cref="MaxBurst"/> tokens; the number of draws depends on nothing but the draws.</summary>
    public int DrawBurst()
    {
        int tokens = 1;
        foreach (double rate in _rates)
        {
            if (!Accept(rate)) break;
            tokens++;
        }

        return tokens;
    }

    private bool Accept(double probability)
    {
        if (probability == 1.0) return true;
        return _random.NextUInt64() < (ulong)(probability * 18446744073709551616.0);
    }
}
