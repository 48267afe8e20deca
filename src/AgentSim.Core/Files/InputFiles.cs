using System.IO.Enumeration;

namespace AgentSim.Files;

/// <summary>The input files a user names: single files, folders and wildcards (behaviour 00#differences and 01#2.1).</summary>
public static class InputFiles
{
    /// <summary>
    /// Replaces every folder by its direct <c>*.jsonl</c> and <c>*.jsonl.gz</c> files and every wildcard (<c>*</c> and
    /// <c>?</c> in the file name) by the files it matches, each in ordinal order of the names. The order of the paths stays.
    /// </summary>
    /// <param name="paths">Files, folders and wildcards.</param>
    /// <param name="recurse">
    /// Whether a folder stands for the files below it, too, in ordinal order of their paths. Links to folders are not followed.
    /// </param>
    /// <returns>The files to read, in order.</returns>
    /// <exception cref="AgentSimException">A path does not exist or stands for no file.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> paths, bool recurse = false)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new List<string>();
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
                AddMatches(files, path, path, IsTraceName, recurse,
                    "the folder holds no *.jsonl or *.jsonl.gz file (folders in it are not looked into)");
            else if (File.Exists(path))
                files.Add(path);
            else if (Path.GetFileName(path).AsSpan().ContainsAny('*', '?'))
                AddPattern(files, path);
            else
                throw Unreadable(path, new FileNotFoundException());
        }

        return files;
    }

    /// <summary>Opens a file to be read once from start to end.</summary>
    /// <exception cref="AgentSimException">It cannot be opened.</exception>
    internal static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0,
                FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>The error (<c>InputUnreadable</c>) of a file that cannot be opened.</summary>
    internal static AgentSimException Unreadable(string path, Exception error)
    {
        if (string.IsNullOrWhiteSpace(path))
            return Errors.InputUnreadable.Error($"an input has a blank name ({Quote.Of(path)}); name a file or a folder", inner: error);
        string reason = error switch
        {
            FileNotFoundException or DirectoryNotFoundException => "there is no such file",
            UnauthorizedAccessException => Directory.Exists(path) ? "this is a folder, not a file" : "no permission to read it",
            ArgumentException => "this is not a file name",
            _ => $"cannot be opened: {error.Message}",
        };
        return Errors.InputUnreadable.At(path, 0, reason, error);
    }

    private static bool IsTraceName(string name) =>
        name.EndsWith(".jsonl", StringComparison.Ordinal) || name.EndsWith(".jsonl.gz", StringComparison.Ordinal);

    private static void AddPattern(List<string> files, string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        string pattern = Path.GetFileName(path);
        AddMatches(files, path, folder, name => FileSystemName.MatchesSimpleExpression(pattern, name, OperatingSystem.IsWindows()),
            recurse: false, "no file matches");
    }

    private static void AddMatches(List<string> files, string path, string folder, Func<string, bool> isMatch, bool recurse,
        string whenNone)
    {
        try
        {
            string root = folder.Length == 0 ? "." : folder;
            string[] names = [.. Files(root, recurse).Where(file => isMatch(Path.GetFileName(file)))
                .Select(file => Path.GetRelativePath(root, file))];
            if (names.Length == 0) throw Errors.InputMissing.At(path, 0, whenNone);
            Array.Sort(names, StringComparer.Ordinal);
            files.AddRange(names.Select(name => Path.Combine(folder, name)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(path, error);
        }
    }

    private static FileSystemEnumerable<string> Files(string folder, bool recurse)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = recurse, AttributesToSkip = 0, IgnoreInaccessible = false };
        return new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
    }
}
