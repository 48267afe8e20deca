using AgentSim.Capture;

namespace AgentSim.Zmtp;

/// <summary>Counts what happens on an endpoint, from any thread.</summary>
internal sealed class PullTotals
{
    private long _connections;
    private long _refused;
    private long _messages;
    private long _tooLong;
    private long _lost;
    private long _cutOff;
    private string? _lastRefusal;

    /// <summary>Messages handed over so far.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Counts a connection and returns its number.</summary>
    public long AddConnection() => Interlocked.Increment(ref _connections);

    public void AddMessage() => Interlocked.Increment(ref _messages);

    public void AddTooLong() => Interlocked.Increment(ref _tooLong);

    public void AddLost(long messages) => Interlocked.Add(ref _lost, messages);

    public void AddCutOff() => Interlocked.Increment(ref _cutOff);

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
        Messages = Messages,
        TooLong = Interlocked.Read(ref _tooLong),
        Lost = Interlocked.Read(ref _lost),
        CutOff = Interlocked.Read(ref _cutOff),
        LastRefusal = Volatile.Read(ref _lastRefusal),
    };
}
