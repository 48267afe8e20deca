using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Traces.Schema;

/// <summary>
/// The lenient reader of request traces (behaviour 07#B1): any object that names the schema is a record, whatever is in it, and
/// what is not as it should be is none. <see cref="TraceRecordParser"/> is the strict one.
/// </summary>
internal static class LenientTraceReader
{
    /// <summary>Finds the record of a line.</summary>
    /// <param name="line">One line.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="use">Takes the record, which lasts as long as the call.</param>
    /// <returns>Whether there is one, of whatever kind.</returns>
    /// <exception cref="AgentSimException">The line is not JSON, or a text in it cannot be decoded.</exception>
    public static bool Read(ReadOnlyMemory<byte> line, TracePlace place, Action<LooseObject> use)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = TraceLine.MaxDepth });
            LooseObject? record = LooseValue.Of(document.RootElement).AsObject();
            if (record?.Find(TraceNames.Event) is { } wrapped) record = wrapped.AsObject();
            if (record?.Text(TraceNames.Schema) != TraceNames.Version) return false;
            use(record);
            return true;
        }
        catch (JsonException error)
        {
            throw place.Error(Errors.TraceRowInvalid,
                $"invalid JSON at byte {error.BytePositionInLine ?? 0}; every line has to be a JSON value");
        }
        catch (InvalidOperationException)
        {
            // The only thing that System.Text.Json finds out so late.
            throw place.Error(Errors.TraceRowInvalid, "a string holds one half of a surrogate pair");
        }
    }

    /// <summary>A record that was made in memory or read by the strict reader.</summary>
    public static LooseObject Of(TraceRecord record) => RecordFields.All.Loose(record);
}
