namespace AgentSim.Files;

/// <summary>
/// A file that appears whole or not at all: it is written in a private folder beside its target and renamed over the
/// target by <see cref="Commit"/> (behaviour 01#5). Without a commit the target stays as it was and nothing is
/// left behind. A symbolic link given as target is itself replaced; an existing target passes on its permissions.
/// Devices (<c>/dev/…</c>) cannot be replaced and are written in place.
/// </summary>
/// <example><code>
/// using var file = AtomicFile.Create(path);
/// writer.WriteTo(file.Stream);
/// file.Commit();
/// </code></example>
public sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string? _folder;   // private; null for a device
    private readonly string _part;
    private readonly FileStream _stream;
    private bool _isPlaced;

    private AtomicFile(string path)
    {
        _path = path;
        string target = Path.GetFullPath(path);
        if (IsDevice(target))
        {
            _part = target;
            _stream = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return;
        }

        if (Directory.Exists(target) && new DirectoryInfo(target).LinkTarget is null)
            throw Failure("this is a folder; name a file");
        string parent = Path.GetDirectoryName(target) ?? throw Failure("this is not a file name");
        _folder = TemporaryFolders.Create(parent);
        _part = Path.Combine(_folder, Path.GetFileName(target));
        try
        {
            _stream = new FileStream(_part, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16);
            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(_stream.SafeFileHandle, File.GetUnixFileMode(target));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the content goes.</summary>
    public Stream Stream => _stream;

    /// <summary>Opens a file to be written; missing parent folders are created, and stay if it is committed.</summary>
    /// <param name="path">The target.</param>
    /// <exception cref="AgentSimException">It cannot be created.</exception>
    public static AtomicFile Create(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Guard(path, () => new AtomicFile(path));
    }

    /// <summary>Writes a whole file; failures to write become messages that name it.</summary>
    /// <param name="path">The target.</param>
    /// <param name="write">Writes the content. When it throws, the target stays as it was.</param>
    /// <exception cref="AgentSimException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using OutputSet files = new();
        files.Write(path, write);
        files.Commit();
    }

    /// <summary>Whether a path is that of a device, which is written in place and can be written any number of times.</summary>
    /// <param name="target">The full path.</param>
    public static bool IsDevice(string target) =>
        !OperatingSystem.IsWindows() && target.StartsWith("/dev/", StringComparison.Ordinal)
        && !target.StartsWith("/dev/shm/", StringComparison.Ordinal) && File.Exists(target);

    /// <summary>Puts the file in the target's place.</summary>
    /// <exception cref="AgentSimException">The content cannot be written or the target not be replaced.</exception>
    public void Commit() => CommitAll([this]);

    /// <summary>Puts several files in the places of their targets: all of them, or none.</summary>
    /// <exception cref="AgentSimException">The content of one cannot be written or its target not be replaced.</exception>
    internal static void CommitAll(IReadOnlyList<AtomicFile> files)
    {
        foreach (AtomicFile file in files) Guard(file._path, file.Close);
        int placed = 0;
        TemporaryFolders.Whole(() =>
        {
            try
            {
                for (; placed < files.Count; placed++) Guard(files[placed]._path, () => files[placed].Place(keepsOld: files.Count > 1));
            }
            catch
            {
                for (; placed >= 0; placed--) files[placed].TakeBack();
                throw;
            }
        });
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        try
        {
            _stream?.Dispose();
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            // The rest of the buffer could not be written; the file goes away anyway.
        }

        if (_folder is not null) TemporaryFolders.Remove(_folder);
    }

    private int Close()
    {
        _stream.Dispose();
        return 0;
    }

    private int Place(bool keepsOld)
    {
        if (_folder is null) return 0;
        string target = Path.GetFullPath(_path);
        if (keepsOld && Path.Exists(target)) File.Move(target, Old);
        File.Move(_part, target, overwrite: true);
        _isPlaced = true;
        return 0;
    }

    // Not where another of the same set could not take its place.
    private void TakeBack()
    {
        if (_folder is null) return;
        try
        {
            string target = Path.GetFullPath(_path);
            if (Path.Exists(Old)) File.Move(Old, target, overwrite: true);
            else if (_isPlaced) File.Delete(target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one to be said.
        }
    }

    // What was there before, until all files of a set are in their places.
    private string Old => $"{_part}.old";

    private AgentSimException Failure(string reason) => Errors.OutputFailed.At(_path, 0, reason);

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw WriteFailure.At(path, error);
        }
    }
}
