using AgentSim.Files;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// A file that keeps the finished points of a sweep, so that an interrupted sweep goes on where it was: JSON lines, first a
/// header with the version and digests of the workload and of the settings that all points share, then the grid, then one line per
/// point. A line is written at once; one that was cut off is dropped. Points are recognised by their settings, so that a grid may
/// grow; the last grid counts. Checkpoints of the shares of one grid are put together by <see cref="SweepMerge"/>.
/// </summary>
public sealed class SweepCheckpoint : IDisposable
{
    // Keeps other writers out; elsewhere than on Windows only the strictest kind does.
    private static readonly FileShare Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;

    private readonly FileStream? _file;   // null: nothing may be missing
    private readonly int _files;
    private readonly CheckpointContent _content;

    private SweepCheckpoint(FileStream? file, CheckpointContent content, int files) => (_file, _content, _files) = (file, content, files);

    /// <summary>Opens a checkpoint, or starts one if there is no such file.</summary>
    /// <param name="path">The file; nobody else can write it until the checkpoint is disposed.</param>
    /// <param name="workload">The workload of the sweep.</param>
    /// <param name="common">Settings of any point.</param>
    /// <param name="replace">Starts a new checkpoint if the file is of another sweep or no checkpoint at all.</param>
    /// <exception cref="AgentSimException">
    /// The file cannot be written, is no checkpoint (<c>CheckpointInvalid</c>) or one of another workload, other settings or another
    /// version of AgentSim (<c>CheckpointMismatch</c>).
    /// </exception>
    public static SweepCheckpoint Open(string path, ReplayWorkload workload, ReplaySettings common, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(common);
        CheckpointHeader header = CheckpointHeader.Of(workload, common);
        FileStream? file = null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, Share, bufferSize: 1);
            CheckpointContent content = IsOf(header, file, path, replace) ? CheckpointLines.Read(file, path) : new CheckpointContent();
            file.SetLength(content.End);
            file.Position = content.End;
            if (content.End == 0) file.Write(CheckpointLines.Line(header));
            return new SweepCheckpoint(file, content, 1);
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
                throw Errors.OutputFailed.At(path, 0, $"cannot be used as a checkpoint: {error.Message}", error);
            throw;
        }
    }

    /// <summary>Reads checkpoints of shares, which together have to know everything that is to be run; they stay as they are.</summary>
    /// <param name="paths">The files, at least one.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="common">Settings of any point.</param>
    /// <exception cref="AgentSimException">
    /// As of <see cref="SweepMerge.Read"/>, but grids may differ; and <c>CheckpointIncomplete</c> when something else is to be run.
    /// </exception>
    public static SweepCheckpoint Merge(IReadOnlyList<string> paths, ReplayWorkload workload, ReplaySettings common)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(common);
        return new SweepCheckpoint(null, SweepMerge.Outcomes(paths, CheckpointHeader.Of(workload, common)), paths.Count);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();

    /// <summary>Writes the grid, unless it is that of the file.</summary>
    internal void Begin(IReadOnlyList<SweepPoint> points)
    {
        SweptPoint[] grid = [.. points.Select(SweptPoint.Of)];
        if (_file is null)
        {
            if (SweepMerge.MissingOf(grid, _content, _files) is { } missing) throw missing;
            return;
        }

        if (SweepDigests.Grid(grid) != SweepDigests.Grid(_content.Grid)) Write(CheckpointLines.Line(grid));
        _content.Grid = grid;
    }

    internal SweepOutcome? Find(SweepPoint point) => _content.Outcomes.GetValueOrDefault(SweepDigests.Point(point.Settings));

    internal void Add(SweepPoint point, SweepOutcome outcome) =>
        Write(CheckpointLines.Line(SweepDigests.Point(point.Settings), outcome));

    // False for a file without a whole header.
    private static bool IsOf(CheckpointHeader wanted, FileStream file, string path, bool replace)
    {
        try
        {
            if (CheckpointLines.Header(file, path) is not { } header) return false;
            if (wanted.Difference(header) is { } difference)
                throw Errors.CheckpointMismatch.At(path, 1,
                    $"this checkpoint is of {difference}; name another file or have it replaced");
            return true;
        }
        catch (AgentSimException) when (replace)
        {
            return false;
        }
    }

    private void Write(byte[] line)
    {
        try
        {
            _file!.Write(line);
            _file.Flush();
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(_file!.Name, error);
        }
    }
}
