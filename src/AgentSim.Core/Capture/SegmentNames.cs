using System.Globalization;

namespace AgentSim.Capture;

/// <summary>Names of gzipped segments: <c>PREFIX.000000.jsonl.gz</c> (behaviour 07#A3).</summary>
internal static class SegmentNames
{
    private const string Suffix = ".jsonl.gz";

    /// <summary>The path without the extensions that are no part of a prefix.</summary>
    public static string Prefix(string path)
    {
        foreach (string suffix in (ReadOnlySpan<string>)[Suffix, ".jsonl"])
        {
            if (path.EndsWith(suffix, StringComparison.Ordinal)) return path[..^suffix.Length];
        }

        return path;
    }

    public static string File(string path, long index) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(path)}.{index:D6}{Suffix}");

    /// <summary>One more than the highest index in use, by whatever kind of entry; 0 if there is none.</summary>
    public static long Next(string path) => Entries(path).Select(entry => entry.Index + 1).DefaultIfEmpty().Max();

    /// <summary>The segments there are, by index.</summary>
    public static IEnumerable<(long Index, string Path)> List(string path) =>
        Entries(path).Where(entry => System.IO.File.Exists(entry.Path)).OrderBy(entry => entry.Index);

    private static IEnumerable<(long Index, string Path)> Entries(string path)
    {
        string prefix = Prefix(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(prefix)) ?? "";
        if (!Directory.Exists(folder)) yield break;
        string start = Path.GetFileName(prefix) + ".";
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
        {
            ReadOnlySpan<char> name = Path.GetFileName(entry.AsSpan());
            if (!name.StartsWith(start, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal)) continue;
            if (name.Length <= start.Length + Suffix.Length) continue;
            if (Index(name[start.Length..^Suffix.Length]) is { } index) yield return (index, entry);
        }
    }

    // At least six digits, with zeros in front only to make them six.
    private static long? Index(ReadOnlySpan<char> text)
    {
        if (text.Length < 6 || (text.Length > 6 && text[0] == '0') || text.ContainsAnyExceptInRange('0', '9')) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long index) && index < long.MaxValue ? index : null;
    }
}
