using System.Buffers;
using System.Text.Json;
using AgentSim.Collections;
using AgentSim.Json;
using AgentSim.Traces;

namespace AgentSim.Timelines;

/// <summary>
/// Writes a timeline in the Chrome trace event format, event by event (behaviour 07#B5). Everything but ASCII, and
/// what could end a script element, is escaped, so that a file can be put into a web page as it is.
/// </summary>
internal sealed class TraceEventWriter : IDisposable
{
    private const int FlushBytes = 1 << 16;

    private static readonly Comparer<string> KeyOrder = Comparer<string>.Create((left, right) => Utf8Order.Compare(left, right));

    private readonly Stream _stream;
    private readonly CancellationToken _cancel;
    private readonly Utf8JsonWriter _file;
    private readonly Utf8JsonWriter _event;                // where events are made: the file itself, or a buffer to sort them from
    private readonly ArrayBufferWriter<byte>? _buffer;

    /// <param name="stream">Written to, not closed.</param>
    /// <param name="indented">Indents, and sorts keys.</param>
    /// <param name="cancel">Ends the writing.</param>
    public TraceEventWriter(Stream stream, bool indented, CancellationToken cancel)
    {
        (_stream, _cancel) = (stream, cancel);
        _file = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented, NewLine = "\n", SkipValidation = true });
        if (indented) _buffer = new ArrayBufferWriter<byte>();
        _event = _buffer is null ? _file : new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
        _file.WriteStartObject();
        _file.WriteString("displayTimeUnit"u8, "ms"u8);
        _file.WriteStartArray("traceEvents"u8);
    }

    /// <summary>Names a process.</summary>
    public void NameProcess(int process, string name) => Name("process_name"u8, process, null, name);

    /// <summary>Names a thread.</summary>
    public void NameThread(EventTrack track, string name) => Name("thread_name"u8, track.Process, track.Thread, name);

    /// <summary>Writes an event with arguments that are a JSON object already.</summary>
    public void Write(in TraceEvent item, ReadOnlySpan<byte> arguments)
    {
        WriteHead(item);
        _event.WritePropertyName("args"u8);
        _event.WriteRawValue(arguments, skipInputValidation: true);
        EndEvent();
    }

    /// <summary>Starts an event; its arguments are to be written as members, then comes <see cref="End"/>.</summary>
    public Utf8JsonWriter Begin(in TraceEvent item)
    {
        WriteHead(item);
        _event.WriteStartObject("args"u8);
        return _event;
    }

    /// <summary>Ends an event that was begun.</summary>
    public void End()
    {
        _event.WriteEndObject();
        EndEvent();
    }

    /// <summary>Writes an event without arguments.</summary>
    public void Write(in TraceEvent item)
    {
        WriteHead(item);
        EndEvent();
    }

    /// <summary>Ends the file.</summary>
    public void Finish()
    {
        _file.WriteEndArray();
        _file.WriteEndObject();
        _file.Flush();
        _stream.WriteByte((byte)'\n');
    }

    public void Dispose()
    {
        // What is pending when writing failed must not be passed on.
        _file.Reset(Stream.Null);
        _file.Dispose();
        if (_event != _file) _event.Dispose();
    }

    private void Name(ReadOnlySpan<byte> what, int process, int? thread, string name)
    {
        _event.WriteStartObject();
        _event.WriteString("name"u8, what);
        _event.WriteString("ph"u8, "M"u8);
        _event.WriteNumber("pid"u8, process);
        if (thread is { } number) _event.WriteNumber("tid"u8, number);
        _event.WriteStartObject("args"u8);
        _event.WriteString("name"u8, name);
        _event.WriteEndObject();
        EndEvent();
    }

    private void WriteHead(in TraceEvent item)
    {
        _event.WriteStartObject();
        _event.WriteString("name"u8, item.Name);
        if (item.Category.Length > 0) _event.WriteString("cat"u8, item.Category);
        _event.WriteString("ph"u8, [(byte)item.Phase]);
        if (item.Phase == EventPhase.Instant) _event.WriteString("s"u8, "t"u8);
        if (item.Flow > 0) _event.WriteNumber("id"u8, item.Flow);
        if (item.Phase == EventPhase.FlowEnd) _event.WriteString("bp"u8, "e"u8);   // the slice that encloses it, not the next
        _event.WriteNumber("pid"u8, item.Track.Process);
        _event.WriteNumber("tid"u8, item.Track.Thread);
        WriteTime("ts"u8, item.Time);
        if (item.Phase == EventPhase.Complete) WriteTime("dur"u8, item.Duration);
    }

    private void WriteTime(ReadOnlySpan<byte> name, long nanoseconds)
    {
        (long whole, long rest) = Math.DivRem(nanoseconds, 1000);
        if (rest == 0) _event.WriteNumber(name, whole);
        else _event.WriteNumber(name, nanoseconds / 1000m);
    }

    private void EndEvent()
    {
        _event.WriteEndObject();
        _cancel.ThrowIfCancellationRequested();
        if (_buffer is not null)
        {
            _event.Flush();
            using (JsonDocument written = JsonDocument.Parse(_buffer.WrittenMemory,
                new JsonDocumentOptions { MaxDepth = TraceLine.MaxDepth + 4 }))
                LooseValue.Of(written.RootElement).WriteTo(_file, KeyOrder);
            _buffer.ResetWrittenCount();
            _event.Reset();
        }

        if (_file.BytesPending >= FlushBytes) _file.Flush();
    }
}
