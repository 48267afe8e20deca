using System.IO.Enumeration;
using AgentSim.Files;
using AgentSim.Traces.Schema;

namespace AgentSim.Imports;

/// <summary>A file of an import and how it came there.</summary>
/// <param name="Path">The file, as the user named it.</param>
/// <param name="IsNamed">Whether the user named it itself, and not a folder or a wildcard.</param>
internal readonly record struct ImportFile(string Path, bool IsNamed);

/// <summary>The files that the paths of an import stand for, sorted into formats.</summary>
internal static class ImportFiles
{
    private static readonly string[] Endings = [".jsonl", ".json", ".csv", ".ndjson"];

    /// <summary>The files, each once: those below folders, those that wildcards match, and those that are named.</summary>
    /// <exception cref="AgentSimException">A path does not exist or stands for no file.</exception>
    public static List<ImportFile> Expand(IEnumerable<string> paths)
    {
        var files = new List<ImportFile>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            bool isFolder = Directory.Exists(path);
            IReadOnlyList<string> found = isFolder ? Below(path) : InputFiles.Expand([path]);
            foreach (string file in found)
            {
                if (seen.Add(Path.GetFullPath(file))) files.Add(new ImportFile(file, !isFolder && file == path));
            }
        }

        return files;
    }

    /// <summary>Sorts files into formats, by their content or as asked for.</summary>
    /// <param name="files">The files.</param>
    /// <param name="format">The only format; null: their content decides.</param>
    /// <param name="onBadFile">Told of files that cannot be taken, which are passed over; null: the first ends the import.</param>
    /// <param name="passedOver">Takes the files of folders that no format knows.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="AgentSimException">A file that was named is of no known format.</exception>
    public static SortedDictionary<string, List<string>> Sort(
        List<ImportFile> files, string? format, Action<string, AgentSimException>? onBadFile, List<string> passedOver,
            CancellationToken cancel)
    {
        ISourceFormat? only = format is null ? null : SourceFormats.Find(format);
        var byFormat = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (ImportFile file in files)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (FormatOf(file, only) is { } found)
                {
                    if (!byFormat.TryGetValue(found.Name, out List<string>? list)) byFormat.Add(found.Name, list = []);
                    list.Add(file.Path);
                }
                else
                {
                    passedOver.Add(file.Path);
                }
            }
            catch (AgentSimException error) when (onBadFile is not null)
            {
                onBadFile(file.Path, error);
            }
        }

        foreach (List<string> list in byFormat.Values) list.Sort(StringComparer.Ordinal);
        return byFormat;
    }

    // Of a folder, a format that is asked for takes only its own; a file that is named is taken at the user's word.
    private static ISourceFormat? FormatOf(ImportFile file, ISourceFormat? only)
    {
        if (only is not null && file.IsNamed) return only;
        SourceHead head = SourceHead.Read(file.Path);
        ISourceFormat? found = only is null ? SourceFormats.Detect(head) : only.Recognizes(head) ? only : null;
        if (found is not null || !file.IsNamed || head.IsBlank) return found;
        if (head.Objects is [{ } first, ..] && (first.Text(TraceNames.Schema) ?? first.Text($"{TraceNames.Event}.{TraceNames.Schema}"))
            == TraceNames.Version)
            throw Errors.ImportFormatUnknown.At(file.Path, 0,
                "this is a request trace already; convert, timeline and replay read it as it is");
        throw Errors.ImportFormatUnknown.At(file.Path, 0,
            $"this is no recording of a known format ({string.Join(", ", SourceFormats.Names)}), by its beginning; name " +
                "its format if it is one");
    }

    private static List<string> Below(string folder)
    {
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
            var files = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), options)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && IsRecording(entry.FileName),
                ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            };
            List<string> found = [.. files];
            if (found.Count == 0) throw Errors.InputMissing.At(folder, 0, "the folder holds no *.jsonl, *.json or *.csv file");
            found.Sort(StringComparer.Ordinal);
            return found;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Errors.InputUnreadable.At(folder, 0, $"cannot be read: {error.Message}", error);
        }
    }

    private static bool IsRecording(ReadOnlySpan<char> name)
    {
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) name = name[..^3];
        // which cannot be read, but it has to be said
        else if (name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase)) name = name[..^4];
        foreach (string ending in Endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}

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
