using System.ComponentModel;
using System.Management.Automation;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// A cmdlet that streams what files hold. A row or file at fault is reported, without ending the pipeline, and passed over.
/// </summary>
/// <typeparam name="T">What a file holds.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ImportCommand<T> : PathCommand
{
    /// <summary>Ends the pipeline at the first fault.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <inheritdoc/>
    protected sealed override bool EndsAtFault => Strict;

    /// <summary>Reads one file while it is enumerated.</summary>
    /// <param name="file">The file.</param>
    /// <param name="onBadRow">Told of each row at fault; null if the first one ends the reading.</param>
    /// <param name="progress">Told the bytes read so far.</param>
    protected abstract IEnumerable<T> Read(string file, Action<AgentSimException>? onBadRow, IProgress<long> progress);

    /// <inheritdoc/>
    protected sealed override void Process() => ForEachFile((file, onBadRow, progress) =>
    {
        foreach (T item in Read(file, onBadRow, progress)) WriteObject(item);
    });
}
