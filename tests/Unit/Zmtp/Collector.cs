using System.Text;
using AgentSim.Capture;

namespace AgentSim.Tests.Zmtp;

/// <summary>Collects messages as texts; can be told to take none for a while.</summary>
internal sealed class Collector : IPullHandler
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly object _gate = new();
    private readonly List<(long Peer, string[] Frames)> _messages = [];
    private readonly HashSet<long> _forgotten = [];
    private TaskCompletionSource _open = new();
    private int _came;

    public Collector() => _open.SetResult();

    public (long Peer, string[] Frames)[] Messages
    {
        get
        {
            lock (_gate) return [.. _messages];
        }
    }

    public int Forgotten
    {
        get
        {
            lock (_gate) return _forgotten.Count;
        }
    }

    /// <summary>Messages that came, those held included.</summary>
    public int Came => Volatile.Read(ref _came);

    public void Hold() => _open = new TaskCompletionSource();

    public void Release() => _open.SetResult();

    public async ValueTask HandleAsync(long peer, IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken cancel)
    {
        Interlocked.Increment(ref _came);
        await _open.Task.WaitAsync(cancel);
        lock (_gate) _messages.Add((peer, [.. frames.Select(frame => Encoding.Latin1.GetString(frame.Span))]));
    }

    public void Forget(long peer)
    {
        lock (_gate) _forgotten.Add(peer);
    }

    public Task Until(Func<Collector, bool> condition) => Wait.Until(() => condition(this), Patience);
}

internal static class Wait
{
    public static async Task Until(Func<bool> condition, TimeSpan? patience = null)
    {
        DateTime end = DateTime.UtcNow + (patience ?? TimeSpan.FromMinutes(1));
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "what was waited for did not happen");
            await Task.Delay(10);
        }
    }
}
