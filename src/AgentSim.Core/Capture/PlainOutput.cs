using System.Runtime.Versioning;
using System.Text.Json;
using AgentSim.Files;
using Microsoft.Win32.SafeHandles;

namespace AgentSim.Capture;

/// <summary>
/// Appends JSON lines to one file (behaviour 07#A3). A last line that a killed process left unfinished is cut off
/// first, or else it would spoil the line behind it.
/// </summary>
internal sealed class PlainOutput : LossCountingOutput
{
    private const int LongestRepair = 64 << 20;
    private const long LockPosition = long.MaxValue - 1;   // far from the content, which others may read

    private FileStream? _stream;
    private SafeFileHandle _file = null!;   // of the stream
    private long _end;

    public PlainOutput(TraceSinkOptions options, Action<string, Exception> onFailure)
        : base(options, onFailure)
    {
        Open();
    }

    /// <summary>Bytes of an unfinished line that were cut off at the start.</summary>
    public long CutOff { get; private set; }

    protected override string Target => Options.Path;

    public override void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    protected override Batch Write(ReadOnlySpan<byte> lines)
    {
        // Where the file was removed or moved away nobody would find what comes.
        if (_stream is null || !File.Exists(Target)) Open();
        try
        {
            RandomAccess.Write(_file, lines, _end);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            int kept = KeepWholeLines(lines);
            _end += kept;
            return new Batch(Target, _end, kept, error);
        }

        _end += lines.Length;
        return new Batch(Target, _end, lines.Length);
    }

    // A file of a limited size, or on a disk that is full, takes the beginning of what it has no room for.
    private int KeepWholeLines(ReadOnlySpan<byte> lines)
    {
        try
        {
            int taken = (int)Math.Clamp(RandomAccess.GetLength(_file) - _end, 0, lines.Length);
            int kept = lines[..taken].LastIndexOf((byte)'\n') + 1;
            RandomAccess.SetLength(_file, _end + kept);
            return kept;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;   // the next batch is written over what is left
        }
    }

    private void Open()
    {
        Dispose();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Target))!);
        var stream = new FileStream(Target, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 0);
        try
        {
            if (!OperatingSystem.IsMacOS()) Lock(stream, Target);
            _file = stream.SafeFileHandle;
            _end = RandomAccess.GetLength(_file);
            Repair();
            _stream = stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    // Elsewhere than on Windows sharing is not enforced, and two writers would write over each other.
    [UnsupportedOSPlatform("macos")]
    private static void Lock(FileStream stream, string path)
    {
        try
        {
            stream.Lock(LockPosition, 1);
        }
        catch (IOException error)
        {
            throw new IOException($"another process is writing to '{Quote.Path(path)}'; choose another file", error);
        }
    }

    private void Repair()
    {
        byte[] tail = [];
        int newline = -1;
        for (int length = 1; newline < 0 && tail.Length < _end; length = Math.Min(length * 16, LongestRepair))
        {
            if (tail.Length == LongestRepair) return;   // this is no file of lines; leave it alone
            tail = new byte[Math.Min(length, _end)];
            _ = RandomAccess.Read(_file, tail, _end - tail.Length);
            newline = tail.AsSpan().LastIndexOf((byte)'\n');
        }

        ReadOnlySpan<byte> unfinished = tail.AsSpan(newline + 1);
        if (unfinished.IsEmpty) return;
        if (IsJson(unfinished))
        {
            RandomAccess.Write(_file, "\n"u8, _end++);
            return;
        }

        CutOff = unfinished.Length;
        _end -= unfinished.Length;
        RandomAccess.SetLength(_file, _end);
    }

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
