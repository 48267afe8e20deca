using System.Globalization;

namespace AgentSim.Engines;

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
                bool isRate = double.TryParse(entry, NumberStyles.Float, CultureInfo.InvariantCulture, out rates[i]) && rates[i] is >= 0 and <= 1;
                if (!isRate) throw errorId.Error($"{option}: aic_nextn_accept_rates: entry {i + 1} must be a number from 0 to 1 (is {Quote.Of(entry)})");
            }
        }

        Array.Resize(ref rates, (int)drafts.Value);
        return rates;
    }
}
