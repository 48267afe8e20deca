namespace AgentSim.Live;

/// <summary>
/// A request under way, and what became of it. Times are those of the clock of the run; NaN where something did not happen.
/// </summary>
/// <param name="request">0-based ordinal.</param>
/// <param name="scheduled">When it was to go out.</param>
internal sealed class LiveAnswer(int request, double scheduled)
{
    public int Request => request;

    public double Scheduled => scheduled;

    /// <summary>When the client began to act on it: opened a connection for it, or wrote it to one; at its moment at the earliest.
    /// </summary>
    public double Acted { get; private set; } = double.NaN;

    /// <summary>When it began to go out.</summary>
    public double Sent { get; private set; } = double.NaN;

    /// <summary>When its end was known.</summary>
    public double Ended { get; set; } = double.NaN;

    /// <summary>Status of the answer; 0: there was none.</summary>
    public int StatusCode { get; set; }

    /// <summary>What went wrong; null: nothing.</summary>
    public string? Error { get; set; }

    /// <summary>What the server or the system said of it.</summary>
    public string? ErrorText { get; set; }

    /// <summary>Whether it was sent again, since nothing of it had been sent.</summary>
    public bool IsRetried { get; set; }

    /// <summary>The events; null: none came.</summary>
    public AnswerStream? Stream { get; set; }

    public void Act(double now)
    {
        if (double.IsNaN(Acted)) Acted = Math.Max(now, scheduled);
    }

    public void Send(double now)
    {
        Act(now);
        if (double.IsNaN(Sent)) Sent = now;
    }
}
