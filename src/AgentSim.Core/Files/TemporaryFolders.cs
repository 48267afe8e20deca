namespace AgentSim.Files;

/// <summary>
/// The private folders in which files are made before they take their places. Whoever made one removes it; a process that has to end in the
/// midst of that removes all of them first. Thread-safe.
/// </summary>
public static class TemporaryFolders
{
    private static readonly object s_gate = new();
    private static readonly HashSet<string> s_folders = new(StringComparer.Ordinal);
    private static Action? s_beforeFirst;
    private static bool s_isOver;

    /// <summary>Called once, before anything is written, for what a front end does about limits and signals of its process.</summary>
    public static void BeforeFirst(Action prepare)
    {
        lock (s_gate) s_beforeFirst = prepare;
    }

    /// <summary>Removes all there are; none is made and nothing takes its place from then on. For a process that is about to end.</summary>
    public static void RemoveAll()
    {
        lock (s_gate)
        {
            s_isOver = true;
            foreach (string folder in s_folders) Delete(folder);
            s_folders.Clear();
        }
    }

    /// <summary>Makes a folder beside a file that is to be made.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    internal static string Create(string parent)
    {
        lock (s_gate)
        {
            s_beforeFirst?.Invoke();
            s_beforeFirst = null;
            ThrowIfOver();
            string folder = Path.Combine(parent, $".agentsim-{Guid.NewGuid():N}");
            s_folders.Add(folder);   // before it is there, so that it cannot be missed
            Make(folder);
            return folder;
        }
    }

    /// <summary>Does what has to be done as a whole or not at all, also by a process that has to end.</summary>
    internal static void Whole(Action action)
    {
        lock (s_gate)
        {
            ThrowIfOver();
            action();
        }
    }

    /// <summary>Removes a folder with what is in it.</summary>
    internal static void Remove(string folder)
    {
        lock (s_gate)
        {
            if (s_folders.Remove(folder)) Delete(folder);
        }
    }

    private static void ThrowIfOver()
    {
        if (s_isOver) throw new IOException("the process is ending");
    }

    private static void Make(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch
        {
            s_folders.Remove(folder);
            throw;
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost, and the outcome of the write matters more than a left-over folder.
        }
    }
}
