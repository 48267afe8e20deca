using AgentSim.Traces;

namespace AgentSim.Imports;

/// <summary>
/// Imports recordings of other programs – logs of coding agents, spans, published traces, tables – as records of a request
/// trace, from which everything else of AgentSim goes on: sessions, timelines, conversion, replay.
/// </summary>
/// <example><code>
/// LogImport import = LogImport.Read(["~/.claude/projects"], new ImportOptions());
/// Console.WriteLine(import.Summary);
/// foreach (TraceRecord record in import.Records()) …
/// </code></example>
public sealed class LogImport
{
    private readonly ImportAssembly _assembly;
    private readonly ImportOptions _options;

    private LogImport(ImportAssembly assembly, ImportOptions options, ImportSummary summary) =>
        (_assembly, _options, Summary) = (assembly, options, summary);

    /// <summary>Names of the formats there are.</summary>
    public static IReadOnlyList<string> FormatNames => SourceFormats.Names;

    /// <summary>Names of the kinds of tables that are known by their columns.</summary>
    public static IReadOnlyList<string> TablePresets => Table.TablePreset.Names;

    /// <summary>What was found, and what was left out.</summary>
    public ImportSummary Summary { get; }

    /// <summary>Tokens for which one hash of a record stands.</summary>
    public int TraceBlockSize => _assembly.BlockSize;

    /// <summary>The files that the paths of an import stand for.</summary>
    /// <param name="paths">As for <see cref="Read"/>.</param>
    /// <param name="options">As for <see cref="Read"/>; only the format counts.</param>
    /// <exception cref="AgentSimException">A path does not exist or stands for no file.</exception>
    public static IReadOnlyList<string> Files(IReadOnlyList<string> paths, ImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return [.. ImportFiles.Expand(paths.Count == 0 ? DefaultPaths(options) : paths).Select(file => file.Path)];
    }

    /// <summary>Size of those files, for progress.</summary>
    /// <param name="paths">As for <see cref="Read"/>.</param>
    /// <param name="options">As for <see cref="Read"/>; only the format counts.</param>
    /// <exception cref="AgentSimException">A path does not exist or stands for no file.</exception>
    public static long Bytes(IReadOnlyList<string> paths, ImportOptions options) =>
        Files(paths, options).Sum(file => new FileInfo(file).Length);

    /// <summary>Reads files and folders.</summary>
    /// <param name="paths">
    /// Files, wildcards, and folders, which stand for the files below them. None: where the program of the format that the
    /// options name leaves its recordings.
    /// </param>
    /// <param name="options">How to import.</param>
    /// <param name="onBadFile">Told of each file that cannot be read or is of no known format, which is then passed over; null: the first
    /// ends the import.</param>
    /// <param name="progress">Told the bytes read so far over all files, as they lie on disk.</param>
    /// <param name="cancel">Ends the import with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="AgentSimException">
    /// An option is invalid, a file cannot be read or is of no known format, a strict import met a fault, or there is no
    /// request at all; the message says so.
    /// </exception>
    public static LogImport Read(
        IReadOnlyList<string> paths, ImportOptions options, Action<string, AgentSimException>? onBadFile = null,
            IProgress<long>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (paths.Count == 0) paths = DefaultPaths(options);
        List<ImportFile> files = ImportFiles.Expand(paths);
        var passedOver = new List<string>();
        SortedDictionary<string, List<string>> byFormat = ImportFiles.Sort(files, options.FormatName, options.IsStrict ? null : onBadFile,
            passedOver, cancel);
        using var sink = new ImportSink(options, onBadFile, progress);
        foreach ((string name, List<string> list) in byFormat)
        {
            ISourceFormat format = SourceFormats.Find(name)!;
            sink.NoteVersion(format, null);
            format.Read(list, sink, cancel);
        }

        var assembly = new ImportAssembly(sink);
        assembly.Run(cancel);
        ImportSummary summary = SummaryBuilder.Build(sink, assembly, byFormat.Values.SelectMany(list => list), passedOver);
        if (assembly.Requests.Count == 0) throw Empty(summary, options, sink.OtherModels);
        return new LogImport(assembly, options, summary);
    }

    /// <summary>The records, in the order in which they ended; each is made when the enumeration reaches it.</summary>
    /// <param name="cancel">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    public IEnumerable<TraceRecord> Records(CancellationToken cancel = default)
    {
        using var identity = new TextIdentity(_options.Salt);
        foreach (TraceRecord record in new ImportRecords(_assembly, identity, _options).All(cancel))
        {
            record.MarkRead();
            yield return record;
        }
    }

    private static string[] DefaultPaths(ImportOptions options)
    {
        if (options.FormatName is not { } name)
            throw Errors.ImportPathMissing.Error(
                "there is no path; name files or folders, or a format whose recordings are at a known place");
        IReadOnlyList<string> known = SourceFormats.Find(name)!.DefaultPaths;
        if (known.Count == 0) throw Errors.ImportPathMissing.Error(
            $"there is no path, and recordings of the format {name} have no known place; name files or folders");
        string[] existing = [.. known.Where(Directory.Exists)];
        return existing.Length > 0 ? existing
            : throw Errors.InputMissing.Error($"there are no recordings of the format {name} at {string.Join(" or ", known)}");
    }

    private static AgentSimException Empty(ImportSummary summary, ImportOptions options, SortedDictionary<string, int> otherModels)
    {
        if (otherModels.Count > 0)
            return Errors.TraceModelMissing.Error(
                $"no request is to the model {Quote.Of(options.Model)}; there are " +
                    $"{string.Join(", ", otherModels.Select(model => $"{model.Key} {model.Value}"))}");
        IEnumerable<string> foreign = summary.FilesPassedOver.Take(1).Select(file =>
            $"{file}{(summary.FilesPassedOver.Count > 1 ? $" and {summary.FilesPassedOver.Count - 1} more files" : "")}: empty, or no " +
                "recording of a known format");
        IEnumerable<string> reasons = foreign.Concat(summary.FilesWithoutRequests)
            .Concat(summary.Dropped.Select(drop =>
                $"{drop.Text}: {drop.Count}{(drop.Examples.Count > 0 ? $" ({drop.Examples[0]})" : "")}"));
        string why = string.Join("; ", reasons.Take(4));
        return Errors.ImportEmpty.Error($"there is no request to import{(why.Length > 0 ? $": {why}" : "")}");
    }
}
