namespace AgentSim.Capture;

/// <summary>What a recording proxy did so far; a snapshot that does not change.</summary>
public sealed record ProxyCounters
{
    /// <summary>Requests for completions that came.</summary>
    public long Requests { get; init; }

    /// <summary>Of those, requests that are being answered now.</summary>
    public long Active { get; init; }

    /// <summary>Requests that were recorded, each as one row.</summary>
    public long Recorded { get; init; }

    /// <summary>Recorded requests whose client went away before the end of the answer.</summary>
    public long Cancelled { get; init; }

    /// <summary>Recorded requests whose answer the server broke off.</summary>
    public long Broken { get; init; }

    /// <summary>Requests that were refused by the server, or could not reach it; they are not recorded.</summary>
    public long Failed { get; init; }

    /// <summary>
    /// Requests that were answered but not recorded: with images or other media, with several answers (<c>n</c>,
    /// <c>best_of</c>), with several prompts or embeddings, or of a form that cannot be understood.
    /// </summary>
    public long NotRecorded { get; init; }

    /// <summary>Requests that were something else than a completion; they are passed on and not recorded.</summary>
    public long Other { get; init; }
}
