using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using AgentSim.Capture;

namespace AgentSim.Zmtp;

/// <summary>A pulling socket that speaks ZMTP 3.1 over TCP, without authentication or encryption.</summary>
internal sealed class ZmtpPullEndpoint : IPullEndpoint
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IdleCheck = TimeSpan.FromMilliseconds(20);

    private readonly Socket _listener;
    private readonly IPullHandler _handler;
    private readonly ZmtpLimits _limits;
    private readonly ConcurrentDictionary<long, (Socket Socket, ZmtpPeer Peer, Task Serving)> _peers = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private readonly Task _sweeping;
    private readonly PullTotals _totals = new();
    private volatile bool _isClosed;

    private ZmtpPullEndpoint(Socket listener, IPullHandler handler, ZmtpLimits limits)
    {
        (_listener, _handler, _limits) = (listener, handler, limits);
        Address = TcpAddress.Format((IPEndPoint)listener.LocalEndPoint!);
        _accepting = Task.Run(AcceptAsync);
        _sweeping = Task.Run(SweepAsync);
    }

    public string Address { get; }

    public PullCounters Counters => _totals.Snapshot(_peers.Count);

    public static ZmtpPullEndpoint Bind(string address, IPullHandler handler, ZmtpLimits limits)
    {
        IPEndPoint endpoint = TcpAddress.Parse(address);
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endpoint);
            listener.Listen();
            return new ZmtpPullEndpoint(listener, handler, limits);
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
            throw new AgentSimException("EndpointUnavailable", $"{address}: {reason}", FaultKind.Input, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await DrainAsync().ConfigureAwait(false);
        await PartAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach ((_, (Socket socket, _, _)) in _peers) socket.Dispose();
        await Task.WhenAll(_peers.Values.Select(peer => peer.Serving)).ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
        _closing.Dispose();
    }

    // Until nothing has come from anyone for a moment, or the time is over: what peers have queued is on its way, too.
    private async Task DrainAsync()
    {
        long end = Environment.TickCount64 + (long)_limits.Closing.TotalMilliseconds;
        for (int quiet = 0; quiet < 3 && Environment.TickCount64 < end; quiet++)
        {
            await Task.Delay(IdleCheck).ConfigureAwait(false);
            if (_peers.Values.Any(peer => !peer.Peer.IsIdle || Available(peer.Socket) > 0)) quiet = -1;
        }
    }

    // Asks everyone to close, and takes what comes until they do: only they know what is still on its way. Not before the
    // draining, since a peer that is asked to close keeps what it has not given to its system.
    private async Task PartAsync()
    {
        var peers = _peers.Values.ToArray();
        foreach ((Socket socket, _, _) in peers)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // It has gone.
            }
        }

        Task all = Task.WhenAll(peers.Select(peer => peer.Serving));
        await all.WaitAsync(_limits.Closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // or for as long
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
        while (!_isClosed)
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
                if (_isClosed) return;
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
        var peer = new ZmtpPeer(id, new NetworkStream(socket), _handler, _limits, _totals);
        var begin = new TaskCompletionSource();
        _peers[id] = (socket, peer, ServeAsync(id, socket, peer, begin.Task));
        begin.SetResult();
    }

    private async Task ServeAsync(long id, Socket socket, ZmtpPeer peer, Task begin)
    {
        await begin.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await peer.RunAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection broke, or was closed from here.
        }
        catch (Exception error)
        {
            _totals.AddRefusal(error.Message);
        }
        finally
        {
            socket.Dispose();
            _peers.TryRemove(id, out _);
            _handler.Forget(id);
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
                foreach ((_, (Socket socket, ZmtpPeer peer, _)) in _peers)
                {
                    if (!peer.IsOverdue(now)) continue;
                    _totals.AddRefusal("a peer did not go on in time");
                    socket.Dispose();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The endpoint closes.
        }
    }
}
