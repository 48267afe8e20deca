using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>A quantity of a run, measured and simulated.</summary>
/// <param name="Metric">Its name, as <c>e2e_mean</c>.</param>
/// <param name="Measured">As measured; a share for <c>…_mape</c> is 0.</param>
/// <param name="Simulated">As simulated, the client's offset included.</param>
/// <param name="Error">Relative error, 0.05 for 5 %; for <c>…_mape</c> the mean of the absolute relative errors of the requests.</param>
/// <param name="Baseline">
/// The error of a prediction without a simulation: the training data's median TTFT, and their median time per output token for each
/// token after the first. Null: there were no training data.
/// </param>
public sealed record AccuracyRow(string Metric, double? Measured, double? Simulated, double Error, double? Baseline);

/// <summary>Medians of training data, the prediction that every simulation has to beat.</summary>
/// <param name="TtftMs">Median time to first token.</param>
/// <param name="TpotMs">Median time per output token.</param>
internal sealed record TrainingMedians(double TtftMs, double TpotMs)
{
    public static TrainingMedians? Of(IEnumerable<Measurement> runs)
    {
        List<double> ttft = [], tpot = [];
        foreach (Measurement run in runs)
        {
            if (run.Aggregates is { } aggregates)
            {
                ttft.Add(aggregates.TtftMeanMs);
                tpot.Add((aggregates.LatencyMeanMs - aggregates.TtftMeanMs) / Math.Max(1, run.Requests[0].OutputTokens - 1));
                continue;
            }

            ttft.AddRange(run.Requests.Where(request => request.TtftMs is not null).Select(request => request.TtftMs!.Value));
            tpot.AddRange(run.Requests.Where(request => request.TpotMs is not null).Select(request => request.TpotMs!.Value));
        }

        return ttft.Count == 0 || tpot.Count == 0 ? null : new TrainingMedians(Accuracy.QuantileOf(ttft, 0.5),
            Accuracy.QuantileOf(tpot, 0.5));
    }
}

/// <summary>How well a simulation meets a measurement.</summary>
internal static class Accuracy
{
    // Mean TTFT by the share of the prompt that is cached, in percent.
    private static readonly (string Name, double Least, double Below)[] CachedShares =
    [
        ("ttft_cached_0", 0, 1e-9), ("ttft_cached_1_50", 1e-9, 0.5), ("ttft_cached_50_90", 0.5, 0.9),
        ("ttft_cached_90_100", 0.9, double.PositiveInfinity),
    ];

