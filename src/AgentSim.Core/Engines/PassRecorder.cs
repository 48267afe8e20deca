namespace AgentSim.Engines;

/// <summary>What a scheduler reports of its passes. Requests are 0-based ordinals, times simulated milliseconds.</summary>
internal abstract class PassRecorder
{
    /// <summary>Output tokens the request will produce here.</summary>
    public abstract int PlannedOutput(int request);

    /// <summary>Time of the request's last token, NaN before the first.</summary>
    public abstract double LastToken(int request);

    /// <summary>The request was admitted with so many prompt tokens from the cache.</summary>
    public abstract void Admitted(int request, double now, int reused);

    /// <summary>The request emitted a token.</summary>
    public abstract void Token(int request, double time);

    /// <summary>
    /// True where tokens of many requests may be recorded together: the gaps of a pass by <see cref="PassTokens"/>, and what one request
    /// got by <see cref="Tokens"/>, once somebody asks for it.
    /// </summary>
    public virtual bool TakesTokensTogether => false;

    /// <summary>So many requests emitted a token each, the same time after the one before.</summary>
    public virtual void PassTokens(double gap, int requests) => throw new NotSupportedException();

    /// <summary>The request, which has emitted two tokens before, emitted more; their gaps were recorded with those of others.</summary>
    public virtual void Tokens(int request, int tokens, double lastTime) => throw new NotSupportedException();

    /// <summary>One token at the end of every pass of a stretch; the gaps are recorded for the batch as a whole.</summary>
    public abstract void StretchTokens(int request, DecodeStretch stretch);

    /// <summary>The gaps of a stretch, each once for every request of its batch.</summary>
    public abstract void StretchGaps(DecodeStretch stretch, int requests);
}
