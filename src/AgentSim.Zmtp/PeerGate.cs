using System.Buffers;
using System.Net.Sockets;

namespace AgentSim.Zmtp;

/// <summary>
/// One connection of a front: reads what the peer sends, checks it, and passes it on to a connection of NetMQ; what NetMQ says
/// goes back as it is. Only whole messages within the limits pass, each with the mark of the connection before it, and of the
/// commands only those that mean something to a pulling socket. Bytes are read into one buffer that grows as they come, never
/// by what a frame claims.
/// </summary>
/// <param name="peer">The connection.</param>
/// <param name="connect">Makes a connection to NetMQ.</param>
/// <param name="mark">The frame that stands before each message.</param>
/// <param name="limits">What the peer may ask for.</param>
/// <param name="totals">Where messages are counted.</param>
internal sealed partial class PeerGate(
    Stream peer, Func<CancellationToken, Task<NetworkStream>> connect, byte[] mark, PullLimits limits, PullTotals totals)
{
    private const int InitialBuffer = 4 << 10;
    private const int Batch = 64 << 10;       // written at once, even if there is more

    private readonly List<(int Offset, int Length)> _frames = [];   // of the message, headers included, counted from _base
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _checked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _connected = Environment.TickCount64;
    private readonly ArrayBufferWriter<byte> _out = new();   // checked, and not written yet
    private byte[] _buffer = new byte[InitialBuffer];
    private int _base;      // first byte that is still needed
    private int _next;      // first byte not looked at
    private int _end;
    private int _frameBytes;     // of the message so far
    private bool _isPassing;     // the message is too long and passed over
    private volatile bool _isReady;
    private volatile bool _isEnding;
    private long _ttlMs;
    private long _readingSince;   // 0 while not waiting for the peer
    private NetworkStream? _inner;

    /// <summary>Messages passed on that were not taken yet.</summary>
    public WaitingMessages Waiting { get; } = new();

    /// <summary>Whether everything that came was taken.</summary>
    public bool IsIdle => Interlocked.Read(ref _readingSince) != 0 && Waiting.Count == 0;

    /// <summary>Whether a message has come in part.</summary>
    public bool IsInMessage { get; private set; }

    /// <summary>Whether the peer has not said in time what it had to say.</summary>
    public bool IsOverdue(long now)
    {
        if (_isEnding) return false;
        if (!_isReady) return now - _connected > limits.Handshake.TotalMilliseconds;
        long ttl = Interlocked.Read(ref _ttlMs), since = Interlocked.Read(ref _readingSince);
        return ttl > 0 && since > 0 && now - since > ttl;
    }

    /// <summary>Serves the connection until the peer closes it.</summary>
    /// <exception cref="ZmtpException">The peer broke the protocol.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        Task back = Task.CompletedTask;
        try
        {
            await NeedAsync(1, cancel).ConfigureAwait(false);
            Greeting.CheckFirst(_buffer[0]);
            await NeedAsync(Greeting.SignatureLength, cancel).ConfigureAwait(false);
            Greeting.CheckSignature(_buffer);
            _inner = await ConnectAsync(cancel).ConfigureAwait(false);
            back = AnswerAsync(_inner, cancel);
            await ShakeHandsAsync(_inner, cancel).ConfigureAwait(false);
            while (true)
            {
                FrameHeader header = await HeaderAsync(cancel).ConfigureAwait(false);
                if (header.IsCommand) await CommandAsync(header, cancel).ConfigureAwait(false);
                else await FrameAsync(header, cancel).ConfigureAwait(false);
            }
        }
        catch (EndOfStreamException)
        {
            // The peer has gone; half a message is none. One that goes where it learns what this is wanted something else.
            if (_inner is not null && !_isReady)
                totals.AddRefusal("the peer left during the handshake; it may be no PUSH socket, or want encryption");
        }
        finally
        {
            await EndAsync(back, cancel).ConfigureAwait(false);
        }
    }

    private async Task<NetworkStream> ConnectAsync(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limits.Handshake);
        try
        {
            return await connect(patience.Token).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            throw new ZmtpException($"a connection could not be passed on: {error.Message}");   // too many open files, perhaps
        }
    }

    // Lets NetMQ read all that was passed on.
    private async Task EndAsync(Task back, CancellationToken cancel)
    {
        _isEnding = true;
        _checked.TrySetResult();
        await peer.DisposeAsync().ConfigureAwait(false);
        if (_inner is null) return;
        try
        {
            await FlushAsync(cancel).ConfigureAwait(false);
            _inner.Socket.Shutdown(SocketShutdown.Send);
            await back.ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The front closes.
        }
        finally
        {
            await _inner.DisposeAsync().ConfigureAwait(false);
        }
    }

    // What NetMQ says goes to the peer, until NetMQ closes. Behind the greeting it waits until the peer has said what it is: one
    // of another type would leave at once, and nobody would know why.
    private async Task AnswerAsync(NetworkStream inner, CancellationToken cancel)
    {
        var buffer = new byte[512];
        try
        {
            long answered = 0;
            while (await inner.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and int count)
            {
                int greeting = (int)Math.Clamp(Greeting.Length - answered, 0, count);
                answered += count;
                await AnswerAsync(buffer.AsMemory(0, greeting), cancel).ConfigureAwait(false);
                if (answered >= Greeting.Length) _greeted.TrySetResult();
                if (greeting == count) continue;
                await _checked.Task.WaitAsync(cancel).ConfigureAwait(false);
                await AnswerAsync(buffer.AsMemory(greeting, count - greeting), cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            _greeted.TrySetResult();
            if (!_isEnding && !cancel.IsCancellationRequested)
            {
                totals.AddRefusal("NetMQ closed the connection");
                await peer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> answer, CancellationToken cancel)
    {
        try
        {
            await peer.WriteAsync(answer, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // A peer that takes no more answers, or has gone, may have sent messages before.
        }
    }

    private async Task ShakeHandsAsync(NetworkStream inner, CancellationToken cancel)
    {
        const int versioned = Greeting.SignatureLength + 1;
        await inner.WriteAsync(_buffer.AsMemory(0, Greeting.SignatureLength), cancel).ConfigureAwait(false);
        await NeedAsync(versioned, cancel).ConfigureAwait(false);
        Greeting.CheckVersion(_buffer);
        await inner.WriteAsync(_buffer.AsMemory(Greeting.SignatureLength, 1), cancel).ConfigureAwait(false);
        await NeedAsync(Greeting.Length, cancel).ConfigureAwait(false);
        Greeting.CheckMechanism(_buffer.AsSpan(0, Greeting.Length));
        await inner.WriteAsync(_buffer.AsMemory(versioned, Greeting.Length - versioned), cancel).ConfigureAwait(false);
        _next += Greeting.Length;

        FrameHeader header = await HeaderAsync(cancel).ConfigureAwait(false);
        if (!header.IsCommand) throw new ZmtpException("the peer sends messages before it is ready");
        await CommandAsync(header, cancel).ConfigureAwait(false);
        if (!_isReady) throw new ZmtpException("the peer sends another command than READY");
        await FlushAsync(cancel).ConfigureAwait(false);
        _checked.TrySetResult();
    }

    private async Task CommandAsync(FrameHeader header, CancellationToken cancel)
    {
        if (header.BodyLength > ZmtpCommand.MaxLength) throw new ZmtpException("a command is too long");
        int length = (int)header.BodyLength;
        await NeedAsync(length, cancel).ConfigureAwait(false);
        bool passes = Check(_buffer.AsSpan(_next, length), out string? otherType);
        if (otherType is not null)
        {
            await _greeted.Task.WaitAsync(limits.Handshake, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await AnswerAsync(ZmtpCommand.WrongType, cancel).ConfigureAwait(false);
            throw new ZmtpException($"the peer is a {otherType} socket; only PUSH can send here");
        }

        if (passes) _out.Write(_buffer.AsSpan(_next - header.Length, header.Length + length));
        _next += length;
    }

    // Whether NetMQ needs to see a command. A READY of another type than a pushing socket has that type.
    private bool Check(Span<byte> body, out string? otherType)
    {
        otherType = null;
        ReadOnlySpan<byte> name = ZmtpCommand.Name(body, out ReadOnlySpan<byte> data);
        if (name.SequenceEqual("ERROR"u8)) throw new ZmtpException($"the peer reports an error: {ZmtpCommand.ErrorReason(data)}");
        if (!_isReady && name.SequenceEqual("READY"u8))
        {
            string? type = ZmtpCommand.SocketType(data);
            if (type != "PUSH") otherType = type ?? "nameless";
            return _isReady = otherType is null;
        }

        if (!_isReady || !name.SequenceEqual("PING"u8)) return false;   // others, e.g. subscriptions, mean nothing to a pulling socket
        // NetMQ answers; it does not know how long messages wait to be taken, and must not count that as silence.
        Interlocked.Exchange(ref _ttlMs, (long)ZmtpCommand.TakeTtl(body[^data.Length..]).TotalMilliseconds);
        return true;
    }

    private async Task FrameAsync(FrameHeader header, CancellationToken cancel)
    {
        IsInMessage = true;
        if (_frames.Count == limits.MessageFrames || header.BodyLength > limits.MessageBytes - (_next - _base)) PassOver();
        if (_isPassing)
        {
            await SkipAsync(header.BodyLength, cancel).ConfigureAwait(false);
        }
        else
        {
            int length = (int)header.BodyLength;
            await NeedAsync(length, cancel).ConfigureAwait(false);
            _frames.Add((_next - header.Length - _base, header.Length + length));
            _frameBytes += length;
            _next += length;
        }

        if (header.HasMore) return;
        if (_isPassing) totals.AddTooLong();
        else await PassOnAsync(cancel).ConfigureAwait(false);
        _frames.Clear();
        _frameBytes = 0;
        _isPassing = false;
        IsInMessage = false;
    }

    private async Task PassOnAsync(CancellationToken cancel)
    {
        if (Waiting.Exceed(limits.WaitingBytes))
        {
            await FlushAsync(cancel).ConfigureAwait(false);
            await Waiting.UntilBelow(limits.WaitingBytes / 2, cancel).ConfigureAwait(false);
        }

        Waiting.Add(_frameBytes);
        _out.Write(mark);
        foreach ((int offset, int length) in _frames) _out.Write(_buffer.AsSpan(_base + offset, length));
        if (_out.WrittenCount >= Batch) await FlushAsync(cancel).ConfigureAwait(false);
    }

    private async ValueTask FlushAsync(CancellationToken cancel)
    {
        if (_out.WrittenCount == 0 || _inner is null) return;
        await _inner.WriteAsync(_out.WrittenMemory, cancel).ConfigureAwait(false);
        _out.ResetWrittenCount();
    }

    private void PassOver()
    {
        _isPassing = true;
        _frames.Clear();
    }

    private async Task SkipAsync(long length, CancellationToken cancel)
    {
        while (length > 0)
        {
            _base = _next;
            if (_next == _end) await NeedAsync(1, cancel).ConfigureAwait(false);
            int count = (int)Math.Min(length, _end - _next);
            _next += count;
            length -= count;
        }
    }
}
