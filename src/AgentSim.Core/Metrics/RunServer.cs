using System.Globalization;

namespace AgentSim.Metrics;

/// <summary>The real server that a live replay was sent to (<c>run.server</c> of a report).</summary>
/// <param name="Endpoint">Where it is.</param>
/// <param name="Model">The model asked for.</param>
public sealed record RunServer(string Endpoint, string Model)
{
    /// <summary>What it calls itself: its header <c>Server</c>; null where it sends none.</summary>
    public string? Header { get; init; }

    /// <summary>Whom its list of models names as their owner, as <c>vllm</c>; null where it does not say.</summary>
    public string? Engine { get; init; }

    /// <summary>KV blocks by its own metrics; null where it does not say.</summary>
    public long? NumGpuBlocks { get; init; }

    /// <summary>Tokens in a KV block by its own metrics; null where it does not say.</summary>
    public long? BlockSize { get; init; }

    /// <summary>Longest sequence in tokens by its list of models; null where it does not say.</summary>
    public long? MaxModelLen { get; init; }

    /// <summary>Its metrics before the first and after the last request, in the order of its page; empty where it has none.</summary>
    public IReadOnlyList<ServerMetric> Metrics { get; init; } = [];

    /// <summary>Server, model and place in one line.</summary>
    public override string ToString() => $"{Model} on {Header ?? Engine ?? "an unnamed server"} at {Endpoint}";
}

/// <summary>A number of the metrics page of a server.</summary>
/// <param name="Name">Its name with its labels.</param>
/// <param name="Before">Before the first request; null where it was not there yet.</param>
/// <param name="After">After the last one; null where it was not there any more.</param>
public sealed record ServerMetric(string Name, double? Before, double? After)
{
    /// <summary>Name and both values.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Before} to {After}");
}

/// <summary>How well the client of a live replay kept its times (<c>run.client</c> of a report).</summary>
/// <param name="DispatchDelayP50Ms">Half of the requests left within so much of their scheduled moments.</param>
/// <param name="DispatchDelayP99Ms">99 % of them did.</param>
/// <param name="DispatchDelayP999Ms">99.9 % of them did.</param>
/// <param name="CpuShare">Share of its processors that the client used, 0 to 1.</param>
/// <param name="Processors">Processors it had.</param>
/// <param name="Retries">Requests that were sent a second time, since nothing of them had been sent the first time.</param>
public sealed record RunClient(
    double DispatchDelayP50Ms, double DispatchDelayP99Ms, double DispatchDelayP999Ms, double CpuShare, int Processors, int Retries)
{
    /// <summary>All of it in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"dispatch delay p50 {DispatchDelayP50Ms:0.##} ms, p99 {DispatchDelayP99Ms:0.##} ms, p99.9 {DispatchDelayP999Ms:0.##} ms; " +
            $"{100 * CpuShare:0} % of {Processors} processors");
}

/// <summary>How many requests of a live replay failed in the same way (<c>run.failures</c> of a report).</summary>
/// <param name="Name">What happened, as <c>connection_reset</c> or <c>http_429</c>.</param>
/// <param name="Count">To how many requests.</param>
public sealed record RequestFailures(string Name, int Count)
{
    /// <summary>Name and number.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Count}");
}
