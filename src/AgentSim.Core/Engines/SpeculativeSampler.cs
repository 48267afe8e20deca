using System.Globalization;
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

    /// <summary>
    /// The sampler of one rank; null when the engine does no speculation. On a prefill worker the mode is kept, but nothing is drafted
    /// (behaviour 02#15.5).
    /// </summary>
    public static SpeculativeSampler? Create(EngineConfig config, int rank) => !config.Speculates ? null : new SpeculativeSampler(
        config.WorkerType == WorkerType.Prefill ? [] : config.AcceptRates, unchecked(config.AicMtpSeed + (ulong)rank));

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

/// <summary>Acceptance probabilities of speculative decoding (behaviour 02#9.1).</summary>
internal static class SpeculationRates
{
    private static readonly double[] Defaults = [0.85, 0.3, 0, 0, 0];

    /// <summary>One rate per drafted token, from a comma list that may be shorter (padded with 0) or longer (cut).</summary>
    public static double[] Parse(long? drafts, string? text, string option, ErrorCode errorId)
    {
        if (drafts is null) return [];
        double[] rates = Defaults;
        if (!string.IsNullOrWhiteSpace(text))
        {
            string[] entries = text.Split(',');
            rates = new double[entries.Length];
            for (int i = 0; i < entries.Length; i++)
            {
                string entry = entries[i].Trim();
                bool isRate = double.TryParse(entry, NumberStyles.Float, CultureInfo.InvariantCulture, out rates[i])
                    && rates[i] is >= 0 and <= 1;
                if (!isRate) throw errorId.Error(
                    $"{option}: aic_nextn_accept_rates: entry {i + 1} must be a number from 0 to 1 (is {Quote.Of(entry)})");
            }
        }

        Array.Resize(ref rates, (int)drafts.Value);
        return rates;
    }
}
