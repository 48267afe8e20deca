using System.IO.Compression;
using System.Runtime.ExceptionServices;
using AgentSim.Collections;
using AgentSim.Files;
using AgentSim.Traces;

namespace AgentSim.Capture;

/// <summary>
/// Writes records that are all there to gzipped segments, named as those of a capture (behaviour 07#A3):
/// <c>PREFIX.000000.jsonl.gz</c> and so on. They appear when all of them are complete, and equal records are equal byte for byte.
/// </summary>
public static class TraceFileWriter
{
    private const int BatchBytes = 1 << 20;

    /// <summary>Writes records.</summary>
    /// <param name="records">The records, in the order of their times.</param>
    /// <param name="prefix">What the files begin with; a trailing <c>.jsonl.gz</c> or <c>.jsonl</c> is no part of it.</param>
    /// <param name="replaces">Whether segments that are there already are replaced; otherwise they are an error.</param>
    /// <param name="writeBeside">Writes further files, which appear with the segments or not at all.</param>
    /// <param name="cancel">Ends the writing with <see cref="OperationCanceledException"/>; nothing is left behind then.</param>
    /// <returns>The files written.</returns>
    /// <exception cref="AgentSimException">The files cannot be written, or there are some already.</exception>
    public static IReadOnlyList<string> Write(IEnumerable<TraceRecord> records, string prefix, bool replaces = false,
        Action<OutputSet>? writeBeside = null, CancellationToken cancel = default)
    {
        using var beside = new OutputSet();
        ArgumentNullException.ThrowIfNull(records);
        ArgumentException.ThrowIfNullOrWhiteSpace(prefix);
        if (Path.GetFileName(SegmentNames.Prefix(prefix)) is "" or "." or ".." || Directory.Exists(prefix))
            throw Errors.OutputIsFolder.Error(
                $"'{Quote.Path(prefix)}' is a folder; add what the names of the files in it begin with, such as " +
                    $"{Path.Join(prefix, "trace")}");
        List<string> old = [.. SegmentNames.List(prefix).Select(segment => segment.Path)];
        if (old.Count > 0 && !replaces)
            throw Errors.OutputExists.At(old[0], 0,
                "this is there already, and a reader would take it for a part of the same trace; choose another prefix or remove it");
        string target = Path.GetFullPath(SegmentNames.File(prefix, 0));
        string parent = Path.GetDirectoryName(target)!;
        string? folder = null;
        try
        {
            folder = TemporaryFolders.Create(parent);
            WriteSegments(records, Path.Combine(folder, Path.GetFileName(SegmentNames.Prefix(prefix))), cancel);
            string[] parts = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)];
            writeBeside?.Invoke(beside);
            TemporaryFolders.Whole(() => Replace(old, parts, parent, beside));
            return [.. parts.Select(part => Path.Combine(Path.GetDirectoryName(prefix) ?? "", Path.GetFileName(part)))];
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(prefix, error);
        }
        finally
        {
            if (folder is not null) TemporaryFolders.Remove(folder);
        }
    }

    // All of the new segments take their places and all of the old ones go, or nothing changes.
    private static void Replace(List<string> old, string[] parts, string parent, OutputSet beside)
    {
        List<(string From, string To)> moved = [];
        try
        {
            foreach (string file in old) Move(file, Path.Combine(Path.GetDirectoryName(parts[0])!, $".old-{Path.GetFileName(file)}"));
            foreach (string part in parts) Move(part, Path.Combine(parent, Path.GetFileName(part)));
            beside.Commit();
        }
        catch
        {
            for (int i = moved.Count - 1; i >= 0; i--) File.Move(moved[i].To, moved[i].From);
            throw;
        }

        void Move(string from, string to)
        {
            File.Move(from, to);
            moved.Add((from, to));
        }
    }

    private static void WriteSegments(IEnumerable<TraceRecord> records, string prefix, CancellationToken cancel)
    {
        Exception? failure = null;
        // Somebody waits for gigabytes of hashes: a third of the time for half as much again on disk.
        using var output = new SegmentOutput(new TraceSinkOptions { Path = prefix }, (_, error) => failure ??= error,
            CompressionLevel.Fastest);
        long? first = null;
        foreach (List<(byte[] Record, long Time)> batch in Ahead.Of(Batches(records, cancel), "record making", cancel))
        {
            cancel.ThrowIfCancellationRequested();
            foreach ((byte[] record, long time) in batch)
            {
                first ??= time;
                output.Add(record, Math.Max(0, time - first.Value));
            }

            if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        }

        output.Flush();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    private static IEnumerable<List<(byte[] Record, long Time)>> Batches(IEnumerable<TraceRecord> records, CancellationToken cancel)
    {
        using var buffer = new MemoryStream();
        var writer = new TraceRecordWriter(buffer);
        var batch = new List<(byte[], long)>();
        long bytes = 0;
        foreach (TraceRecord record in records)
        {
            cancel.ThrowIfCancellationRequested();
            buffer.SetLength(0);
            writer.Write(record);
            batch.Add((buffer.ToArray(), record.EventUnixMs));
            bytes += buffer.Length;
            if (bytes < BatchBytes) continue;
            yield return batch;
            (batch, bytes) = ([], 0);
        }

        if (batch.Count > 0) yield return batch;
    }
}
