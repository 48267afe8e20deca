using AgentSim.Files;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// A file that keeps the finished points of a sweep, so that an interrupted sweep goes on where it was: JSON lines, first a
/// header with a digest of the workload and of the settings that all points share, then one line per point. A line is
/// written at once; one that was cut off is dropped. Points are recognised by their settings, so that a grid may grow.
/// </summary>
public sealed class SweepCheckpoint : IDisposable
{
    // Keeps other writers out; elsewhere than on Windows only the strictest kind does.
    private static readonly FileShare Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;

    private readonly FileStream _file;
    private readonly Dictionary<string, SweepOutcome> _known;

    private SweepCheckpoint(FileStream file, Dictionary<string, SweepOutcome> known) => (_file, _known) = (file, known);

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
        byte[] header = CheckpointLines.Header(SweepDigests.Common(workload, common));
        FileStream? file = null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, Share, bufferSize: 1);
            var known = new Dictionary<string, SweepOutcome>(StringComparer.Ordinal);
            long end = replace && !CheckpointLines.IsHeader(file, header) ? 0 : CheckpointLines.Read(file, path, header, known);
            file.SetLength(end);
            file.Position = end;
            if (end == 0) file.Write(header);
            return new SweepCheckpoint(file, known);
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
                throw Errors.OutputFailed.At(path, 0, $"cannot be used as a checkpoint: {error.Message}", error);
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    internal SweepOutcome? Find(SweepPoint point) => _known.GetValueOrDefault(SweepDigests.Point(point.Settings));

    internal void Add(SweepPoint point, SweepOutcome outcome)
    {
        try
        {
            _file.Write(CheckpointLines.Line(SweepDigests.Point(point.Settings), outcome));
            _file.Flush();
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(_file.Name, error);
        }
    }
}
