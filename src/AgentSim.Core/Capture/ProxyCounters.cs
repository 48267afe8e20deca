namespace AgentSim.Capture;

/// <summary>What a recording proxy did so far; a snapshot that does not change.</summary>
public sealed record ProxyCounters
{
    /// <summary>Requests to a model that came: chats, completions, messages and responses.</summary>
    public long Requests { get; init; }

    /// <summary>Of those, requests that are being answered now.</summary>
    public long Active { get; init; }

    /// <summary>Requests that were recorded, each as one row.</summary>
    public long Recorded { get; init; }

    /// <summary>Recorded requests whose client went away before the end of the answer.</summary>
    public long Cancelled { get; init; }

    /// <summary>Recorded requests whose answer the server broke off.</summary>
    public long Broken { get; init; }

    /// <summary>Recorded requests whose answer was broken off because the capture was stopped.</summary>
    public long Stopped { get; init; }

    /// <summary>Recorded requests whose input or output tokens the server did not tell, so that they are estimated.</summary>
    public long Estimated { get; init; }

    /// <summary>Recorded requests that had been refused before; the time until they were sent again is no thinking of the agent.</summary>
    public long Retried { get; init; }

    /// <summary>Recorded requests whose session was inferred from their prompts.</summary>
    public long Inferred { get; init; }

    /// <summary>Requests that were refused by the server, or could not reach it; they are not recorded.</summary>
    public long Failed { get; init; }

    /// <summary>Requests that were answered but not recorded; <see cref="NotRecordedKinds"/> says why.</summary>
    public long NotRecorded { get; init; }

    /// <summary>
    /// What was passed on and not recorded, by kind: images or other media, several answers, long or compressed bodies, and the like.
    /// </summary>
    public IReadOnlyDictionary<string, long> NotRecordedKinds { get; init; } = new Dictionary<string, long>();

    /// <summary>Requests that were something else than a request to a model; they are passed on and not recorded.</summary>
    public long Other { get; init; }

    /// <summary>Connections that were refused or closed because there were as many as can be kept open.</summary>
    public long RefusedConnections { get; init; }

    /// <summary>Times that the proxy ended on its own and was started again.</summary>
    public long Restarts { get; init; }

    /// <summary>Requests that were lost when the proxy ended on its own.</summary>
    public long Lost { get; init; }

    /// <summary>What one proxy did, and then another one.</summary>
    internal ProxyCounters Plus(ProxyCounters other) => other with
    {
        Requests = Requests + other.Requests,
        Recorded = Recorded + other.Recorded,
        Cancelled = Cancelled + other.Cancelled,
        Broken = Broken + other.Broken,
        Stopped = Stopped + other.Stopped,
        Estimated = Estimated + other.Estimated,
        Retried = Retried + other.Retried,
        Inferred = Inferred + other.Inferred,
        Failed = Failed + other.Failed,
        NotRecorded = NotRecorded + other.NotRecorded,
        NotRecordedKinds = NotRecordedKinds.Concat(other.NotRecordedKinds).GroupBy(kind => kind.Key)
            .ToDictionary(kind => kind.Key, kind => kind.Sum(pair => pair.Value)),
        Other = Other + other.Other,
        RefusedConnections = RefusedConnections + other.RefusedConnections,
        Restarts = Restarts + other.Restarts,
        Lost = Lost + other.Lost,
    };
}
