namespace AgentSim.Engines;

/// <summary>Is told of what passes did and how long they took, in simulated milliseconds. Every rank of a run tells the same one.</summary>
internal abstract class PassObserver
{
    /// <summary>The prompt work of a pass.</summary>
    /// <param name="requests">Requests with prompt work.</param>
    /// <param name="newTokens">Prompt tokens computed.</param>
    /// <param name="cachedTokens">Prompt tokens before them, summed over the requests.</param>
    /// <param name="ms">How long it took.</param>
    public abstract void Prefill(long requests, long newTokens, long cachedTokens, double ms);

    /// <summary>Consecutive decode steps of one batch; from one to the next, active tokens and context may grow by a token a
    /// request.</summary>
    /// <param name="batch">Requests.</param>
    /// <param name="activeTokens">Tokens in active blocks at the first step.</param>
    /// <param name="context">Mean sequence length at the first step.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="ms">How long they took together.</param>
    public abstract void Decode(int batch, long activeTokens, long context, int steps, double ms);
}
