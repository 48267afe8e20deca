using System.Buffers;

namespace AgentSim.Proxy;

/// <summary>Cuts a stream of server-sent events into its events, of which each ends with an empty line.</summary>
/// <param name="mostBytes">Bytes of an event that are kept; in a stream with a longer one no further events are found.</param>
internal sealed class EventStream(int mostBytes)
{
    private readonly ArrayBufferWriter<byte> _rest = new();
    private bool _lineIsEmpty = true;
    private bool _afterReturn;   // the last byte was \r: a \n behind it belongs to the same line end

    /// <summary>Whether an event was too long.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Bytes that are not part of a complete event yet.</summary>
    public ReadOnlyMemory<byte> Rest => _rest.WrittenMemory;

    /// <summary>Takes bytes and hands out the events they complete, each with the empty line at its end.</summary>
    public void Add(ReadOnlySpan<byte> bytes, Action<ReadOnlyMemory<byte>> onEvent)
    {
        int done = 0;
        for (int i = 0; i < bytes.Length && !IsLost; i++)
        {
            byte value = bytes[i];
            bool isSecondHalf = value == '\n' && _afterReturn;
            _afterReturn = value == '\r';
            if (isSecondHalf) continue;   // of an end that was dealt with; it goes with what follows
            bool isEnd = value is (byte)'\n' or (byte)'\r';
            if (isEnd && _lineIsEmpty)
            {
                // A \n that follows here is better kept with this event than with the next.
                if (value == '\r' && i + 1 < bytes.Length && bytes[i + 1] == '\n')
                {
                    i++;
                    _afterReturn = false;
                }

                Keep(bytes[done..(i + 1)]);
                done = i + 1;
                if (IsLost) break;
                onEvent(Rest);
                _rest.ResetWrittenCount();
            }

            _lineIsEmpty = isEnd;
        }

        Keep(bytes[done..]);
    }

    /// <summary>The data of an event; empty if it has none.</summary>
    public static ReadOnlyMemory<byte> Data(ReadOnlyMemory<byte> @event)
    {
        ReadOnlyMemory<byte> first = default;
        MemoryStream? joined = null;
        while (!@event.IsEmpty)
        {
            int end = @event.Span.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlyMemory<byte> line = end < 0 ? @event : @event[..end];
            @event = end < 0 ? default : @event[(end + 1)..];
            if (!line.Span.StartsWith("data:"u8)) continue;
            line = line[5..];
            if (!line.IsEmpty && line.Span[0] == ' ') line = line[1..];
            if (first.IsEmpty && joined is null)
            {
                first = line;
                continue;
            }

            // Data of several lines is rare.
            if (joined is null) (joined = new MemoryStream()).Write(first.Span);
            joined.WriteByte((byte)'\n');
            joined.Write(line.Span);
        }

        return joined?.ToArray() ?? first;
    }

    // What is too long is kept once more, so that who holds it back can let it go.
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _rest.Write(bytes);
        if (_rest.WrittenCount > mostBytes) IsLost = true;
    }
}
