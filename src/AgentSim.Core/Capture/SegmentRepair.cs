using System.IO.Compression;
using AgentSim.Files;

namespace AgentSim.Capture;

/// <summary>
/// Mends the segments that a process left when it was killed or the disk was full: a last gzip member that is not complete would keep
/// readers from all of the trace. Its whole lines stay, in a member that is complete.
/// </summary>
internal static class SegmentRepair
{
    private const int Segments = 4;      // the last ones: of several processes that ended together
    private const int Candidates = 64;   // where a member may begin, from the end
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);   // what others are writing just now changes meanwhile

    /// <summary>Looks at the last segments of a prefix. What cannot be mended stays as it is.</summary>
    /// <param name="path">What the names of the segments begin with.</param>
    /// <param name="onRepaired">Told the segment and the bytes, packed, that were cut off or written anew.</param>
    public static void Run(string path, Action<string, long> onRepaired)
    {
        foreach ((_, string segment) in SegmentNames.List(path).TakeLast(Segments).ToArray())
        {
            try
            {
                if (IsTorn(segment) && Mend(segment) is > 0 and var bytes) onRepaired(segment, bytes);
            }
            catch (Exception error) when (WriteFailure.Is(error) || error is AgentSimException or InvalidDataException)
            {
                // Whoever reads it will be told.
            }
        }
    }

    // Another process that writes it, or a reader, has it open, and then it is left alone.
    private static long Mend(string segment)
    {
        TimeSpan age = DateTime.UtcNow - File.GetLastWriteTimeUtc(segment);
        if (age < Rest) Thread.Sleep(Rest - age);
        using var file = new FileStream(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        long end = file.Length;
        if (!IsTorn(file, end) || LastWhole(file) is not { } start) return 0;
        byte[] lines = WholeLines(file, start);
        file.Position = start;
        if (lines.Length > 0)
        {
            using var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
            gzip.Write(lines);
        }

        file.SetLength(file.Position);
        return end - start;
    }

    // The end of the last member that is complete: behind it begins the last member of all, unless its first bytes stand elsewhere, too.
    private static long? LastWhole(FileStream file)
    {
        int tried = 0;
        foreach (long start in MemberStarts(file))
        {
            if (start == 0 || !IsTorn(file, start)) return start;
            if (++tried == Candidates) return null;
        }

        return null;
    }

    // Where the first bytes of a member stand, from the end of the file.
    private static IEnumerable<long> MemberStarts(FileStream file)
    {
        const int Piece = 1 << 16;
        var buffer = new byte[Piece + 2];
        for (long from = Math.Max(0, file.Length - Piece); ; from = Math.Max(0, from - Piece))
        {
            int length = RandomAccess.Read(file.SafeFileHandle, buffer, from);
            for (int end = length; end > 0;)
            {
                int at = buffer.AsSpan(0, end).LastIndexOf([(byte)0x1f, (byte)0x8b, (byte)8]);
                if (at < 0) break;
                yield return from + at;
                end = at + 2;
            }

            if (from == 0) yield break;
        }
    }

    private static bool IsTorn(string segment)
    {
        using FileStream file = InputFiles.Open(segment);
        return IsTorn(file, file.Length);
    }

    private static bool IsTorn(FileStream file, long length)
    {
        file.Position = 0;
        using var decoder = new GzipSource([], new CountedStream(file, length));
        try
        {
            var buffer = new byte[1 << 16];
            while (decoder.Read(buffer) > 0)
            {
            }

            return false;
        }
        catch (InvalidDataException)
        {
            return decoder.IsCutShort;
        }
    }

    private static byte[] WholeLines(FileStream file, long start)
    {
        file.Position = start;
        using var content = new MemoryStream();
        using var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[1 << 16];
        try
        {
            for (int count; (count = gzip.Read(buffer)) > 0;) content.Write(buffer, 0, count);
        }
        catch (InvalidDataException)
        {
            // What came before is whole.
        }

        int end = content.GetBuffer().AsSpan(0, (int)content.Length).LastIndexOf((byte)'\n') + 1;
        return content.GetBuffer().AsSpan(0, end).ToArray();
    }
}
