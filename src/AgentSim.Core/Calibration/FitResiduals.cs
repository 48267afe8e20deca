using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>
/// How far a simulation is from a measurement, as a vector whose squares are summed: of every request the logarithms of its time per
/// output token and of its latency; quantiles of the time to first token, which do not ask which request waited (and where prompts are
/// known, its mean over requests that are alike); and the
/// throughput of closed loops. Large residuals count less than by their squares (Huber).
/// </summary>
internal sealed class FitResiduals
{
    private const double Kink = 0.15;        // residuals up to here count by their squares: 15 %
    private const int Together = 25;         // requests that are alike
    private const double TtftWeight = 0.2;
    private static readonly double[] Shares = [.. Enumerable.Range(0, 19).Select(i => (i + 1) / 20.0)];

    private readonly Measurement _run;
    private readonly int _count;             // requests that count; those after only load the server
    private readonly double[] _ttft;         // quantiles measured
    private readonly double[] _latency;      // quantiles measured, of aggregates
    private readonly int[][] _alike;         // requests with about the same new and cached tokens
    private readonly int[] _timed = [];      // requests with a time per output token

    public FitResiduals(Measurement run, int? count = null)
    {
        _run = run;
        _count = Math.Min(count ?? int.MaxValue, run.Requests.Count);
        if (run.Aggregates is { } aggregates)
        {
            _ttft = [.. aggregates.Ttft.Select(quantile => quantile.Ms), aggregates.TtftMeanMs];
            _latency = [.. aggregates.Latency.Select(quantile => quantile.Ms), aggregates.LatencyMeanMs];
        }
        else
        {
            _ttft = Quantiles(run.Requests.Take(_count).Where(request => request.TtftMs is not null)
                .Select(request => request.TtftMs!.Value));
            _latency = [];
            _timed = [.. Enumerable.Range(0, _count).Where(i => run.Requests[i].LatencyMs is > 0 && run.Requests[i].TtftMs is not null)];
        }

        // Who waits how long for the pass under way is chance; where prompts are known, many alike say what theirs cost.
        _alike = run.KnowsPrompts && run.Aggregates is null ? Alike() : [];
        Length = _ttft.Length + _latency.Length + (2 * _timed.Length) + _alike.Length + (HasThroughput ? 1 : 0);
    }

    /// <summary>How many residuals there are.</summary>
    public int Length { get; }

    /// <summary>The request that a residual is of; -1: of all together.</summary>
    public int RequestOf(int residual)
    {
        int at = residual - _ttft.Length - _latency.Length;
        return at >= 0 && at < 2 * _timed.Length ? _timed[at / 2] : -1;
    }

    private bool HasThroughput => _run.Concurrency is not null && _run.Aggregates is not null;

    /// <summary>Fills in the residuals.</summary>
    public void Fill(Prediction prediction, double offset, Span<double> into)
    {
        int at = 0;
        double[] simulated = _run.Aggregates is { } aggregates
            ? [.. aggregates.Ttft.Select(quantile => Quantile(Sorted(prediction.TtftMs), quantile.Share)), Mean(prediction.TtftMs)]
            : Quantiles(_ttft.Length > 0 ? prediction.TtftMs.Take(_count).Where((_, i) => _run.Requests[i].TtftMs is not null) : []);
        if (simulated.Length < _ttft.Length) throw Errors.CalibrationDataMissing.Error(
            $"{Quote.Plain(_run.Name)}: the engine takes none of the requests; give the KV blocks and the max_model_len "
            + "that the server had");
        double weight = TtftWeight / Math.Sqrt(Math.Max(1, _ttft.Length));
        for (int i = 0; i < _ttft.Length; i++) into[at++] = weight * Residual(simulated[i] + offset, _ttft[i], 0.5);

        if (_latency.Length > 0)
        {
            double[] sorted = Sorted(prediction.LatencyMs);
            weight = 0.5 / Math.Sqrt(_latency.Length);
            for (int i = 0; i < _latency.Length - 1; i++)
                into[at++] = weight * Residual(Quantile(sorted, _run.Aggregates!.Latency[i].Share) + offset, _latency[i], Kink);
            into[at++] = Residual(Mean(prediction.LatencyMs) + offset, _latency[^1], Kink);
        }

        weight = 1 / Math.Sqrt(Math.Max(1, _timed.Length));
        foreach (int i in _timed)
        {
            MeasuredRequest request = _run.Requests[i];
            double ttft = prediction.TtftMs[i], latency = prediction.LatencyMs[i];
            into[at++] = request.TpotMs is > 0 and { } tpot ? 0.5 * weight * Residual((latency - ttft) / (request.OutputTokens - 1), tpot,
                Kink) : 0;
            into[at++] = weight * Residual(latency + offset, request.LatencyMs!.Value, Kink);
        }

        weight = 1 / Math.Sqrt(Math.Max(1, _alike.Length));
        foreach (int[] alike in _alike)
        {
            double difference = 0;
            foreach (int i in alike) difference += Math.Log((prediction.TtftMs[i] + offset) / _run.Requests[i].TtftMs!.Value);
            into[at++] = weight * Huber(double.IsFinite(difference) ? difference / alike.Length : Kink, Kink);
        }

        if (HasThroughput) into[at++] = Residual(prediction.RequestsPerSecond, _run.Aggregates!.RequestsPerSecond, Kink);
    }

    /// <summary>The value below which a share of sorted ones lies, between neighbours linearly.</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        if (sorted.Length == 0) return double.NaN;
        double place = share * (sorted.Length - 1);
        int low = (int)place;
        return low + 1 < sorted.Length ? sorted[low] + ((place - low) * (sorted[low + 1] - sorted[low])) : sorted[^1];
    }

    // Its square is Huber's loss of the logarithm of the ratio.
    private static double Residual(double simulated, double measured, double kink)
    {
        if (!(simulated > 0) || !(measured > 0)) return kink;
        return Huber(Math.Log(simulated / measured), kink);
    }

    private static double Huber(double log, double kink)
    {
        double size = Math.Abs(log);
        return size <= kink ? log : Math.Sign(log) * Math.Sqrt(kink * ((2 * size) - kink));
    }

    // Strata by new tokens, and within each by cached ones.
    private int[][] Alike()
    {
        int[] cached = KnownPrompts.Cached(_run);
        int[] byNew = [.. _timed.Where(i => _run.Requests[i].TtftMs > 0).OrderBy(i => _run.Requests[i].InputTokens - cached[i])
            .ThenBy(i => i)];
        int strata = Math.Max(1, (int)Math.Sqrt(byNew.Length / (double)Together));
        return [.. byNew.Chunk(Math.Max(1, (byNew.Length + strata - 1) / strata))
            .SelectMany(stratum => stratum.OrderBy(i => cached[i]).ThenBy(i => i).Chunk(Together))];
    }

    private static double[] Quantiles(IEnumerable<double> values)
    {
        double[] sorted = Sorted(values);
        return sorted.Length == 0 ? [] : [.. Shares.Select(share => Quantile(sorted, share))];
    }

    private static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite)];
        Array.Sort(sorted);
        return sorted;
    }

    private static double Mean(double[] values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
