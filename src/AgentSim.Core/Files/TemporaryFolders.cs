namespace AgentSim.Files;

/// <summary>
/// The private folders in which files are made before they take their places. Whoever made one removes it; a process that has to end in the
/// midst of that removes all of them first. Folders above them that were missing are made, and go again with them unless a file has come
/// into its place there. Thread-safe.
/// </summary>
public static class TemporaryFolders
{
    private static readonly object s_gate = new();
    private static readonly Dictionary<string, List<string>> s_folders = new(StringComparer.Ordinal);   // and what was made above each
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
            foreach (string folder in s_folders.Keys.ToArray()) Take(folder);
        }
    }

    /// <summary>Makes a folder beside a file that is to be made, and the folder of that file where it is missing.</summary>
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
            List<string> made = [.. Missing(parent)];
            s_folders.Add(folder, made);   // before it is there, so that it cannot be missed
            try
            {
                Directory.CreateDirectory(parent);
                Make(folder);
            }
            catch
            {
                Take(folder);
                throw;
            }

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
            if (s_folders.ContainsKey(folder)) Take(folder);
        }
    }

    private static void Take(string folder)
    {
        s_folders.Remove(folder, out List<string>? made);
        Delete(folder, isWhole: true);
        if (made is not [.., { } outermost]) return;
        // Of several that are made together, the last one to go takes along what was made above them.
        string within = outermost + Path.DirectorySeparatorChar;
        string? other = s_folders.Keys.FirstOrDefault(key => key.StartsWith(within, StringComparison.Ordinal));
        if (other is not null) s_folders[other].AddRange(made);
        else made.OrderByDescending(path => path.Length).ToList().ForEach(path => Delete(path, isWhole: false));
    }

    // Innermost first.
    private static IEnumerable<string> Missing(string parent)
    {
        for (string? path = parent; path is not null && !Path.Exists(path); path = Path.GetDirectoryName(path)) yield return path;
    }

    private static void ThrowIfOver()
    {
        if (s_isOver) throw new IOException("the process is ending");
    }

    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Delete(string folder, bool isWhole)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: isWhole);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost, and the outcome of the write matters more than a left-over folder.
        }
    }
}
