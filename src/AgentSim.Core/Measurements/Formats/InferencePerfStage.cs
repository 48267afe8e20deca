using System.Globalization;
using System.Text.Json;
using AgentSim.Draws;
using AgentSim.Imports;

namespace AgentSim.Measurements;

/// <summary>
/// The aggregates of a stage as inference-perf writes them (<c>stage_N_lifecycle….json</c>): a rate, lengths and quantiles. The
/// requests are made from them: at random times of that rate, with prompts as long as the quantiles say.
/// </summary>
internal static class InferencePerfStage
{
    public const string Name = "inference-perf";

    // Requests that left later than this on average came when a connection was free, not when they were meant to.
    private const int MostRequests = 10_000_000;
    private const double LateSeconds = 0.5;

    private static readonly (string Name, double Share)[] Quantiles =
        [("p1", 0.01), ("p5", 0.05), ("p10", 0.1), ("p25", 0.25), ("median", 0.5), ("p75", 0.75), ("p90", 0.9), ("p95", 0.95),
            ("p99", 0.99)];

    public static bool Is(string head) => head.StartsWith('{') && head.Contains("\"load_summary\"", StringComparison.Ordinal);

    public static Measurement Read(string path, CancellationToken cancellation)
    {
        List<string> files = [path];
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        InferencePerfLoad? load = InferencePerfLoad.Find(folder, files)
            ?? InferencePerfLoad.Find(Path.GetDirectoryName(folder) ?? folder, files);
        using JsonDocument document = MeasurementFile.Json(path);
        JsonElement root = document.RootElement, summary = root.Get("load_summary"), good = root.Get("successes"),
            latency = good.Get("latency");
        int count = Whole(good.Number("count"));
        if (count == 0 || latency.Get("request_latency").Real("mean") is not { } meanSeconds || latency.Get("time_to_first_token")
            .Real("mean") is not { } ttftSeconds)
            throw Errors.MeasurementInvalid.At(path, 0,
                "this stage has no requests with request_latency and time_to_first_token; give a stage that streamed");
        if (count > MostRequests)
            throw Errors.MeasurementInvalid.At(path, 0, $"this stage has {count} requests, and at most {MostRequests} are read");
        double rate = summary.Real("achieved_rate") ?? summary.Real("requested_rate")
            ?? throw Errors.MeasurementInvalid.At(path, 0,
                "this file has no rate; give the files of single stages (stage_N_lifecycle_metrics.json)");
        List<RunWarning> warnings = [];
        int counted = Whole(good.Get("output_len").Real("mean")), output = load?.ForcedOutput ?? counted;
        if (load?.ForcedOutput is { } forced && counted != forced)
            warnings.Add(new RunWarning(WarningCodes.MeasuredOutputsReplaced,
                $"outputs were counted from their text ({counted} tokens on average); the load asked for {forced} with ignore_eos, " +
                    "which are taken for all", count));
        int input = Whole(good.Get("prompt_len").Real("mean"));
        double gap = output > 1 ? (meanSeconds - ttftSeconds) / (output - 1) : 0, itl = latency.Get("inter_token_latency")
            .Real("mean") ?? gap;
        if (gap > 0 && Math.Abs(itl / gap - 0.5) < 0.1)
            warnings.Add(new RunWarning(WarningCodes.MeasuredGapsHalved,
                string.Create(CultureInfo.InvariantCulture,
                    $"its gaps between tokens ({itl * 1000:0.00} ms) are half of (latency - TTFT) / (tokens - 1) ({gap * 1000:0.00} ms): " +
                        $"two stream events a token; they are recomputed"), count));
        double late = summary.Get("schedule_delay").Real("mean") ?? 0;
        int? concurrency = null;
        if (late > LateSeconds)
        {
            concurrency = load?.Connections;
            warnings.Add(new RunWarning(WarningCodes.MeasuredRequestsLate,
                string.Create(CultureInfo.InvariantCulture, $"requests left {late:0.#} s late on average: ")
                + (concurrency is null ? "the stage is a closed loop of its connections, whose number is not recorded; give the " +
                "concurrency or leave it out" : $"the stage is a closed loop of {concurrency} connections, and is taken as one"), count));
        }

        string stem = Path.GetFileNameWithoutExtension(path);
        return new Measurement
        {
            Name = stem,
            Format = Name,
            Inputs = MeasurementFile.Digests(files, cancellation),
            Server = new MeasuredServer { Engine = "vllm", Model = load?.Model },
            Requests = Requests(count, rate, good.Get("prompt_len"), input, output),
            Aggregates = new MeasuredAggregates(
                Distribution(latency.Get("time_to_first_token")), ttftSeconds * 1000, Distribution(latency.Get("request_latency")),
                    meanSeconds * 1000,
                good.Get("throughput").Real("requests_per_sec") ?? rate),
            Concurrency = concurrency,
            Stage = StageOf(stem),
            Failed = Whole(root.Get("failures").Number("count")),
            Warnings = warnings,
        };
    }

    // What no number of tokens or requests can be is refused later, by its bounds.
    private static int Whole(double? value) => value >= 0 ? (int)Math.Min(Math.Round(value.Value), int.MaxValue) : 0;

    // Its rate is one of a Poisson process. The draws are always the same, and stretched to the stage's own length.
    private static MeasuredRequest[] Requests(int count, double rate, JsonElement lengths, int meanInput, int output)
    {
        var draws = new ChaCha12(0);
        double[] shares = [0, .. Quantiles.Select(quantile => quantile.Share), 1];
        double[] inputs = [lengths.Real("min") ?? meanInput, .. Quantiles.Select(quantile => lengths.Real(quantile.Name) ?? meanInput),
            lengths.Real("max") ?? meanInput];
        var requests = new MeasuredRequest[count];
        var times = new double[count];
        for (int i = 1; i < count; i++) times[i] = times[i - 1] - Math.Log(1 - draws.NextDouble());
        double scale = count > 1 ? (count - 1) * 1000 / rate / times[^1] : 0;
        for (int i = 0; i < count; i++)
        {
            double draw = draws.NextDouble();
            int at = 1;
            while (at < shares.Length - 1 && shares[at] < draw) at++;
            double input = inputs[at - 1] + ((inputs[at] - inputs[at - 1]) * (draw - shares[at - 1]) / (shares[at] - shares[at - 1]));
            requests[i] = new MeasuredRequest { StartMs = times[i] * scale, InputTokens = Math.Max(1, Whole(input)),
                OutputTokens = output };
        }

        return requests;
    }

    private static List<MeasuredQuantile> Distribution(JsonElement of) =>
        [.. Quantiles.Where(quantile => of.Real(quantile.Name) is not null)
            .Select(quantile => new MeasuredQuantile(quantile.Share, of.Real(quantile.Name)!.Value * 1000))];

    private static int? StageOf(string stem)
    {
        string[] parts = stem.Split('_');
        return parts.Length > 1 && parts[0] == "stage" && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture,
            out int stage) ? stage : null;
    }
}
