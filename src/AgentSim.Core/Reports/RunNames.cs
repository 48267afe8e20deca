using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>Tells the runs of a report apart.</summary>
internal static class RunNames
{
    private const int MostSettings = 3;

    /// <summary>
    /// A different name for each run: the one it was given, here or when it ran, else the settings in which the runs differ, else its
    /// number.
    /// </summary>
    public static string[] Of(IReadOnlyList<ReportedRun> runs)
    {
        if (runs.Count == 1) return [runs[0].Name ?? runs[0].Result.Run.Name ?? NameOf(runs[0].Result.Run)];
        // A report of a file may name a setting twice.
        Dictionary<string, string>[] settings = [.. runs.Select(run => FlatSettings.Of(run.Result.Run)
            .GroupBy(setting => setting.Key).ToDictionary(group => group.Key, group => group.Last().Value))];
        string[] differing = [.. settings.SelectMany(each => each.Keys).Distinct()
            .Where(name => settings.Select(each => each.GetValueOrDefault(name)).Distinct().Count() > 1)];
        // Runs that differ in many ways are not told apart by a few of them.
        bool useSettings = differing.Length is > 0 and <= MostSettings;
        var names = new string[runs.Count];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            string name = runs[i].Name ?? runs[i].Result.Run.Name
                ?? (useSettings ? string.Join(", ", differing.Select(setting =>
                    $"{LastPart(setting)} {Shown(settings[i].GetValueOrDefault(setting))}")) : $"Run {i + 1}");
            names[i] = taken.Add(name) ? name : $"{name} ({i + 1})";
            taken.Add(names[i]);
        }

        return names;
    }

    private static string NameOf(RunInfo run) => run.Inputs switch
    {
        [] when run.Settings.ContainsKey("request_count") => "Synthetic load",
        [] => "Rows from the pipeline",
        [{ EditedItems: > 0 } input] => $"{Path.GetFileName(input.Path)}, edited",
        [var input] => Path.GetFileName(input.Path),
        [var first, ..] => $"{Path.GetFileName(first.Path)} and {run.Inputs.Count - 1} more",
    };

    private static string LastPart(string setting) => setting[(setting.LastIndexOf('.') + 1)..];

    private static string Shown(string? value) => string.IsNullOrEmpty(value) ? "not set" : value;
}
