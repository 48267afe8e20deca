using System.IO.Compression;
using System.Management.Automation;
using AgentSim.Files;
using AgentSim.Rows;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Writes Mooncake rows to a file, gzipped if its name ends in <c>.gz</c>. The file appears when the input has ended;
/// when the pipeline fails or is stopped, an existing file stays as it was.
/// </summary>
[Cmdlet(VerbsData.Export, "AgentMooncake", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportAgentMooncakeCommand : ExportCommand
{
    private AtomicFile? _file;
    private GZipStream? _gzip;
    private MooncakeFileWriter? _writer;
    private bool _hasRows;

    /// <summary>The rows.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public MooncakeRow[] InputObject { get; set; } = [];

    /// <summary>Version of agentic rows that the file has to have.</summary>
    [Parameter]
    [ValidateSet("1", "2")]
    [Number(Whole = true)]
    public int? Version { get; set; }

    /// <summary>What to do about rows that wait for rows that are not among the input.</summary>
    [Parameter]
    public MissingDependency MissingDependency { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        Confirm("Write Mooncake rows");
        if (!IsWanted) return;
        _file = AtomicFile.Create(Target);
        if (Target.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            _gzip = new GZipStream(_file.Stream, CompressionLevel.Optimal, leaveOpen: true);
        _writer = new MooncakeFileWriter((Stream?)_gzip ?? _file.Stream, Version, MissingDependency);
    }

    /// <inheritdoc/>
    protected override void Process() => Write(writer =>
    {
        _hasRows |= InputObject.Length > 0;
        foreach (MooncakeRow row in InputObject) writer.Add(row);
    });

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (IsWanted && !_hasRows) throw Errors.RowsMissing.Error("no rows came, so that there is no file to write");
        Write(writer =>
        {
            writer.Finish(Cancellation);
            _gzip?.Dispose();
        });
        _file?.Commit();
        PassOn();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _file?.Dispose();
        base.Dispose(disposing);
    }

    private void Write(Action<MooncakeFileWriter> action)
    {
        if (_writer is null) return;
        try
        {
            action(_writer);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(Target, error);
        }
    }
}
