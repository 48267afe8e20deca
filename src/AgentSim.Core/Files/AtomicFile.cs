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
        Directory.CreateDirectory(parent);
        _folder = Path.Combine(parent, $".agentsim-{Guid.NewGuid():N}");
        _part = Path.Combine(_folder, Path.GetFileName(target));
        try
        {
            CreatePrivate(_folder);
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

    /// <summary>Opens a file to be written; missing parent folders are created and stay.</summary>
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
        using AtomicFile file = Create(path);
        try
        {
            write(file.Stream);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(path, error);
        }

        file.Commit();
    }

    /// <summary>Whether a path is that of a device, which is written in place and can be written any number of times.</summary>
    /// <param name="target">The full path.</param>
    public static bool IsDevice(string target) =>
        !OperatingSystem.IsWindows() && target.StartsWith("/dev/", StringComparison.Ordinal)
        && !target.StartsWith("/dev/shm/", StringComparison.Ordinal) && File.Exists(target);

    /// <summary>Puts the file in the target's place.</summary>
    /// <exception cref="AgentSimException">The content cannot be written or the target not be replaced.</exception>
    public void Commit() => Guard(_path, () =>
    {
        _stream.Dispose();
        if (_folder is not null) File.Move(_part, Path.GetFullPath(_path), overwrite: true);
        return 0;
    });

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

        try
        {
            if (_folder is not null && Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost, and the outcome of the write matters more than a left-over folder.
        }
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

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
