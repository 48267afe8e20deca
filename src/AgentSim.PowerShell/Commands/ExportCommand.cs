using System.ComponentModel;
using System.Management.Automation;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that writes one file, which must not exist unless -Force is given.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ExportCommand : AgentSimCommand
{
    private string? _target;

    /// <summary>The file to write; missing folders are created.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string Path { get; set; } = "";

    /// <summary>Replaces the file if it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The file to write, as the file system names it.</summary>
    private protected string Target => _target ??= PathCommand.FileSystemPath(this, Path);

    /// <summary>True once <see cref="Confirm"/> found that the file is wanted.</summary>
    private protected bool IsWanted { get; private set; }

    /// <summary>Asks whether to write the file, as <c>ShouldProcess</c> does; throws where it must not be replaced.</summary>
    private protected void Confirm(string action)
    {
        IsWanted = ShouldProcess(Target, action);
        if (IsWanted && File.Exists(Target) && !Force) throw ErrorRecords.OutputExists(Target);
    }

    /// <summary>Returns the file that was written, if it is asked for.</summary>
    private protected void PassOn()
    {
        if (IsWanted && PassThru) WriteObject(new FileInfo(Target));
    }
}
