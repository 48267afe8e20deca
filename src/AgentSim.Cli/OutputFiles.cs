using AgentSim.Files;

namespace AgentSim.Cli;

/// <summary>Keeps what a command writes from replacing what it reads, a recording above all, or what it has just written.</summary>
internal static class OutputFiles
{
    private static readonly StringComparer Paths = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <param name="inputs">The files read.</param>
    /// <param name="outputs">The files to write, each with its option; null where the option was not given.</param>
    /// <exception cref="AgentSimException">A file to write is read, too, or is written twice.</exception>
    public static void Check(IEnumerable<string> inputs, params (string Option, string? Path)[] outputs)
    {
        HashSet<string> read = new(inputs.Select(Path.GetFullPath), Paths);
        Dictionary<string, string> written = new(Paths);
        foreach ((string option, string? path) in outputs)
        {
            // A folder gets a new name inside, and a device can be written to any number of times.
            if (string.IsNullOrEmpty(path) || Directory.Exists(path)) continue;
            string full = Path.GetFullPath(path);
            if (AtomicFile.IsDevice(full)) continue;
            if (read.Contains(full)) throw Errors.OptionsConflict.Error($"{option} would replace {path}, which is read; name another file");
            if (!written.TryAdd(full, option)) throw Errors.OptionsConflict.Error($"{written[full]} and {option} name the same file, {path}");
        }
    }
}
