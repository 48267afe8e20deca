using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using NetMQ;
using NetMQ.Monitoring;
using NetMQ.Sockets;

namespace AgentSim.Zmtp;

/// <summary>A message that NetMQ received.</summary>
/// <param name="Peer">Number of the connection it came from.</param>
/// <param name="Frames">Its frames, without the mark.</param>
internal readonly record struct ReceivedMessage(long Peer, ReadOnlyMemory<byte>[] Frames);

/// <summary>
/// The pulling socket of NetMQ. It does not listen – a malformed command would end the process – but is told to connect to this
/// process once for each peer; which side connects means nothing to the protocol. NetMQ does not tell where a message comes
/// from; a first frame, the mark, does.
/// </summary>
internal sealed class NetMqReceiver : IAsyncDisposable
{
    private const byte More = 1;
    private const int Burst = 256;   // messages between two looks at other work

    // NetMQ connects again when a connection has ended. That must not happen before it is told to leave it.
    private static readonly TimeSpan Never = TimeSpan.FromDays(7);

    private readonly PullSocket _socket = new();
    private readonly NetMQMonitor _monitor;
    private readonly NetMQPoller _poller;   // everything about the socket is done on its thread
    private readonly Thread _thread;
    private readonly Channel<ReceivedMessage> _messages =
        Channel.CreateUnbounded<ReceivedMessage>(new() { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentDictionary<long, string> _addresses = [];   // that NetMQ connected to, by peer
    private readonly ConcurrentDictionary<string, TaskCompletionSource<int>> _connecting = [];

    public NetMqReceiver(int messageBytes)
    {
        _socket.Options.Linger = TimeSpan.Zero;
        _socket.Options.MaxMsgSize = messageBytes;
        _socket.Options.ReceiveHighWatermark = 0;   // the gates bound what waits, by bytes
        _socket.Options.ReconnectInterval = Never;
        _socket.ReceiveReady += (_, _) => Receive();
        _poller = new NetMQPoller { _socket };
        _monitor = new NetMQMonitor(_socket, $"inproc://agentsim-{Guid.NewGuid()}", SocketEvents.Connected);
        _monitor.Connected += (_, connected) => SetConnected(connected);
        _monitor.AttachToPoller(_poller);
        _thread = new Thread(_poller.Run) { IsBackground = true, Name = "AgentSim tool events" };
        _thread.Start();
    }

    /// <summary>What comes, in the order in which it comes. The gates keep it bounded.</summary>
    public ChannelReader<ReceivedMessage> Messages => _messages.Reader;

    /// <summary>The frame that has to stand before each message of a connection.</summary>
    /// <param name="peer">Number of the connection.</param>
    public static byte[] Mark(long peer)
    {
        byte[] mark = [More, sizeof(long), .. new byte[sizeof(long)]];
        BinaryPrimitives.WriteInt64LittleEndian(mark.AsSpan(2), peer);
        return mark;
    }

    /// <summary>Has NetMQ connect; returns our side of the connection.</summary>
    /// <param name="peer">Number of the connection whose messages will come on it.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async Task<NetworkStream> ConnectAsync(long peer, CancellationToken cancel)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        string address = TcpAddress.Format((IPEndPoint)listener.LocalEndPoint!);
        var connected = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _connecting[address] = connected;
        try
        {
            await OnThread(() => _socket.Connect(address)).ConfigureAwait(false);
            _addresses[peer] = address;
            int port = await connected.Task.WaitAsync(cancel).ConfigureAwait(false);
            while (true)
            {
                Socket socket = await listener.AcceptAsync(cancel).ConfigureAwait(false);
                if (((IPEndPoint)socket.RemoteEndPoint!).Port == port) return new NetworkStream(socket, ownsSocket: true);
                socket.Dispose();   // another process of this machine was faster
            }
        }
        finally
        {
            _connecting.TryRemove(address, out _);
        }
    }

    /// <summary>Has NetMQ leave a connection, if there was one. What it received on it and did not yet hand over is dropped.</summary>
    /// <param name="peer">Number of the connection.</param>
    public Task LeaveAsync(long peer) =>
        _addresses.TryRemove(peer, out string? address) ? OnThread(() => _socket.Disconnect(address)) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _messages.Writer.TryComplete();
        // Done only when the poller runs; before that, the poller could not be stopped.
        await OnThread(_monitor.DetachFromPoller).ConfigureAwait(false);
        await Task.Run(() =>
        {
            _poller.Stop();
            _thread.Join();
        }).ConfigureAwait(false);
        _monitor.Dispose();
        _poller.Dispose();
        _socket.Dispose();
    }

    private Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.RunContinuationsAsynchronously, _poller);

    private void SetConnected(NetMQMonitorSocketEventArgs connected)
    {
        if (!_connecting.TryGetValue(connected.Address, out TaskCompletionSource<int>? waiting)) return;
        try
        {
            waiting.TrySetResult(connected.Socket!.LocalEndPoint.Port);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or NullReferenceException)
        {
            waiting.TrySetException(new IOException("the connection has ended", error));
        }
    }

    private void Receive()
    {
        for (int i = 0; i < Burst; i++)
        {
            List<byte[]> frames = [];
            if (!_socket.TryReceiveMultipartBytes(ref frames)) return;
            long peer = BinaryPrimitives.ReadInt64LittleEndian(frames[0]);
            _messages.Writer.TryWrite(new ReceivedMessage(peer, [.. frames.Skip(1).Select(frame => (ReadOnlyMemory<byte>)frame)]));
        }
    }
}
