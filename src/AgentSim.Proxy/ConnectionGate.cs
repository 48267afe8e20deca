using System.Text;
using Microsoft.AspNetCore.Connections;

namespace AgentSim.Proxy;

/// <summary>
/// Keeps the number of connections below what the process can have open. When there is no room for one more, the connection that has
/// rested longest is closed – clients open another one –, be it between two requests or before its first; if all are busy, the new one
/// is refused. Thread-safe.
/// </summary>
/// <param name="most">Connections at a time.</param>
/// <param name="onRefused">Told of every connection refused or closed.</param>
/// <param name="owner">Who refuses.</param>
/// <param name="type">The type of that error.</param>
internal sealed class ConnectionGate(int most, Action onRefused, string owner = "recording proxy", string type = "proxy")
{
    private readonly byte[] _full = Full(
        $$$"""{"error":{"message":"The {{{owner}}} has too many connections.","type":"{{{type}}}"}}""" + "\n");

    private readonly object _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly LinkedList<Entry> _resting = [];   // the one that has rested longest first

    /// <summary>Handles a connection as long as it lasts.</summary>
    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var entry = new Entry(connection);
        if (!TryEnter(entry, out ConnectionContext? closed))
        {
            onRefused();
            await connection.Transport.Output.WriteAsync(_full).ConfigureAwait(false);
            return;
        }

        if (closed is not null)
        {
            onRefused();
            closed.Abort(new ConnectionAbortedException("There are too many connections."));
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(entry);
        }
    }

    /// <summary>A request is answered on a connection until the result is disposed of.</summary>
    public Busy During(string connectionId)
    {
        Begin(connectionId);
        return new Busy(this, connectionId);
    }

    /// <summary>A connection on which a request is answered.</summary>
    public readonly struct Busy(ConnectionGate gate, string connectionId) : IDisposable
    {
        /// <summary>The request is over.</summary>
        public void Dispose() => gate.End(connectionId);
    }

    /// <summary>A request begins on a connection, which does not rest then.</summary>
    public void Begin(string connectionId)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(connectionId, out Entry? entry) && entry.Node.List is not null) _resting.Remove(entry.Node);
        }
    }

    /// <summary>A request is over.</summary>
    public void End(string connectionId)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(connectionId, out Entry? entry) && entry.Node.List is null) _resting.AddLast(entry.Node);
        }
    }

    private static byte[] Full(string body) => Encoding.ASCII.GetBytes(
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {body.Length}\r\n\r\n{body}");

    private bool TryEnter(Entry entry, out ConnectionContext? closed)
    {
        lock (_gate)
        {
            closed = null;
            if (_entries.Count >= most)
            {
                if (_resting.First?.Value is not { } oldest) return false;
                Remove(oldest);
                closed = oldest.Connection;
            }

            _entries[entry.Connection.ConnectionId] = entry;
            _resting.AddLast(entry.Node);
            return true;
        }
    }

    private void Leave(Entry entry)
    {
        lock (_gate) Remove(entry);
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Connection.ConnectionId);
        if (entry.Node.List is not null) _resting.Remove(entry.Node);
    }

    private sealed class Entry
    {
        public Entry(ConnectionContext connection)
        {
            Connection = connection;
            Node = new LinkedListNode<Entry>(this);
        }

        public ConnectionContext Connection { get; }

        public LinkedListNode<Entry> Node { get; }
    }
}
