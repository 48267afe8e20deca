using AgentSim.Agents;
using AgentSim.Recording;
using AgentSim.Statistics;

namespace AgentSim.Metrics;

/// <summary>What a run cost, as the runtime measured it (behaviour 06#4).</summary>
internal readonly record struct RunCosts
{
    /// <summary>Seconds times prefill workers; 0 when aggregated.</summary>
    public double PrefillWorkerSeconds { get; init; }

    /// <summary>
    /// Seconds times (decode) workers, summed over the clock moves; null in the dedicated single-worker runtime, where it is the
    /// duration.
    /// </summary>
    public double? DecodeWorkerSeconds { get; init; }

    /// <summary>0 when aggregated.</summary>
    public long PrefillGpusPerWorker { get; init; }

    public long DecodeGpusPerWorker { get; init; }

    public double WallTimeMs { get; init; }
}

/// <summary>Makes a report from what the simulation recorded.</summary>
internal static class ReplayReportBuilder
{
    /// <param name="requests">One per request, in the order of the ordinals; those that never arrived have no arrival time.</param>
    /// <param name="gaps">Gaps of counted requests only.</param>
    /// <param name="costs">Worker seconds, GPUs and wall time.</param>
    /// <param name="serviceLevel">Null or empty: no goodput.</param>
    /// <param name="agents">What the tasks come to, if that is asked for.</param>
    /// <param name="knowsReuse">Whether it is known what of the prompts was cached; real servers need not say it.</param>
    public static ReplayReport Build(
        ReadOnlySpan<RequestOutcome> requests, GapStatistics gaps, in RunCosts costs, ServiceLevel? serviceLevel,
            AgentSummary? agents = null, bool knowsReuse = true)
    {
        bool hasGoodput = serviceLevel is { IsEmpty: false };
        long arrived = 0, cutOff = 0, counted = 0, input = 0, output = 0, reused = 0, reusedAtFirst = 0, good = 0, goodTokens = 0;
        double duration = 0.0;
        var room = new double[requests.Length];

        foreach (ref readonly RequestOutcome request in requests)
        {
            if (!double.IsNaN(request.Arrival)) arrived++;
            if (request.Status == TerminalStatus.None) cutOff++;
            if (!request.IsCounted) continue;

            counted++;
            input += request.InputLength;
            output += request.OutputLength;
            reused += request.ReusedInput;
            reusedAtFirst += request.FirstAdmissionReused;
            duration = Math.Max(duration, request.Terminal);
            if (hasGoodput && serviceLevel!.IsMetBy(request))
            {
                good++;
                goodTokens += request.OutputLength;
            }
        }

        return new ReplayReport
        {
            NumRequests = arrived,
            CompletedRequests = counted,
            CutOffRequests = cutOff,
            TotalInputTokens = input,
            TotalOutputTokens = output,
            DurationMs = duration,
            PrefillWorkerSeconds = costs.PrefillWorkerSeconds,
            DecodeWorkerSeconds = costs.DecodeWorkerSeconds ?? ReplayReport.SecondsOf(duration),
            PrefillGpusPerWorker = costs.PrefillGpusPerWorker,
            DecodeGpusPerWorker = costs.DecodeGpusPerWorker,
            GoodputCompletedRequests = hasGoodput ? good : null,
            GoodputOutputTokens = hasGoodput ? goodTokens : null,
            PrefixCacheReusedRatio = Ratio(reused, knowsReuse ? input : 0),
            FirstAdmissionPrefixCacheReusedRatio = Ratio(reusedAtFirst, knowsReuse ? input : 0),
            WallTimeMs = costs.WallTimeMs,
            Ttft = Latency(requests, room, 1, static (in request) => request.Ttft),
            Ttst = Latency(requests, room, 2, static (in request) => request.Ttst),
            Tpot = Latency(requests, room, 2, static (in request) => request.Tpot),
            E2eLatency = Latency(requests, room, 1, static (in request) => request.E2eLatency),
            InterTokenLatency = gaps.InterTokenLatency,
            OutputTokenThroughputPerUser = gaps.ThroughputPerUser,
            Agents = agents,
        };
    }

    private static double Ratio(long part, long whole) => whole == 0 ? double.NegativeInfinity : (double)part / whole;

    // One list at a time, in the same room: lists of all four and a copy of each would be the most that a short run has in memory.
    private static Distribution Latency(ReadOnlySpan<RequestOutcome> requests, double[] room, int tokens, TimeOf time)
    {
        int count = 0;
        foreach (ref readonly RequestOutcome request in requests)
        {
            if (request.IsCounted && request.OutputLength >= tokens) room[count++] = time(request);
        }

        return Distribution.OfRoom(room.AsSpan(0, count));
    }

    private delegate double TimeOf(in RequestOutcome request);
}
