using AgentSim.Capture;

namespace AgentSim.Zmtp;

/// <summary>
/// One connection of a pulling socket: the handshake, then messages and commands. Bytes are read into one buffer that
/// grows as they come, never by what a frame claims; the frames handed over lie in it.
/// </summary>
/// <param name="id">Number of the connection.</param>
/// <param name="stream">The connection.</param>
/// <param name="handler">Takes the messages.</param>
/// <param name="limits">What the peer may ask for.</param>
/// <param name="totals">Where messages are counted.</param>
internal sealed class ZmtpPeer(long id, Stream stream, IPullHandler handler, ZmtpLimits limits, PullTotals totals)
{
    private const int InitialBuffer = 4 << 10;

    private readonly List<(int Offset, int Length)> _frames = [];   // of the message, counted from _base
    private readonly List<ReadOnlyMemory<byte>> _message = [];      // the same as memory, while handed over
    private readonly long _connected = Environment.TickCount64;
    private byte[] _buffer = new byte[InitialBuffer];
    private int _base;      // first byte that is still needed
    private int _next;      // first byte not looked at
    private int _end;
    private bool _isPassing;     // the message is too long and passed over
    private volatile bool _isReady;
    private long _ttlMs;
    private long _readingSince;   // 0 while not waiting for the peer

    /// <summary>Whether everything that came was dealt with.</summary>
    public bool IsIdle => Interlocked.Read(ref _readingSince) != 0;

    /// <summary>Whether the peer has not said in time what it had to say.</summary>
    public bool IsOverdue(long now)
    {
        if (!_isReady) return now - _connected > limits.Handshake.TotalMilliseconds;
        long ttl = Interlocked.Read(ref _ttlMs), since = Interlocked.Read(ref _readingSince);
        return ttl > 0 && since > 0 && now - since > ttl;
    }

    /// <summary>Serves the connection until the peer closes it.</summary>
    /// <exception cref="ZmtpException">The peer broke the protocol.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await ShakeHandsAsync(cancel).ConfigureAwait(false);
            while (true)
            {
                FrameHeader header = await HeaderAsync(cancel).ConfigureAwait(false);
                if (header.IsCommand) await CommandAsync(header, cancel).ConfigureAwait(false);
                else await FrameAsync(header, cancel).ConfigureAwait(false);
            }
        }
        catch (EndOfStreamException)
        {
            // The peer has gone; half a message is none.
        }
    }

    private async Task ShakeHandsAsync(CancellationToken cancel)
    {
        await stream.WriteAsync(Greeting.Own, cancel).ConfigureAwait(false);
        await NeedAsync(Greeting.SignatureLength, cancel).ConfigureAwait(false);
        Greeting.CheckSignature(_buffer);
        await NeedAsync(Greeting.Length, cancel).ConfigureAwait(false);
        Greeting.Check(_buffer.AsSpan(0, Greeting.Length));
        _next += Greeting.Length;
        await stream.WriteAsync(ZmtpCommand.Ready, cancel).ConfigureAwait(false);

        FrameHeader header = await HeaderAsync(cancel).ConfigureAwait(false);
        if (!header.IsCommand) throw new ZmtpException("the peer sends messages before it is ready");
        await CommandAsync(header, cancel).ConfigureAwait(false);
        if (!_isReady) throw new ZmtpException("the peer sends another command than READY");
    }

    private async Task CommandAsync(FrameHeader header, CancellationToken cancel)
    {
        if (header.BodyLength > ZmtpCommand.MaxLength) throw new ZmtpException("a command is too long");
        int length = (int)header.BodyLength;
        await NeedAsync(length, cancel).ConfigureAwait(false);
        byte[]? answer = Obey(_buffer.AsSpan(_next, length), out ZmtpException? refusal);
        _next += length;
        if (answer is not null) await AnswerAsync(answer, cancel).ConfigureAwait(false);
        if (refusal is not null) throw refusal;
    }

    private async Task AnswerAsync(byte[] answer, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(answer, cancel).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A peer that takes no more answers, or has gone, may have sent messages before.
        }
    }

    // Does what a command says; returns what to answer.
    private byte[]? Obey(ReadOnlySpan<byte> body, out ZmtpException? refusal)
    {
        refusal = null;
        ReadOnlySpan<byte> name = ZmtpCommand.Name(body, out ReadOnlySpan<byte> data);
        if (name.SequenceEqual("ERROR"u8)) throw new ZmtpException($"the peer reports an error: {ZmtpCommand.ErrorReason(data)}");
        if (!_isReady && name.SequenceEqual("READY"u8))
        {
            try
            {
                ZmtpCommand.CheckReady(data);
                _isReady = true;
            }
            catch (ZmtpException error)
            {
                refusal = error;
                return ZmtpCommand.Error("Invalid socket type");
            }
        }
        else if (_isReady && name.SequenceEqual("PING"u8))
        {
            Interlocked.Exchange(ref _ttlMs, (long)ZmtpCommand.PingTtl(data, out ReadOnlySpan<byte> context).TotalMilliseconds);
            return ZmtpCommand.Pong(context);
        }

        return null;   // others, e.g. subscriptions, mean nothing to a pulling socket
    }

    private async Task FrameAsync(FrameHeader header, CancellationToken cancel)
    {
        if (_frames.Count == limits.MessageFrames || header.BodyLength > limits.MessageBytes - (_next - _base)) PassOver();
        if (_isPassing)
        {
            await PassAsync(header.BodyLength, cancel).ConfigureAwait(false);
        }
        else
        {
            int length = (int)header.BodyLength;
            await NeedAsync(length, cancel).ConfigureAwait(false);
            _frames.Add((_next - _base, length));
            _next += length;
        }

        if (header.HasMore) return;
        if (_isPassing)
        {
            totals.AddTooLong();
        }
        else
        {
            _message.Clear();
            foreach ((int offset, int length) in _frames) _message.Add(_buffer.AsMemory(_base + offset, length));
            await handler.HandleAsync(id, _message, cancel).ConfigureAwait(false);
            totals.AddMessage();
        }

        _frames.Clear();
        _isPassing = false;
    }

    private void PassOver()
    {
        _isPassing = true;
        _frames.Clear();
    }

    private async Task PassAsync(long length, CancellationToken cancel)
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

    // Reads the header of the next frame.
    private async ValueTask<FrameHeader> HeaderAsync(CancellationToken cancel)
    {
        // Commands may stand between the frames of a message; a flood of them must not pile up before the message.
        if (_frames.Count > 0 && _next - _base > limits.MessageBytes) PassOver();
        if (_frames.Count == 0) _base = _next;
        FrameHeader header;
        while (!FrameHeader.TryRead(_buffer.AsSpan(_next, _end - _next), out header))
            await NeedAsync(_end - _next + 1, cancel).ConfigureAwait(false);
        _next += header.Length;
        return header;
    }

    // Reads until this many bytes are there that were not looked at.
    private async ValueTask NeedAsync(int count, CancellationToken cancel)
    {
        while (_end - _next < count)
        {
            MakeRoom();
            Interlocked.Exchange(ref _readingSince, Math.Max(Environment.TickCount64, 1));
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
            Interlocked.Exchange(ref _readingSince, 0);
            if (read == 0) throw new EndOfStreamException();
            _end += read;
        }
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length) return;
        if (_base > 0)
        {
            _buffer.AsSpan(_base, _end - _base).CopyTo(_buffer);
            _next -= _base;
            _end -= _base;
            _base = 0;
        }
        else
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }
}
