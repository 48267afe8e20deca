using System.ComponentModel;
using System.Management.Automation;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that looks at the metrics of replays, which come as objects or as report files.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ReportInputCommand : AgentSimCommand
{
    private const string InputObjectSet = "InputObject";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>Name of the parameter set for objects, which is the default.</summary>
    protected const string DefaultSet = InputObjectSet;

    /// <summary>Results, summaries, rows of sweeps; report files and their paths.</summary>
    // What is null or empty comes, too: a binding that fails goes by without the cmdlet, which could then take the rest for all.
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, Position = 0, ValueFromPipeline = true,
        ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public PSObject?[]? InputObject { get; set; } = [];

    /// <summary>Report files; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] Path { get; set; } = [];

    /// <summary>Report files, taken literally.</summary>
    [Parameter(ParameterSetName = LiteralPathSet, Mandatory = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The current input, one by one.</summary>
    private protected IEnumerable<object?> Inputs => ParameterSetName switch
    {
        PathSet => Path,
        LiteralPathSet => LiteralPath.Select(path => new FileInfo(PathCommand.FileSystemPath(this, path))),
        _ => InputObject ?? [null],
    };

    /// <summary>The reports in one input; a path with wildcards may stand for several.</summary>
    /// <exception cref="AgentSimException">A file cannot be read, or something is no report.</exception>
    private protected IEnumerable<MetricSource> ReportsOf(object? input) => input switch
    {
        null => throw Errors.ReportInvalid.Error("the input is null; give results of Invoke-AgentReplay, their summaries, or report files"),
        string path => Files(path).Select(MetricSource.Read),
        PSObject { BaseObject: string path } => Files(path).Select(MetricSource.Read),
        _ => [MetricSource.Of(PSObject.AsPSObject(input))],
    };

    /// <summary>Says that a replay is not whole; its numbers look like those of one that is.</summary>
    private protected void WarnOfCutOff(object? input)
    {
        object? given = input is PSObject wrapped ? wrapped.BaseObject : input;
        long requests = given switch
        {
            ReplayResult result => result.Summary.CutOffRequests,
            ReplayReport report => report.CutOffRequests,
            SweepRow row => row.CutOffRequests,
            _ => 0,
        };
        if (requests > 0) WriteWarning($"a time cap cut off {requests} requests of this replay, which are in no number");
    }

    private string[] Files(string path)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(path)) throw Errors.ReportInvalid.Usage("the path is empty; name a report file");
            string[] found = [.. GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider)];
            if (provider.Name != "FileSystem") throw ErrorRecords.NotFileSystem(path, provider);
            if (found.Length == 0) throw ErrorRecords.NoMatch(path);
            Array.Sort(found, StringComparer.Ordinal);
            return found;
        }
        catch (Exception error) when (error is ItemNotFoundException or SessionStateException)
        {
            throw ErrorRecords.PathMissing(path, error);
        }
    }
}
