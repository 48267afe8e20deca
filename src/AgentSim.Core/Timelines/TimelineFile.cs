using System.IO.Compression;
using AgentSim.Files;

namespace AgentSim.Timelines;

/// <summary>Writes the file of a timeline: whole or not at all, gzipped if its name ends in <c>.gz</c>.</summary>
public static class TimelineFile
{
    /// <summary>Writes a file; missing folders are created.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the timeline. When it throws, an existing file stays as it was.</param>
    /// <exception cref="AgentSimException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        AtomicFile.Write(path, stream =>
        {
            if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                write(stream);
                return;
            }

            using var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
            write(gzip);
        });
    }
}
