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

        if (points.Count == 0 || ttft.Count == 0) throw NoData();
        if (runs.All(run => run.KnowsPrompts && run.Aggregates is null)) return [OfKnown(runs)];
        (double b0, double slope) = HuberLine.Fit(points.Select(point => point.Batch), points.Select(point => point.Tpot));
        double context = points.Average(point => point.Context), among = points.Average(point => point.Batch),
            median = Median(points.Select(point => point.Tpot));
        if (!(median > 0)) throw NoData();
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

    // New and cached tokens are known of each request, so that a regression tells what either costs.
    private static TimingParameters OfKnown(IReadOnlyList<Measurement> runs)
    {
        List<double[]> terms = [];
        List<double> waits = [];
        int[][] cached = [.. runs.Select(KnownPrompts.Cached)];
        for (int run = 0; run < runs.Count; run++)
        {
            for (int i = 0; i < cached[run].Length; i++)
            {
                if (runs[run].Requests[i].TtftMs is not > 0) continue;
                terms.Add([1, Fresh(run, i), Pairs(run, i)]);
                waits.Add(runs[run].Requests[i].TtftMs!.Value);
            }
        }

        double[] prefill = RobustFit.Of([.. terms], [.. waits], [.. waits]);
        double quick = Accuracy.QuantileOf(waits, 0.05), input = terms.Average(term => term[1]);
        List<double[]> loads = [];
        List<double> steps = [], gaps = [];
        for (int run = 0; run < runs.Count; run++)
            AddDecodes(runs[run], i => (prefill[1] * Fresh(run, i)) + (prefill[2] * Pairs(run, i)), loads, steps, gaps);
        if (loads.Count == 0) throw NoData();
        double[] decode = RobustFit.Of([.. loads], [.. steps], [.. gaps]);
        double median = Median(gaps), among = loads.Average(load => load[1]), tokens = loads.Average(load => load[2]);
        double rest = Math.Max(0.1 * quick, prefill[0] - (1.5 * median));   // without the pass it waits for and its own decode step
        double s0 = Math.Clamp(decode[3], 0.05 * rest, 0.5 * rest);
        return new TimingParameters(
            Math.Max(decode[0], 0.1 * median), Math.Max(decode[1], 0.01 * median / among), Math.Max(decode[2], 0.01 * median / tokens),
            s0, Math.Max(prefill[1], 0.01 * quick / input), Math.Max(prefill[2], 1e-3 * quick / (input * tokens / among)), rest - s0);

        double Fresh(int run, int i) => runs[run].Requests[i].InputTokens - cached[run][i];

        double Pairs(int run, int i) => Fresh(run, i) * (cached[run][i] + (Fresh(run, i) / 2));
    }

    // The steps of each request: without what the prompts cost that came meanwhile, and with how many these were.
    private static void AddDecodes(Measurement run, Func<int, double> prefill, List<double[]> loads, List<double> steps, List<double> gaps)
    {
        List<(double, double, double)> points = [];
        AddRequests(run, points);
        double[] ends = [.. run.Requests.Select(request => request.StartMs + (request.TtftMs ?? 0))];
        int[] order = [.. Enumerable.Range(0, ends.Length).OrderBy(i => ends[i]).ThenBy(i => i)];
        double[] sorted = [.. order.Select(i => ends[i])], work = new double[ends.Length + 1];
        for (int i = 0; i < order.Length; i++) work[i + 1] = work[i] + prefill(order[i]);
        int at = 0;
        foreach (MeasuredRequest request in run.Requests)
        {
            if (request.TpotMs is not { } tpot || tpot <= 0) continue;
            (double batch, double context, _) = points[at++];
            int from = After(sorted, request.StartMs + request.TtftMs!.Value),
                to = After(sorted, request.StartMs + request.LatencyMs!.Value);
            int tokens = request.OutputTokens - 1;
            loads.Add([1, batch, batch * context, (to - from) / (double)tokens]);
            steps.Add(Math.Max(0.1 * tpot, tpot - ((work[to] - work[from]) / tokens)));
            gaps.Add(tpot);
        }
    }

    private static int After(double[] sorted, double time)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (sorted[middle] <= time) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static AgentSimException NoData() =>
        Errors.CalibrationDataMissing.Error(
            "no request has a TTFT, a latency and two output tokens; measure with streaming, and with outputs of some length");

    // Each request with the requests under way beside it and the mean length of these, on average over its own decoding.
    private static void AddRequests(Measurement run, List<(double, double, double)> points)
    {
        List<(double At, int Change, double Length)> changes = [];
        foreach (MeasuredRequest request in run.Requests)
        {
            if (request is not { TtftMs: { } ttft, LatencyMs: { } latency }) continue;
            double length = request.InputTokens + (request.OutputTokens / 2.0);
            changes.Add((request.StartMs + ttft, 1, length));
            changes.Add((request.StartMs + latency, -1, length));
        }

        changes.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Change - b.Change);
        double[] times = new double[changes.Count], requests = new double[changes.Count], tokens = new double[changes.Count];
        double active = 0, held = 0;
        for (int i = 0; i < changes.Count; i++)
        {
            times[i] = changes[i].At;
            if (i > 0)
            {
                requests[i] = requests[i - 1] + (active * (times[i] - times[i - 1]));
                tokens[i] = tokens[i - 1] + (held * (times[i] - times[i - 1]));
            }

            active += changes[i].Change;
            held += changes[i].Change * changes[i].Length;
        }

        foreach (MeasuredRequest request in run.Requests)
        {
            if (request.TpotMs is not { } tpot || tpot <= 0) continue;
            double from = request.StartMs + request.TtftMs!.Value, to = request.StartMs + request.LatencyMs!.Value,
                span = Math.Max(1e-9, to - from);
            double batch = Math.Max(1, (At(requests, to) - At(requests, from)) / span), kv = (At(tokens, to) - At(tokens, from)) / span;
            points.Add((batch, kv / batch, tpot));
        }

        double At(double[] area, double time)
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
