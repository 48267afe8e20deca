using System.Text;
using AgentSim.Json;
using AgentSim.Traces.Schema;

namespace AgentSim.Traces;

/// <summary>
/// Writes records as JSON in the form and order of captured ones (behaviour 07#A5), without an envelope. Whoever makes records
/// writes them with this: capture, the proxy, importers.
/// </summary>
internal sealed class TraceRecordWriter
{
    private const int TypicalLength = 1024;

    private readonly JsonLineWriter _json;

    /// <param name="stream">Takes the JSON.</param>
    /// <param name="bufferSize">Bytes held before they are passed on.</param>
    public TraceRecordWriter(Stream stream, int bufferSize = 1 << 16) => _json = new JsonLineWriter(stream, bufferSize);

    /// <summary>Writes a record and passes it on to the stream, without a line end.</summary>
    public void Write(TraceRecord record)
    {
        RecordFields.All.Write(_json, record);
        _json.Flush();
    }

    /// <summary>A single record as JSON; for many, one writer is to be kept.</summary>
    public static byte[] ToBytes(TraceRecord record)
    {
        using var bytes = new MemoryStream(TypicalLength);
        new TraceRecordWriter(bytes, TypicalLength).Write(record);
        return bytes.ToArray();
    }

    /// <summary>A text as the JSON that <see cref="FinishReason.StopReasonJson"/> holds.</summary>
    public static string JsonOf(string text)
    {
        using var bytes = new MemoryStream();
        var json = new JsonLineWriter(bytes, TypicalLength);
        json.Text(text);
        json.Flush();
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
