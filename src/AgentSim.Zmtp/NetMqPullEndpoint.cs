using AgentSim.Capture;
using NetMQ;
using NetMQ.Sockets;

namespace AgentSim.Zmtp;

/// <summary>A pulling socket of NetMQ, which does not tell its peers apart.</summary>
internal sealed class NetMqPullEndpoint : IPullEndpoint
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(2);   // for taking what has arrived

    private readonly PullSocket _socket = new();
    private readonly IPullHandler _handler;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _isOver;
    private long _messages;

    public NetMqPullEndpoint(string address, IPullHandler handler)
    {
        _handler = handler;
        try
        {
            _socket.Options.Linger = TimeSpan.Zero;
            _socket.Bind(address);
        }
        catch (NetMQException error)
        {
            _socket.Dispose();
            throw new AgentSimException("EndpointUnavailable", $"{address} cannot be bound: {error.Message}", FaultKind.Input, error);
        }

        Address = _socket.Options.LastEndpoint ?? address;
        _thread = new Thread(Work) { IsBackground = true, Name = "NetMQ" };
        _thread.Start();
    }

    public string Address { get; }

    public PullCounters Counters => new() { Messages = Interlocked.Read(ref _messages) };

    public ValueTask DisposeAsync()
    {
        _closing.Cancel();
        if (!_thread.Join(Closing)) _isOver = true;
        _thread.Join();
        _socket.Dispose();
        _closing.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Work()
    {
        List<byte[]> frames = [];
        while (!_isOver)
        {
            if (_socket.TryReceiveMultipartBytes(Wait, ref frames))
            {
                _handler.HandleAsync(null, [.. frames.Select(frame => (ReadOnlyMemory<byte>)frame)], CancellationToken.None).AsTask().Wait();
                Interlocked.Increment(ref _messages);
            }
            else if (_closing.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
