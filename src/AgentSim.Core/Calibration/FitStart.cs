using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>Where the search begins: a robust regression on what the requests themselves say, without a simulation.</summary>
internal static class FitStart
{
    /// <summary>First guesses from the requests of runs.</summary>
    public static IReadOnlyList<TimingParameters> Of(IReadOnlyList<Measurement> runs)
    {
        List<(double Batch, double Context, double Tpot)> points = [];
        List<double> ttft = [], inputs = [];
        foreach (Measurement run in runs)
        {
            if (run.Aggregates is { } aggregates)
            {
                MeasuredRequest mean = run.Requests[0];
                double tpot = (aggregates.LatencyMeanMs - aggregates.TtftMeanMs) / Math.Max(1, mean.OutputTokens - 1);
                double batch = aggregates.RequestsPerSecond * (aggregates.LatencyMeanMs - aggregates.TtftMeanMs) / 1000;
                points.Add((Math.Max(1, batch), mean.InputTokens + (mean.OutputTokens / 2.0), tpot));
                ttft.Add(aggregates.Ttft.Count > 0 ? aggregates.Ttft[0].Ms : aggregates.TtftMeanMs);
                inputs.Add(mean.InputTokens);
                continue;
            }

            AddRequests(run, points);
            ttft.AddRange(run.Requests.Where(request => request.TtftMs is > 0).Select(request => request.TtftMs!.Value));
            inputs.AddRange(run.Requests.Where(request => request.TtftMs is > 0).Select(request => (double)request.InputTokens));
        }

        if (points.Count == 0 || ttft.Count == 0) throw new AgentSimException("CalibrationDataMissing", "no request has a TTFT, a latency and two output tokens; measure with streaming, and with outputs of some length");
        (double b0, double slope) = HuberLine.Fit(points.Select(point => point.Batch), points.Select(point => point.Tpot));
        double context = points.Average(point => point.Context), among = points.Average(point => point.Batch), median = Median(points.Select(point => point.Tpot));
        b0 = Math.Clamp(b0, 0.2 * median, 0.85 * median);
        slope = Math.Max(slope, (median - b0) / among / 2);
        double[] waits = [.. ttft];
        Array.Sort(waits);
        double quick = FitResiduals.Quantile(waits, 0.05), input = Math.Max(1, inputs.Average());
        // What a request costs the others cannot be told apart from what each of a batch costs by the batch alone: two beginnings.
        return
        [
            new TimingParameters(b0, 0.5 * slope, 0.5 * slope / Math.Max(1, context), 0.2 * quick, 0.3 * quick / input, 0, 0.3 * quick),
            new TimingParameters(b0, 0.15 * slope, 0.15 * slope / Math.Max(1, context), 0.05 * quick, 0.15 * quick / input, 0, 0.4 * quick),
        ];
    }

    // Each request with the requests under way beside it, on average over its own decoding.
    private static void AddRequests(Measurement run, List<(double, double, double)> points)
    {
        List<(double At, int Change)> changes = [];
        foreach (MeasuredRequest request in run.Requests)
        {
            if (request is not { TtftMs: { } ttft, LatencyMs: { } latency }) continue;
            changes.Add((request.StartMs + ttft, 1));
            changes.Add((request.StartMs + latency, -1));
        }

        changes.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Change - b.Change);
        double[] times = new double[changes.Count], area = new double[changes.Count];
        int active = 0;
        for (int i = 0; i < changes.Count; i++)
        {
            times[i] = changes[i].At;
            if (i > 0) area[i] = area[i - 1] + (active * (times[i] - times[i - 1]));
            active += changes[i].Change;
        }

        foreach (MeasuredRequest request in run.Requests)
        {
            if (request.TpotMs is not { } tpot || tpot <= 0) continue;
            double from = request.StartMs + request.TtftMs!.Value, to = request.StartMs + request.LatencyMs!.Value;
            double batch = (At(to) - At(from)) / Math.Max(1e-9, to - from);
            points.Add((Math.Max(1, batch), request.InputTokens + (request.OutputTokens / 2.0), tpot));
        }

        double At(double time)
        {
            int i = Array.BinarySearch(times, time);
            return area[i >= 0 ? i : Math.Min(~i, area.Length - 1)];
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return FitResiduals.Quantile(sorted, 0.5);
    }
}

/// <summary>A straight line through points, of which outliers count less (Huber).</summary>
internal static class HuberLine
{
    public static (double Intercept, double Slope) Fit(IEnumerable<double> xs, IEnumerable<double> ys)
    {
        double[] x = [.. xs], y = [.. ys], weight = new double[x.Length];
        Array.Fill(weight, 1.0);
        double intercept = 0, slope = 0;
        for (int round = 0; round < 20; round++)
        {
            double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
            for (int i = 0; i < x.Length; i++)
            {
                w += weight[i];
                wx += weight[i] * x[i];
                wy += weight[i] * y[i];
                wxx += weight[i] * x[i] * x[i];
                wxy += weight[i] * x[i] * y[i];
            }

            double spread = (w * wxx) - (wx * wx);
            slope = spread > 1e-9 * w * wxx ? ((w * wxy) - (wx * wy)) / spread : 0;
            intercept = (wy - (slope * wx)) / w;
            double[] misses = [.. x.Select((value, i) => Math.Abs(y[i] - intercept - (slope * value)))];
            double[] sorted = [.. misses];
            Array.Sort(sorted);
            double kink = 1.345 * 1.4826 * FitResiduals.Quantile(sorted, 0.5);
            if (kink <= 0) break;
            for (int i = 0; i < x.Length; i++) weight[i] = misses[i] <= kink ? 1 : kink / misses[i];
        }

        return (intercept, slope);
    }
}
