using System.Globalization;

namespace AgentSim.Measurements;

/// <summary>
/// What no server can have taken or been asked for. Files of tools are read as they are; one wrong unit or torn number would make a fit
/// or a test of nothing but infinities.
/// </summary>
internal static class MeasurementBounds
{
    private const double MostMs = 1e13;          // three hundred years, which also holds times since 1970
    private const double MostPerSecond = 1e9;
    private const int MostTokens = 100_000_000;

    /// <summary>The run, if all it says is possible.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">Where it is from, for messages.</param>
    /// <exception cref="AgentSimException">Something is not.</exception>
    public static Measurement Checked(Measurement run, string path)
    {
        for (int i = 0; i < run.Requests.Count; i++)
        {
            MeasuredRequest request = run.Requests[i];
            string what = string.Create(CultureInfo.InvariantCulture, $"request {i + 1} has");
            RequireTime(path, $"{what} a start", request.StartMs, -MostMs);
            RequireTime(path, $"{what} a time to first token", request.TtftMs ?? 0);
            RequireTime(path, $"{what} a latency", request.LatencyMs ?? 0);
            if (Math.Min(request.InputTokens, request.OutputTokens) < 0 || Math.Max(request.InputTokens, request.OutputTokens) > MostTokens)
                throw Errors.MeasurementInvalid.At(path, 0,
                    $"{what} {request.InputTokens} prompt and {request.OutputTokens} output tokens, which must be from 0 to {MostTokens}");
        }

        foreach (MeasuredStep step in run.Steps) RequireTime(path, "a pass has a time", step.Ms);
        if (run.Aggregates is not { } all) return run;
        RequireTime(path, "the run has a mean time to first token", all.TtftMeanMs);
        RequireTime(path, "the run has a mean latency", all.LatencyMeanMs);
        if (!(all.LatencyMeanMs >= all.TtftMeanMs && all.RequestsPerSecond is >= 0 and <= MostPerSecond))
            throw Errors.MeasurementInvalid.At(path, 0,
                "the run has a mean latency below its mean time to first token, or a throughput that cannot be");
        foreach (MeasuredQuantile quantile in all.Ttft) RequireTime(path, "the run has a time to first token", quantile.Ms);
        foreach (MeasuredQuantile quantile in all.Latency) RequireTime(path, "the run has a latency", quantile.Ms);
        return run;
    }

    private static void RequireTime(string path, string what, double ms, double least = 0)
    {
        if (ms >= least && ms <= MostMs) return;
        throw Errors.MeasurementInvalid.At(path, 0, string.Create(CultureInfo.InvariantCulture,
            $"{what} of {ms} ms; check the file, and the unit of its times"));
    }
}
