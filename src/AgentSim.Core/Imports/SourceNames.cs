namespace AgentSim.Imports;

/// <summary>Names made from those of files, for recordings that do not say what they are called.</summary>
internal static class SourceNames
{
    /// <summary>The name of a file without the ends <c>.jsonl</c>, <c>.json</c>, <c>.csv</c> and <c>.gz</c>.</summary>
    public static string Stem(string path)
    {
        string name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) name = name[..^3];
        foreach (string end in (ReadOnlySpan<string>)[".jsonl", ".json", ".csv"])
        {
            if (name.Length > end.Length && name.EndsWith(end, StringComparison.OrdinalIgnoreCase)) return name[..^end.Length];
        }

        return name;
    }
}
