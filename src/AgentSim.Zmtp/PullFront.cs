using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using AgentSim.Capture;

namespace AgentSim.Zmtp;

/// <summary>
/// What peers connect to: accepts a bounded number of them, lets each through a <see cref="PeerGate"/> to NetMQ, which speaks
/// ZMTP 3.0 with them without authentication or encryption, and hands over the messages NetMQ receives.
/// </summary>
internal sealed class PullFront : IPullEndpoint
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IdleCheck = TimeSpan.FromMilliseconds(20);

    private readonly Socket _listener;
    private readonly IPullHandler _handler;
    private readonly PullLimits _limits;
    private readonly NetMqReceiver _receiver;
    private readonly ConcurrentDictionary<long, Connection> _peers = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private readonly Task _sweeping;
    private readonly Task _handing;
    private readonly PullTotals _totals = new();
    private volatile bool _isClosed;

    private PullFront(Socket listener, IPullHandler handler, PullLimits limits)
    {
        (_listener, _handler, _limits) = (listener, handler, limits);
        _receiver = new NetMqReceiver(limits.MessageBytes);
        Address = TcpAddress.Format((IPEndPoint)listener.LocalEndPoint!);
        _accepting = Task.Run(AcceptAsync);
        _sweeping = Task.Run(SweepAsync);
        _handing = Task.Run(HandOverAsync);
    }

    public string Address { get; }

    public PullCounters Counters => _totals.Snapshot(_peers.Count);

    public static PullFront Bind(string address, IPullHandler handler, PullLimits limits)
    {
        IPEndPoint endpoint = TcpAddress.Parse(address);
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endpoint);
            listener.Listen();
            return new PullFront(listener, handler, limits);
        }
        catch (SocketException error)
        {
            listener.Dispose();
            string reason = error.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another program listens there; stop it or choose another port",
                SocketError.AddressNotAvailable => "this machine does not have that address",
                SocketError.AccessDenied => "no permission to listen there; choose a port above 1023",
                _ => error.Message,
            };
            throw Errors.EndpointUnavailable.Error($"{address}: {reason}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        await DrainAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await PartAsync().ConfigureAwait(false);

        Connection[] left = [.. _peers.Values];
        foreach (Connection peer in left)
        {
            if (peer.Gate.IsInMessage || Available(peer.Socket) > 0) _totals.AddCutOff();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (Connection peer in left) peer.Socket.Dispose();
        await Task.WhenAll(left.Select(peer => peer.Serving)).ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
        await _receiver.DisposeAsync().ConfigureAwait(false);
        await _handing.ConfigureAwait(false);
        foreach (Connection peer in left) _totals.AddLost(peer.Gate.Waiting.Count);
        _closing.Dispose();
    }

    // Until nothing has come from anyone for a moment, or the time is over: what peers have queued is on its way, too. Who has
    // connected by now is still heard.
    private async Task DrainAsync()
    {
        long end = Environment.TickCount64 + (long)_limits.Closing.TotalMilliseconds;
        for (int quiet = 0; quiet < 3 && Environment.TickCount64 < end; quiet++)
        {
            await Task.Delay(IdleCheck).ConfigureAwait(false);
            bool isQuiet = _peers.Values.All(peer => peer.Gate.IsIdle && Available(peer.Socket) == 0);
            if (!isQuiet || _listener.Poll(0, SelectMode.SelectRead)) quiet = -1;
        }
    }

    // Asks everyone to close, and takes what comes until they do: only they know what is still on its way. Not before the
    // draining, since a peer that is asked to close keeps what it has not given to its system.
    private async Task PartAsync()
    {
        Connection[] peers = [.. _peers.Values];
        foreach (Connection peer in peers)
        {
            try
            {
                peer.Socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // It has gone.
            }
        }

        Task all = Task.WhenAll(peers.Select(peer => peer.Serving));
        long now = Environment.TickCount64, end = now + (long)_limits.LongestClosing.TotalMilliseconds, came = -1, cameAt = now;
        while (!all.IsCompleted && now < end && now - cameAt <= (long)_limits.Closing.TotalMilliseconds)
        {
            await all.WaitAsync(IdleCheck).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            now = Environment.TickCount64;
            if (_totals.Messages != came) (came, cameAt) = (_totals.Messages, now);
        }
    }

    private static int Available(Socket socket)
    {
        try
        {
            return socket.Available;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Serve(await _listener.AcceptAsync().ConfigureAwait(false));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                if (_isClosed && error.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted) return;
                _totals.AddRefusal($"a connection could not be accepted: {error.Message}");
                await Task.Delay(AcceptRetry).ConfigureAwait(false);   // too many open files, perhaps
            }
        }
    }

    private void Serve(Socket socket)
    {
        if (_peers.Count >= _limits.Peers)
        {
            socket.Dispose();
            _totals.AddRefusal($"there are {_limits.Peers} connections already");
            return;
        }

        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        long id = _totals.AddConnection();
        var stream = new NetworkStream(socket, ownsSocket: true);
        var gate = new PeerGate(stream, cancel => _receiver.ConnectAsync(id, cancel), NetMqReceiver.Mark(id), _limits, _totals);
        var begin = new TaskCompletionSource();
        _peers[id] = new Connection(socket, gate, ServeAsync(id, socket, gate, begin.Task));
        begin.SetResult();
    }

    private async Task ServeAsync(long id, Socket socket, PeerGate gate, Task begin)
    {
        await begin.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await gate.RunAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection broke, or was closed from here.
        }
        catch (Exception error)
        {
            _totals.AddRefusal(error.Message);
        }

        socket.Dispose();
        // The place of a connection is free, and the connection forgotten, when all that came from it has been taken.
        await gate.Waiting.UntilNone(_closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _receiver.LeaveAsync(id).ConfigureAwait(false);
        _peers.TryRemove(id, out _);
        _handler.Forget(id);
    }

    private async Task HandOverAsync()
    {
        await foreach (ReceivedMessage message in _receiver.Messages.ReadAllAsync().ConfigureAwait(false))
        {
            if (!_peers.TryGetValue(message.Peer, out Connection? peer)) continue;
            try
            {
                await _handler.HandleAsync(message.Peer, message.Frames, _closing.Token).ConfigureAwait(false);
                _totals.AddMessage();
                peer.Gate.Waiting.Take(message.Frames);
            }
            catch (OperationCanceledException)
            {
                // The front closes; the message counts as lost.
            }
            catch (Exception error)
            {
                _totals.AddRefusal(error.Message);
                _totals.AddLost(1);
                peer.Gate.Waiting.Take(message.Frames);
            }
        }
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(SweepInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            {
                long now = Environment.TickCount64;
                foreach ((_, Connection peer) in _peers)
                {
                    if (!peer.Gate.IsOverdue(now)) continue;
                    _totals.AddRefusal("a peer did not go on in time");
                    peer.Socket.Dispose();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The front closes.
        }
    }

    private sealed record Connection(Socket Socket, PeerGate Gate, Task Serving);
}
