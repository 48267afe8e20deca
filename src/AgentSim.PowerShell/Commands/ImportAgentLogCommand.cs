using System.Collections;
using System.Globalization;
using System.Management.Automation;
using AgentSim.Imports;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Imports recordings of other programs as the records of request traces. All input together is one import; the records come
/// when it has been read.
/// </summary>
[Cmdlet(VerbsData.Import, "AgentLog", DefaultParameterSetName = PathSet)]
[OutputType(typeof(RequestRecord), typeof(ToolRecord))]
public sealed class ImportAgentLogCommand : PathCommand
{
    private const string KnownPlaceSet = "KnownPlace";

    private readonly List<string> _paths = [];

    /// <summary>Name of the format; each file's content decides by default.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = KnownPlaceSet, Mandatory = true)]
    [ArgumentCompleter(typeof(ImportFormatCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Format { get; set; }

    /// <summary>Reads the recordings where the program of the format leaves them on this machine.</summary>
    [Parameter(ParameterSetName = KnownPlaceSet, Mandatory = true)]
    public SwitchParameter KnownPlace { get; set; }

    /// <summary>Only requests to this model.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Model { get; set; }

    /// <summary>Only requests that start at this time or later.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Only requests that start before this time.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>Cuts stretches in which a session and its sub-agents do nothing.</summary>
    [Parameter]
    [Number]
    public double? MaxIdleSeconds { get; set; }

    /// <summary>Cuts stretches in which they only wait for tools.</summary>
    [Parameter]
    [Number]
    public double? MaxToolWaitSeconds { get; set; }

    /// <summary>When sessions start.</summary>
    [Parameter]
    public SessionStart SessionStart { get; set; }

    /// <summary>Sessions per second; sessions then start at this rate.</summary>
    [Parameter]
    [Number]
    public double SessionRate { get; set; }

    /// <summary>Seed of the random gaps between the starts of sessions.</summary>
    [Parameter]
    [Number(Whole = true)]
    public ulong Seed { get; set; } = 42;

    /// <summary>By what prompts are equal where no ids are recorded.</summary>
    [Parameter]
    public PrefixRule Prefix { get; set; }

    /// <summary>Tokens of a block; without it that of recorded ids, or else 64.</summary>
    [Parameter]
    [Number(Whole = true)]
    [ValidateRange(1, 1 << 20)]
    public int? TraceBlockSize { get; set; }

    /// <summary>Characters that stand for a token where only text is known.</summary>
    [Parameter]
    [Number]
    public double CharactersPerToken { get; set; } = 4;

    /// <summary>Leaves out the requests in which an agent summarised its history.</summary>
    [Parameter]
    public SwitchParameter NoCompaction { get; set; }

    /// <summary>Tables: the kind of table; the columns decide by default.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TablePresetCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Preset { get; set; }

    /// <summary>Tables: columns by field, for files that no preset fits.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable ColumnMap { get; set; } = [];

    /// <summary>Replaces ids of sessions, requests and tool calls by keyed hashes.</summary>
    [Parameter]
    public SwitchParameter Anonymize { get; set; }

    /// <summary>Key of all hashes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Salt { get; set; }

    /// <summary>Ends the import at the first fault of a file instead of passing it over and counting it.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Name of a variable that gets the summary.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SummaryVariable { get; set; }

    /// <inheritdoc/>
    protected override bool EndsAtFault => Strict;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == KnownPlaceSet) return;
        foreach (string given in GivenPaths) Attempt(given, () => _paths.AddRange(PathsOf(given)));
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (ParameterSetName != KnownPlaceSet && _paths.Count == 0) return;   // each was reported
        ImportOptions options = Options();
        var progress = new ProgressDisplay(this, "Reading recordings");
        var paths = new List<string>();
        var files = new List<string>();
        foreach (string path in _paths)
        {
            Attempt(path, () =>
            {
                files.AddRange(LogImport.Files([path], options));
                paths.Add(path);
            });
        }

        if (ParameterSetName == KnownPlaceSet) files.AddRange(LogImport.Files([], options));
        else if (paths.Count == 0) return;
        LogImport import = LogImport.Read(paths, options, (file, error) => WriteError(ErrorRecords.Of(error, file)),
            progress.Reading(files), Cancellation);
        progress.Complete();
        Tell(import.Summary);
        foreach (TraceRecord record in import.Records(Cancellation)) WriteObject(record);
    }

    private ImportOptions Options() => new()
    {
        Format = Format,
        Model = Model,
        Since = Since,
        Until = Until,
        MaxIdleSeconds = MaxIdleSeconds,
        MaxToolWaitSeconds = MaxToolWaitSeconds,
        Start = MyInvocation.BoundParameters.ContainsKey(nameof(SessionRate)) ? SessionStart.Rate : SessionStart,
        StartRate = SessionRate,
        Seed = Seed,
        Prefix = Prefix,
        TraceBlockSize = TraceBlockSize,
        CharactersPerToken = CharactersPerToken,
        IncludesCompaction = !NoCompaction,
        Preset = Preset,
        Columns = ColumnMap.Cast<DictionaryEntry>().ToDictionary(
            entry => Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, entry =>
                Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? "", StringComparer.Ordinal),
        IsAnonymous = Anonymize,
        Salt = Salt,
        IsStrict = Strict,
    };

    // What the records are made of is worth a look before they are used: warnings say what cannot be seen in the records
    // alone, the rest is there for who asks.
    private void Tell(ImportSummary summary)
    {
        if (SummaryVariable is not null) SessionState.PSVariable.Set(SummaryVariable, summary);
        WriteInformation(summary, ["AgentSim.Import"]);
        foreach (string line in summary.ToString().Split('\n')) WriteVerbose(line);
        foreach (RunWarning warning in summary.Warnings) WriteWarning(warning.In(ParameterNames.Wording));
    }

    // A wildcard stands for folders, too.
    private IEnumerable<string> PathsOf(string given)
    {
        if (ParameterSetName == LiteralPathSet) return [FileSystemPath(given)];
        if (!WildcardPattern.ContainsWildcardCharacters(given)) return [FileSystemPath(given)];
        string[] found;
        ProviderInfo provider;
        try
        {
            found = [.. GetResolvedProviderPathFromPSPath(given, out provider)];
        }
        catch (Exception error) when (error is ItemNotFoundException or SessionStateException)
        {
            throw ErrorRecords.PathMissing(given, error);
        }

        if (provider.Name != "FileSystem") throw ErrorRecords.NotFileSystem(given, provider);
        return found.Length > 0 ? found.Order(StringComparer.Ordinal) : throw ErrorRecords.NoMatch(given);
    }
}
