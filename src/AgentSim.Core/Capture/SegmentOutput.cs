using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace AgentSim.Capture;

/// <summary>
/// Writes gzipped segments (behaviour 07#A3). Every batch is a complete gzip member, so that a segment can be read
/// at any time, and is whole up to the last batch whatever happens to the process.
/// </summary>
internal sealed class SegmentOutput : LossCountingOutput
{
    private readonly CompressionLevel _compression;
    private readonly MemoryStream _member = new();
    private long _index;
    private long _lineBytes;   // of the segment, uncompressed, the batch included
    private long _lines;
    private SafeFileHandle? _file;
    private long _fileBytes;

    /// <param name="options">Where to write, and how large segments get.</param>
    /// <param name="onFailure">Told what went wrong.</param>
    /// <param name="compression">How hard to compress; a capture has the time.</param>
    public SegmentOutput(TraceSinkOptions options, Action<string, Exception> onFailure,
        CompressionLevel compression = CompressionLevel.Optimal)
        : base(options, onFailure)
    {
        _compression = compression;
        _index = SegmentNames.Next(options.Path);
    }

    /// <summary>Finds out whether segments can be written, long before the first one is.</summary>
    /// <exception cref="IOException">They cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not.</exception>
    public static void CheckFolder(string path)
    {
        // Folders are made with the first segment; what can be tried is the one that is there.
        string folder = Path.GetDirectoryName(Path.GetFullPath(SegmentNames.File(path, 0)))!;
        while (!Path.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
        if (!Directory.Exists(folder)) throw new IOException($"{Quote.Of(folder)} is no folder");
        string probe = Path.Combine(folder, $".agentsim-{Guid.NewGuid():N}");
        using FileStream file = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        file.WriteByte(0);
    }

    protected override string Target => SegmentNames.File(Options.Path, _index);

    public override void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    protected override void BeforeLine(int length)
    {
        if (_lines > 0 && (_lineBytes + length > Options.RollBytes || _lines >= Options.RollLines))
        {
            Flush();
            BeginNext();
        }

        _lineBytes += length;
        _lines++;
    }

    protected override Batch Write(ReadOnlySpan<byte> lines)
    {
        _member.SetLength(0);
        using (var gzip = new GZipStream(_member, _compression, leaveOpen: true)) gzip.Write(lines);
        if (_file is not null && !File.Exists(Target)) LeaveFile();
        _file ??= Create();
        try
        {
            RandomAccess.Write(_file, _member.GetBuffer().AsSpan(0, (int)_member.Length), _fileBytes);
        }
        catch
        {
            TakeBack();
            throw;
        }

        _fileBytes += _member.Length;
        return new Batch(Target, _fileBytes, lines.Length);
    }

    private SafeFileHandle Create()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Target))!);
        while (Path.Exists(Target)) _index++;
        while (true)
        {
            try
            {
                return File.OpenHandle(Target, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
            }
            catch (IOException) when (Path.Exists(Target))
            {
                _index++;   // another process was first
            }
        }
    }

    // Half a member would hide the members behind it.
    private void TakeBack()
    {
        try
        {
            RandomAccess.SetLength(_file!, _fileBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            BeginNext();
        }
    }

    private void BeginNext()
    {
        LeaveFile();
        (_lineBytes, _lines) = (0, 0);
    }

    // Also one that was removed or moved away: nobody would find there what comes.
    private void LeaveFile()
    {
        Dispose();
        _index++;
        _fileBytes = 0;
    }
}
