using System.Globalization;

namespace AgentSim.Cli;

/// <summary>Where the report goes (behaviour 06#6).</summary>
internal static class ReportPath
{
    /// <summary>The path given; a timestamped name inside it where it is a folder, and in the current folder where none is given.</summary>
    public static string Resolve(string? given, DateTime now)
    {
        if (given is not null && !Directory.Exists(given)) return given;
        string name = string.Create(CultureInfo.InvariantCulture, $"dynamo_replay_report_{now:yyyyMMdd_HHmmss}.json");
        return given is null ? Path.GetFullPath(name) : Path.Combine(given, name);
    }
}
