using AgentSim.Recording;

namespace AgentSim.Metrics;

/// <summary>
/// Latency bounds a request must keep to count as good (behaviour 06#5). Every bound given must hold, each inclusive;
/// a bound that is null is not tested. Bounds are finite and not negative.
/// </summary>
/// <param name="TtftMs">Longest time to the first token, milliseconds.</param>
/// <param name="ItlMs">Longest mean gap between tokens, milliseconds; requests with one token pass.</param>
/// <param name="E2eMs">Longest time to the last token, milliseconds.</param>
public sealed record ServiceLevel(double? TtftMs = null, double? ItlMs = null, double? E2eMs = null)
{
    /// <summary>True when no bound is given: goodput is then not reported.</summary>
    public bool IsEmpty => TtftMs is null && ItlMs is null && E2eMs is null;

    /// <summary>Whether a counted request keeps every bound.</summary>
    internal bool IsMetBy(in RequestOutcome request)
    {
        if (request.OutputLength == 0)
        {
            // Without a token there is no latency to hold against TTFT or ITL; only the end of the request can be on time.
            return TtftMs is null && ItlMs is null && E2eMs is { } end && Math.Max(0.0, request.Terminal - request.Arrival) <= end;
        }

        double ttft = request.Ttft, e2e = request.E2eLatency;
        if (E2eMs is { } longest && !(e2e <= longest)) return false;
        if (TtftMs is { } first && !(ttft <= first)) return false;
        return ItlMs is not { } gap || request.OutputLength < 2 || (e2e - ttft) / (request.OutputLength - 1.0) <= gap;
    }
}
