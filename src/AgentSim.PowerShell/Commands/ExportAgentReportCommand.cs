using System.Collections;
using System.Management.Automation;
using AgentSim.Capacity;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Writes results of replays to a file. The file appears when the input has ended; when the pipeline fails or is stopped, an
/// existing file stays as it was.
/// </summary>
[Cmdlet(VerbsData.Export, "AgentReport", DefaultParameterSetName = ReplaySet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportAgentReportCommand : ExportCommand
{
    private const string ReplaySet = "InputObject";
    private const string CapacitySet = "Capacity";
    private const string FileSet = "Report";

    private readonly List<ReplayResult> _results = [];
    private readonly List<CapacityAnswer> _answers = [];
    private IReadOnlyList<MetricLimit> _limits = [];

    /// <summary>Results of Invoke-AgentReplay.</summary>
    [Parameter(ParameterSetName = ReplaySet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ReplayResult[] InputObject { get; set; } = [];

    /// <summary>Answers of Find-AgentCapacity.</summary>
    [Parameter(ParameterSetName = CapacitySet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public CapacityAnswer[] Capacity { get; set; } = [];

    /// <summary>Report files in place of results, for a page or tables of them.</summary>
    [Parameter(ParameterSetName = FileSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] Report { get; set; } = [];

    /// <summary>The request logs of the report files, in their order; an empty text for one without.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [AllowEmptyString]
    [ValidateNotNull]
    public string[] RequestLog { get; set; } = [];

    /// <summary>What to call the results, one name for each in their order; in place of the settings in which they differ.</summary>
    [Parameter(ParameterSetName = ReplaySet)]
    [Parameter(ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The limits that the results are tested against, as for Test-AgentReplay; relative ones refer to the first result.</summary>
    [Parameter(ParameterSetName = ReplaySet)]
    [Parameter(ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LimitCompleter))]
    public IDictionary? Limit { get; set; }

    /// <summary>What to write; by default what the name of the file says.</summary>
    [Parameter]
    public ReportFormat? Format { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        Format ??= ReportFormats.Of(Target);
        if (Name.Length > 0 && Format is ReportFormat.Json or ReportFormat.Jsonl)
            throw Errors.OptionsConflict.Error(
                $"-Name is not for {Format}, which has no names; use it with {ReportFormat.Csv}, {ReportFormat.Html} or " +
                    $"{ReportFormat.Markdown}");
        if (Limit is not null && Format is not (ReportFormat.Html or ReportFormat.Markdown))
            throw Errors.OptionsConflict.Error(
                $"-Limit is for {ReportFormat.Html} and {ReportFormat.Markdown}; Test-AgentReplay tests without a file");
        if (Report.Length > 0 && Format is ReportFormat.Json or ReportFormat.Jsonl)
            throw Errors.OptionsConflict.Error($"-Report is not for {Format}, which such files are already; copy them");
        if (RequestLog.Length > 0 && RequestLog.Length != Report.Length)
        {
            throw Errors.OptionsConflict.Error(
                $"-RequestLog has {RequestLog.Length} logs and there are {Report.Length} reports; give one for each, '' for one without");
        }

        foreach (string file in Report.Concat(RequestLog.Where(log => log.Length > 0)))
        {
            if (PathCommand.FileSystemPath(this, file) == Target)
                throw Errors.OptionsConflict.Error($"-Path would replace {file}, which is read; name another file");
        }

        _limits = Limit is null ? [] : MetricLimits.Of(Limit);
        Confirm($"Write a report as {Format}");
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == CapacitySet) _answers.AddRange(Capacity);
        _results.AddRange(InputObject);
        for (int i = 0; i < Report.Length; i++)
        {
            string? log = RequestLog.ElementAtOrDefault(i) is { Length: > 0 } given ? PathCommand.FileSystemPath(this, given) : null;
            _results.Add(StoredRun.Read(PathCommand.FileSystemPath(this, Report[i]), log, Cancellation));
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_answers.Count > 0)
        {
            ExportAnswers();
            return;
        }

        if (_results.Count == 0) throw Errors.ReportEmpty.Error("there is no result to write");
        if (Format is ReportFormat.Json or ReportFormat.Jsonl && _results.Count != 1)
            throw Errors.ReportSeveral.Error(
                $"a {Format} file holds one result ({_results.Count} given); export them one by one, or in another format");
        if (Name.Length > 0 && Name.Length != _results.Count)
            throw Errors.NameCountWrong.Error($"-Name has {Name.Length} names and there are {_results.Count} results; give one for each");
        IReadOnlyList<ReportedRun> runs =
            RunLimits.Test([.. _results.Select((result, i) => new ReportedRun(result, NameOf(i)))], _limits);
        if (!IsWanted) return;
        AtomicFile.Write(Target, stream => Write(stream, runs));
        PassOn();
    }

    private void ExportAnswers()
    {
        if (_results.Count > 0) throw Errors.OptionsConflict.Error("results of replays and answers of a search do not go into one file");
        Action<Stream> write = Format switch
        {
            ReportFormat.Json => stream => CapacityFile.WriteJson(stream, _answers),
            ReportFormat.Csv => stream => CapacityFile.WriteCsv(stream, _answers),
            ReportFormat.Html => stream => CapacityPage.Write(stream, _answers, Cancellation),
            _ => throw Errors.OptionsConflict.Error($"a capacity is written as {ReportFormat.Csv}, {ReportFormat.Html} or "
                + $"{ReportFormat.Json}"),
        };
        if (!IsWanted) return;
        AtomicFile.Write(Target, write);
        PassOn();
    }

    // Files are called as Import-AgentReport calls them.
    private string? NameOf(int run) => Name.ElementAtOrDefault(run)
        ?? (Report.Length > 0 ? _results[run].Run.Name ?? System.IO.Path.GetFileNameWithoutExtension(Report[run]) : null);

    private void Write(Stream stream, IReadOnlyList<ReportedRun> runs)
    {
        switch (Format)
        {
            case ReportFormat.Json:
                ReportWriter.Write(stream, _results[0].Summary, _results[0].Run);
                break;
            case ReportFormat.Jsonl:
                RequestLogWriter.Write(stream, _results[0].Requests, Cancellation);
                break;
            case ReportFormat.Csv:
                ReportCsvWriter.Write(stream, [.. _results.Select(result => result.Summary.Metrics)],
                    Name.Length + Report.Length > 0 ? [.. runs.Select(run => run.Name!)] : null);
                break;
            case ReportFormat.Html:
                HtmlReport.Write(stream, runs, Cancellation);
                break;
            default:
                ReportMarkdown.Write(stream, runs);
                break;
        }
    }
}
