using AgentSim.Capture;

namespace AgentSim.Zmtp;

/// <summary>Counts what happens on an endpoint, from any thread.</summary>
internal sealed class PullTotals
{
    private long _connections;
    private long _refused;
    private long _messages;
    private long _tooLong;
    private string? _lastRefusal;

    /// <summary>Counts a connection and returns its number.</summary>
    public long AddConnection() => Interlocked.Increment(ref _connections);

    public void AddMessage() => Interlocked.Increment(ref _messages);

    public void AddTooLong() => Interlocked.Increment(ref _tooLong);

    public void AddRefusal(string reason)
    {
        Volatile.Write(ref _lastRefusal, reason);
        Interlocked.Increment(ref _refused);
    }

    public PullCounters Snapshot(int peers) => new()
    {
        Peers = peers,
        Connections = Interlocked.Read(ref _connections),
        Refused = Interlocked.Read(ref _refused),
        Messages = Interlocked.Read(ref _messages),
        TooLong = Interlocked.Read(ref _tooLong),
        LastRefusal = Volatile.Read(ref _lastRefusal),
    };
}
