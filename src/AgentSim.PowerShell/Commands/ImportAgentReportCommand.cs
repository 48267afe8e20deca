using System.Management.Automation;
using AgentSim.Metrics;
using AgentSim.Reports;

namespace AgentSim.PowerShell.Commands;

/// <summary>Reads report files as objects, to be sorted, compared and tested like results.</summary>
[Cmdlet(VerbsData.Import, "AgentReport", DefaultParameterSetName = PathSet)]
[OutputType(typeof(StoredReport))]
public sealed class ImportAgentReportCommand : AgentSimCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>Report files; wildcards are allowed, and folders stand for the .json files in them.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [PathText]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] Path { get; set; } = [];

    /// <summary>Report files, taken literally.</summary>
    [Parameter(ParameterSetName = LiteralPathSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string given in ParameterSetName == LiteralPathSet ? LiteralPath : Path)
        {
            foreach (string file in FilesOf(given)) Read(file);
        }
    }

    private string[] FilesOf(string given)
    {
        try
        {
            if (ParameterSetName == LiteralPathSet) return InFolder(PathCommand.FileSystemPath(this, given));
            string[] found = [.. GetResolvedProviderPathFromPSPath(given, out ProviderInfo provider)];
            if (provider.Name != "FileSystem") throw ErrorRecords.NotFileSystem(given, provider);
            if (found.Length == 0) throw ErrorRecords.NoMatch(given);
            return [.. found.Order(StringComparer.Ordinal).SelectMany(InFolder)];
        }
        catch (Exception error) when (error is ItemNotFoundException or SessionStateException)
        {
            WriteError(ErrorRecords.Of(ErrorRecords.PathMissing(given, error), given));
        }
        catch (AgentSimException error)
        {
            WriteError(ErrorRecords.Of(error, given));
        }

        return [];
    }

    private static string[] InFolder(string path) =>
        Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal)] : [path];

    private void Read(string file)
    {
        Cancellation.ThrowIfCancellationRequested();
        try
        {
            StoredReport report = StoredReport.Read(file);
            PSObject shown = new(report);
            // Under the names that summaries have them by, so that what sorts and selects those does so here, too.
            foreach (Metric metric in report.Metrics)
            {
                string name = MetricDefinition.PropertyOf(metric.Name);
                if (shown.Properties[name] is null) shown.Properties.Add(new PSNoteProperty(name, metric.Value));
            }

            WriteObject(shown);
        }
        catch (AgentSimException error)
        {
            WriteError(ErrorRecords.Of(error, file));
        }
    }
}
