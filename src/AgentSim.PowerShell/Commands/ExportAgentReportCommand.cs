using System.Management.Automation;
using AgentSim.Files;
using AgentSim.Reports;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Writes results of replays to a file. The file appears when the input has ended; when the pipeline fails or is stopped, an
/// existing file stays as it was.
/// </summary>
[Cmdlet(VerbsData.Export, "AgentReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportAgentReportCommand : AgentSimCommand
{
    private readonly List<ReplayResult> _results = [];
    private string _target = "";
    private bool _isWanted;

    /// <summary>The file to write; missing folders are created.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Results of Invoke-AgentReplay.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ReplayResult[] InputObject { get; set; } = [];

    /// <summary>What to write; by default what the name of the file says.</summary>
    [Parameter]
    public ReportFormat? Format { get; set; }

    /// <summary>Replaces the file if it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        _target = PathCommand.FileSystemPath(this, Path);
        Format ??= ReportFormats.Of(_target);
        _isWanted = ShouldProcess(_target, $"Write a report as {Format}");
        if (_isWanted && File.Exists(_target) && !Force) throw ErrorRecords.OutputExists(_target);
    }

    /// <inheritdoc/>
    protected override void Process() => _results.AddRange(InputObject);

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (Format != ReportFormat.Csv && _results.Count != 1)
            throw AgentSimException.Usage("ReportSeveral", $"a {Format} file holds one result ({_results.Count} given); export them one by one, or as {ReportFormat.Csv}");
        if (!_isWanted) return;
        AtomicFile.Write(_target, Write);
        if (PassThru) WriteObject(new FileInfo(_target));
    }

    private void Write(Stream stream)
    {
        switch (Format)
        {
            case ReportFormat.Json:
                ReportWriter.Write(stream, _results[0].Summary, _results[0].Run);
                break;
            case ReportFormat.Jsonl:
                RequestLogWriter.Write(stream, _results[0].Requests, Cancellation);
                break;
            default:
                ReportCsvWriter.Write(stream, [.. _results.Select(result => result.Summary.Metrics)]);
                break;
        }
    }
}