    public static IReadOnlyList<AccuracyRow> Of(Measurement run, Prediction simulated, double offset, TrainingMedians? training,
        int from = 0)
    {
        List<AccuracyRow> rows = [];
        if (run.Aggregates is { } aggregates)
        {
            int output = run.Requests[0].OutputTokens;
            double? guess = training?.TtftMs + ((output - 1) * training?.TpotMs);
            double latency = Mean(simulated.LatencyMs) + offset, ttft = Mean(simulated.TtftMs) + offset;
            Add("e2e_mean", aggregates.LatencyMeanMs, latency, guess);
            AddQuantile("e2e_p50", aggregates.Latency, 0.5, simulated.LatencyMs, guess);
            AddQuantile("e2e_p99", aggregates.Latency, 0.99, simulated.LatencyMs, guess);
            Add("tpot_mean", (aggregates.LatencyMeanMs - aggregates.TtftMeanMs) / Math.Max(1, output - 1),
                (latency - ttft) / Math.Max(1, output - 1), training?.TpotMs);
            Add("ttft_mean", aggregates.TtftMeanMs, ttft, training?.TtftMs);
            AddQuantile("ttft_p50", aggregates.Ttft, 0.5, simulated.TtftMs, training?.TtftMs);
            AddQuantile("ttft_p99", aggregates.Ttft, 0.99, simulated.TtftMs, training?.TtftMs);
            Add("throughput", aggregates.RequestsPerSecond, simulated.RequestsPerSecond, null);
            return rows;
        }

        // What attention over cached tokens costs shows in the prompts that are mostly cached, and in the means of all it does not.
        int[]? cached = run.KnowsPrompts ? KnownPrompts.Cached(run) : null;
        List<double> ttftCached = [];
        List<double> e2eReal = [], e2eSim = [], e2eGuess = [], ttftReal = [], ttftSim = [], tpotReal = [], tpotSim = [];
        double first = double.PositiveInfinity, last = 0;
        for (int i = from; i < run.Requests.Count; i++)
        {
            MeasuredRequest request = run.Requests[i];
            if (!double.IsFinite(simulated.LatencyMs[i])) continue;
            if (request.LatencyMs is > 0 and { } e2e)
            {
                e2eReal.Add(e2e);
                e2eSim.Add(simulated.LatencyMs[i] + offset);
                if (training is not null) e2eGuess.Add(training.TtftMs + (Math.Max(0, request.OutputTokens - 1) * training.TpotMs));
                first = Math.Min(first, request.StartMs);
                last = Math.Max(last, request.StartMs + e2e);
            }

            if (request.TtftMs is > 0 and { } ttft)
            {
                ttftReal.Add(ttft);
                ttftSim.Add(simulated.TtftMs[i] + offset);
                if (cached is not null) ttftCached.Add(cached[i] / (double)request.InputTokens);
            }

            if (request.TpotMs is not (> 0 and { } tpot)) continue;
            tpotReal.Add(tpot);
            tpotSim.Add((simulated.LatencyMs[i] - simulated.TtftMs[i]) / (request.OutputTokens - 1));
        }

        if (e2eReal.Count > 0)
        {
            bool guesses = e2eGuess.Count > 0;
            rows.Add(new AccuracyRow("e2e_mape", null, null, Mape(e2eReal, e2eSim), guesses ? Mape(e2eReal, e2eGuess) : null));
            Add("e2e_mean", e2eReal.Average(), e2eSim.Average(), guesses ? e2eGuess.Average() : null);
            Add("e2e_p50", QuantileOf(e2eReal, 0.5), QuantileOf(e2eSim, 0.5), guesses ? QuantileOf(e2eGuess, 0.5) : null);
            Add("e2e_p99", QuantileOf(e2eReal, 0.99), QuantileOf(e2eSim, 0.99), guesses ? QuantileOf(e2eGuess, 0.99) : null);
        }

        if (tpotReal.Count > 0)
        {
            rows.Add(new AccuracyRow("tpot_mape", null, null, Mape(tpotReal, tpotSim),
                training is null ? null : Mape(tpotReal, [.. tpotReal.Select(_ => training.TpotMs)])));
            Add("tpot_mean", tpotReal.Average(), tpotSim.Average(), training?.TpotMs);
            Add("tpot_p50", QuantileOf(tpotReal, 0.5), QuantileOf(tpotSim, 0.5), training?.TpotMs);
            Add("tpot_p99", QuantileOf(tpotReal, 0.99), QuantileOf(tpotSim, 0.99), training?.TpotMs);
        }

        if (ttftReal.Count > 0)
        {
            rows.Add(new AccuracyRow("ttft_mape", null, null, Mape(ttftReal, ttftSim),
                training is null ? null : Mape(ttftReal, [.. ttftReal.Select(_ => training.TtftMs)])));
            Add("ttft_mean", ttftReal.Average(), ttftSim.Average(), training?.TtftMs);
            Add("ttft_p50", QuantileOf(ttftReal, 0.5), QuantileOf(ttftSim, 0.5), training?.TtftMs);
            Add("ttft_p99", QuantileOf(ttftReal, 0.99), QuantileOf(ttftSim, 0.99), training?.TtftMs);
            AddByCachedShare();
        }

        if (from == 0 && last > first) Add("throughput", e2eReal.Count * 1000 / (last - first), simulated.RequestsPerSecond, null);
        return rows;

        void AddByCachedShare()
        {
            if (!ttftCached.Exists(share => share > 0)) return;
            foreach ((string name, double least, double below) in CachedShares)
            {
                int[] those = [.. Enumerable.Range(0, ttftCached.Count).Where(i => ttftCached[i] >= least && ttftCached[i] < below)];
                if (those.Length > 0) Add(name, those.Average(i => ttftReal[i]), those.Average(i => ttftSim[i]), training?.TtftMs);
            }
        }

        void Add(string metric, double measured, double value, double? guess) =>
            rows.Add(new AccuracyRow(metric, measured, value, (value / measured) - 1, (guess / measured) - 1));

        void AddQuantile(string metric, IReadOnlyList<MeasuredQuantile> measured, double share, double[] values, double? guess)
        {
            foreach (MeasuredQuantile quantile in measured)
            {
                if (quantile.Share == share)
                    Add(metric, quantile.Ms, QuantileOf([.. values.Where(double.IsFinite)], share) + offset, guess);
            }
        }
    }

    public static double QuantileOf(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return FitResiduals.Quantile(sorted, share);
    }

    private static double Mape(List<double> measured, List<double> simulated) =>
        measured.Zip(simulated, (real, value) => Math.Abs((value / real) - 1)).Average();

    private static double Mean(double[] values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
