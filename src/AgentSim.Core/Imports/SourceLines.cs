using System.Text.Json;
using AgentSim.Files;

namespace AgentSim.Imports;

/// <summary>
/// The rows of a JSON-lines file, as forgiving as a recording needs: what is no JSON object is told to the sink and passed
/// over, a last line that ends in the middle (the program was still writing) counts as truncated. Plain and gzipped, with
/// or without a byte order mark, in memory bounded by the longest line.
/// </summary>
internal static class SourceLines
{
    /// <summary>Calls an action for each row of a file that is a JSON object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sink">Told of what cannot be read, and of progress.</param>
    /// <param name="onRow">Takes the row, valid only during the call, and its place.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static void ForEach(string path, ImportSink sink, Action<JsonElement, SourcePlace> onRow, CancellationToken cancel)
    {
        if (Open(path, sink, cancel) is not { } lines) return;
        using LineReader opened = lines;
        AgentSimException? last = null;   // of a line that may turn out to be the last
        while (true)
        {
            try
            {
                if (!lines.Read()) break;
            }
            catch (AgentSimException error)
            {
                // A line in another encoding is passed over; behind a damaged archive or an endless line there is nothing.
                Settle(ref last, sink);
                sink.Fault(DropReason.Malformed, error);
                if (error.Code == Errors.EncodingInvalid) continue;
                return;
            }

            cancel.ThrowIfCancellationRequested();
            Settle(ref last, sink);
            var place = new SourcePlace(path, lines.LineNumber);
            JsonDocument document;
            try
            {
                ReadOnlySpan<byte> line = lines.Line;
                if (LoneSurrogates.Has(line))
                {
                    byte[] mended = line.ToArray();
                    LoneSurrogates.Mend(mended);
                    line = mended;
                }

                var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 1000 });
                document = JsonDocument.ParseValue(ref reader);
                if (reader.Read()) throw new JsonException("more follows behind the JSON value");
            }
            catch (JsonException error)
            {
                last = place.Error(Errors.ImportRowInvalid, "this line is no JSON object; it was passed over", error);
                continue;
            }

            using (document)
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object) onRow(document.RootElement, place);
                else sink.Fault(DropReason.Malformed, place.Error(Errors.ImportRowInvalid,
                    "this line is no JSON object; it was passed over"));
            }
        }

        if (last is not null) sink.Drop(DropReason.Truncated, last);
    }

    private static LineReader? Open(string path, ImportSink sink, CancellationToken cancel)
    {
        try
        {
            return new LineReader(path, sink.OnBytes, cancel: cancel);
        }
        catch (AgentSimException error)
        {
            sink.BadFile(path, error);
            return null;
        }
    }

    private static void Settle(ref AgentSimException? last, ImportSink sink)
    {
        if (last is null) return;
        sink.Fault(DropReason.Malformed, last);
        last = null;
    }
}
