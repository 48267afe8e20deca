namespace AgentSim.Measurements;

/// <summary>One request as it was measured at a real server. Times are milliseconds, lengths are tokens.</summary>
public sealed record MeasuredRequest
{
    /// <summary>Id of the request, where there is one.</summary>
    public string? Id { get; init; }

    /// <summary>When the client sent it, after the first request of the run.</summary>
    public double StartMs { get; init; }

    /// <summary>Prompt tokens.</summary>
    public int InputTokens { get; init; }

    /// <summary>Output tokens that the server computed.</summary>
    public int OutputTokens { get; init; }

    /// <summary>Start to first token, as the client saw it; null: not measured.</summary>
    public double? TtftMs { get; init; }

    /// <summary>Start to last token, as the client saw it; null: not measured.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>Prompt tokens that the server found in its prefix cache, as it reported them; null: not reported.</summary>
    public int? CachedTokens { get; init; }

    /// <summary>What the blocks of the prompt are: equal ids at equal places are equal tokens. Null: not recorded.</summary>
    public IReadOnlyList<ulong>? BlockIds { get; init; }

    /// <summary>Mean time from one output token to the next; null with fewer than two tokens, or where a time is missing.</summary>
    public double? TpotMs => OutputTokens > 1 && LatencyMs is { } latency
        && TtftMs is { } ttft ? (latency - ttft) / (OutputTokens - 1) : null;
}

/// <summary>One forward pass as it was measured at a real engine.</summary>
/// <param name="Ms">How long it took, in milliseconds.</param>
/// <param name="PrefillRequests">Requests whose prompts were worked on.</param>
/// <param name="NewTokens">Prompt tokens computed.</param>
/// <param name="CachedTokens">Prompt tokens that lay before them, summed over the requests.</param>
/// <param name="DecodeRequests">Requests that got an output token.</param>
/// <param name="KvTokens">Tokens in the KV cache that they read, summed over the requests.</param>
public readonly record struct MeasuredStep(double Ms, int PrefillRequests, long NewTokens, long CachedTokens, int DecodeRequests,
    long KvTokens);

/// <summary>A quantile of a run of which only aggregates are known.</summary>
/// <param name="Share">Which one, 0 to 1.</param>
/// <param name="Ms">Its value in milliseconds.</param>
public readonly record struct MeasuredQuantile(double Share, double Ms);

/// <summary>Aggregates of a run whose single requests were not recorded.</summary>
/// <param name="Ttft">Quantiles of the time to the first token.</param>
/// <param name="TtftMeanMs">Its mean, in milliseconds.</param>
/// <param name="Latency">Quantiles of the time to the last token.</param>
/// <param name="LatencyMeanMs">Its mean, in milliseconds.</param>
/// <param name="RequestsPerSecond">Requests that completed in a second.</param>
public sealed record MeasuredAggregates(
    IReadOnlyList<MeasuredQuantile> Ttft, double TtftMeanMs, IReadOnlyList<MeasuredQuantile> Latency, double LatencyMeanMs,
        double RequestsPerSecond);
