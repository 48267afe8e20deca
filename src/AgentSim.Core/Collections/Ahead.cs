using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace AgentSim.Collections;

/// <summary>Enumerates on a thread of its own, a few items ahead of the caller, so that making and using them overlap.</summary>
internal static class Ahead
{
    private const int Items = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The items of a source, which should be large: handing one over costs about as much as making a few objects.</summary>
    /// <param name="source">Enumerated and disposed of by the other thread. What it throws comes up here, behind the items before.</param>
    /// <param name="what">What the thread does; its name.</param>
    /// <param name="cancel">Ends the wait for an item with <see cref="OperationCanceledException"/>, even if the source hangs.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, string what, CancellationToken cancel)
    {
        var stop = new CancellationTokenSource();
        var queue = new BlockingCollection<T>(Items);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(Produce) { IsBackground = true, Name = what };
        thread.Start();
        try
        {
            foreach (T item in queue.GetConsumingEnumerable(cancel)) yield return item;
            failure?.Throw();
        }
        finally
        {
            // It may hang in a read of a pipe; then it ends with the process, and must not find its queue disposed. Who
            // cancels does not wait for it.
            stop.Cancel();
            if (thread.Join(cancel.IsCancellationRequested ? TimeSpan.Zero : Patience))
            {
                queue.Dispose();
                stop.Dispose();
            }
        }

        void Produce()
        {
            try
            {
                foreach (T item in source) queue.Add(item, stop.Token);
            }
            catch (Exception error)
            {
                // Whatever it is belongs to the caller; on this thread it would end the process.
                failure = ExceptionDispatchInfo.Capture(error);
            }

            queue.CompleteAdding();
        }
    }
}
