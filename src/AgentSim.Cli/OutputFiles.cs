using System.Globalization;
using AgentSim.Files;

namespace AgentSim.Cli;

/// <summary>Keeps what a command writes from replacing what it reads, a recording above all, or what it has just written.</summary>
internal static class OutputFiles
{
    private static readonly StringComparer Paths = OperatingSystem.IsWindows()
        || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <param name="inputs">The files read.</param>
    /// <param name="outputs">The files to write, each with its option; null where the option was not given.</param>
    /// <exception cref="AgentSimException">A file to write is read, too, or is written twice.</exception>
    public static void Check(IEnumerable<string> inputs, params (string Option, string? Path)[] outputs)
    {
        HashSet<string> read = new(inputs.Where(path => path.Length > 0).Select(Path.GetFullPath), Paths);
        Dictionary<string, string> written = new(Paths);
        foreach ((string option, string? path) in outputs)
        {
            // A folder gets a new name inside, and a device can be written to any number of times.
            if (string.IsNullOrEmpty(path) || Directory.Exists(path)) continue;
            string full = Path.GetFullPath(path);
            if (AtomicFile.IsDevice(full)) continue;
            if (read.Contains(full)) throw Errors.OptionsConflict.Error($"{option} would replace {path}, which is read; name another file");
            if (!written.TryAdd(full, option))
                throw Errors.OptionsConflict.Error($"{written[full]} and {option} name the same file, {path}");
        }
    }
}

/// <summary>Where the report goes (behaviour 06#6).</summary>
internal static class ReportPath
{
    /// <summary>The path given; a timestamped name inside it where it is a folder, and in the current folder where none is given.</summary>
    /// <param name="given">The path, if any.</param>
    /// <param name="now">The local time, for which the time zones of the machine have to be read.</param>
    public static string Resolve(string? given, Func<DateTime> now)
    {
        if (given is not null && !Directory.Exists(given)) return given;
        string name = string.Create(CultureInfo.InvariantCulture, $"dynamo_replay_report_{now():yyyyMMdd_HHmmss}.json");
        return given is null ? Path.GetFullPath(name) : Path.Combine(given, name);
    }
}
