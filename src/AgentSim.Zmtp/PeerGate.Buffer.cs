namespace AgentSim.Zmtp;

/// <content>What came from the peer and was not passed on yet.</content>
internal sealed partial class PeerGate
{
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

    // Reads until this many bytes are there that were not looked at. Before it waits for them, all that was checked goes on.
    private async ValueTask NeedAsync(int count, CancellationToken cancel)
    {
        while (_end - _next < count)
        {
            MakeRoom();
            await FlushAsync(cancel).ConfigureAwait(false);
            Interlocked.Exchange(ref _readingSince, Math.Max(Environment.TickCount64, 1));
            int read = await peer.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
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
