using AgentSim.Recording;

namespace AgentSim.Serving;

/// <summary>What a server did so far, in simulated time. The thread of the engines writes; others may read meanwhile.</summary>
internal sealed class ServingTotals
{
    /// <summary>Requests that gave out all their tokens.</summary>
    public long Completed { get; private set; }

    /// <summary>Of these, requests whose client was gone.</summary>
    public long Abandoned { get; private set; }

    /// <summary>Requests that the engines had no room for.</summary>
    public long Refused { get; private set; }

    /// <summary>Requests that were admitted again after their first token.</summary>
    public long Preemptions { get; set; }

    /// <summary>Prompt tokens of admitted requests.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>Of these, tokens that were in the cache.</summary>
    public long CachedTokens { get; private set; }

    /// <summary>Tokens given out.</summary>
    public long OutputTokens { get; private set; }

    /// <summary>Arrival to first token, seconds.</summary>
    public Histogram Ttft { get; } = new(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
        160, 640, 2560);

    /// <summary>Token to token, seconds.</summary>
    public Histogram Itl { get; } = new(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5,
        10, 20, 40, 80);

    /// <summary>Arrival to last token, seconds.</summary>
    public Histogram E2e { get; } = new(0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480,
        960, 1920, 7680);

    /// <summary>Arrival to first admission, seconds.</summary>
    public Histogram Queue { get; } = new(0.001, 0.005, 0.01, 0.05, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120);

    /// <summary>A request was broken off, by the engines or a stop.</summary>
    public void Failed() => Refused++;

    /// <summary>A request was admitted for the first time.</summary>
    public void Admitted(ServedRequest request, double now)
    {
        PromptTokens += request.Prompt.Length;
        CachedTokens += request.CachedTokens;
        Queue.Add((now - request.Arrival) / 1000.0);
    }

    /// <summary>A request has its first token.</summary>
    public void FirstToken(double ms) => Ttft.Add(ms / 1000.0);

    /// <summary>A request has a further token.</summary>
    public void Gap(double ms) => Itl.Add(ms / 1000.0);

    /// <summary>Tokens were handed over.</summary>
    public void Delivered(int tokens) => OutputTokens += tokens;

    /// <summary>A request ended.</summary>
    public void Ended(ServedRequest request, double now, TerminalStatus status)
    {
        if (status != TerminalStatus.Completed)
        {
            Refused++;
            return;
        }

        Completed++;
        if (request.IsAbandoned) Abandoned++;
        else E2e.Add((now - request.Arrival) / 1000.0);
    }
}
