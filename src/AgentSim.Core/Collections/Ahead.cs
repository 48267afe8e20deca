namespace AgentSim.Collections;

/// <summary>Enumerates on threads of its own, a few items ahead of the caller, so that making and using them overlap.</summary>
internal static class Ahead
{
    /// <summary>How many threads share work that can be divided: more find little to do beside the one that uses the items.</summary>
    public static int Threads => Math.Min(2, Environment.ProcessorCount);

    /// <summary>The items of a source, which should be large: handing one over costs about as much as making a few objects.</summary>
    /// <param name="source">Enumerated and disposed of by the other thread. What it throws comes up here, behind the items before.</param>
    /// <param name="what">What the thread does; its name.</param>
    /// <param name="cancel">Ends the wait for an item with <see cref="OperationCanceledException"/>, even if the source hangs.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, string what, CancellationToken cancel) =>
        Map<T, T>(source, static () => static item => item, threads: 1, what, cancel);

    /// <summary>What several threads make of the items of a source, in the order of the source.</summary>
    /// <param name="source">Enumerated by one thread at a time.</param>
    /// <param name="maker">Makes for each thread what it works with.</param>
    /// <param name="threads">How many work at most.</param>
    /// <param name="what">What the threads do; their name.</param>
    /// <param name="cancel">Ends the wait for a result with <see cref="OperationCanceledException"/>.</param>
    public static IEnumerable<TResult> Map<T, TResult>(IEnumerable<T> source, Func<Func<T, TResult>> maker, int threads, string what,
        CancellationToken cancel)
    {
        using var line = new AheadLine<T, TResult>(source, maker, threads, what, cancel);
        while (line.TryTake(out TResult result)) yield return result;
    }
}
