using System.Text.Json;
using AgentSim.Files;

namespace AgentSim.Imports;

/// <summary>
/// The JSON objects of a file, however it holds them: one a line, one over many lines, several of these, or an array.
/// What was whole before a fault is kept, as with <see cref="SourceLines"/>.
/// </summary>
internal static class SourceObjects
{

    /// <summary>Calls an action for each object of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sink">Told of what cannot be read, and of progress.</param>
    /// <param name="onObject">Takes the object, valid only during the call, and its place.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static void ForEach(string path, ImportSink sink, Action<JsonElement, SourcePlace> onObject, CancellationToken cancel)
    {
        SourceHead head;
        try
        {
            head = SourceHead.Read(path);
        }
        catch (AgentSimException error)
        {
            sink.BadFile(path, error);
            return;
        }

        if (IsLines(head)) SourceLines.ForEach(path, sink, onObject, cancel);
        else ForEachWithin(path, sink, onObject, cancel);
    }

    // A first line that is a whole object, or so long that its end was not seen.
    private static bool IsLines(SourceHead head)
    {
        ReadOnlySpan<byte> text = head.Bytes.TrimStart(" \t\r\n"u8);
        if (!text.StartsWith("{"u8)) return false;
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = (end < 0 ? text : text[..end]).TrimEnd(" \t\r"u8);
        return line.Length > 1 && (end < 0 || line.EndsWith("}"u8));
    }

    private static void ForEachWithin(string path, ImportSink sink, Action<JsonElement, SourcePlace> onObject, CancellationToken cancel)
    {
        byte[] bytes;
        try
        {
            bytes = ReadAll(path, sink, cancel);
        }
        catch (AgentSimException error)
        {
            sink.BadFile(path, error);
            return;
        }

        LoneSurrogates.Mend(bytes);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 1000, AllowMultipleValues = true });
        long line = 1;
        int counted = 0;
        try
        {
            while (reader.Read())
            {
                cancel.ThrowIfCancellationRequested();
                if (reader.TokenType != JsonTokenType.StartObject) continue;   // an array around the objects, or values that are none
                int at = (int)reader.TokenStartIndex;
                line += bytes.AsSpan(counted, at - counted).Count((byte)'\n');
                counted = at;
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                int bad = EncodedText.InvalidAt(bytes.AsSpan(at, (int)reader.BytesConsumed - at));
                if (bad < 0) onObject(document.RootElement, new SourcePlace(path, line));
                else sink.Fault(DropReason.Malformed, Errors.EncodingInvalid.At(path,
                    line + bytes.AsSpan(at, bad).Count((byte)'\n'), EncodedText.InvalidLine));
            }
        }
        catch (JsonException error)
        {
            long at = (error.LineNumber ?? 0) + 1;
            var place = new SourcePlace(path, at);
            // Where the text just ends, the program was still writing.
            if (bytes.AsSpan(Math.Min(bytes.Length, (int)reader.BytesConsumed)).TrimEnd(" \t\r\n"u8).Length > 0 && !IsCutOff(bytes, at))
                sink.Fault(DropReason.Malformed, place.Error(Errors.ImportRowInvalid,
                    "this is no JSON; what is before it was kept", error));
            else
                sink.Drop(DropReason.Truncated, place.Error(Errors.ImportRowInvalid,
                    "the file ends in the middle of a value; what is before it was kept", error));
        }
    }

    private static bool IsCutOff(ReadOnlySpan<byte> bytes, long line) => bytes.TrimEnd(" \t\r\n"u8).Count((byte)'\n') + 1 <= line;

    private static byte[] ReadAll(string path, ImportSink sink, CancellationToken cancel)
    {
        using var source = new SourceBytes(path, sink.OnBytes);
        var content = new byte[1 << 20];
        int length = 0;
        try
        {
            for (int count; (count = source.Read(content.AsSpan(length))) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                length += count;
                if (length > InputLimits.Document.Value)
                    throw Errors.InputTooLarge.At(path, 0,
                        $"a JSON file that is not written line by line can have {InputLimits.Document.Size} at most; write one " +
                            $"object a line (jq -c '.[]'; {InputLimits.Document.Raise})");
                if (length == content.Length) Array.Resize(ref content, content.Length * 2);
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            sink.Fault(DropReason.Malformed, Errors.InputUnreadable.At(path, 0, $"cannot be read on: {error.Message}", error));
        }

        Array.Resize(ref content, length);
        return content;
    }
}
