using System.ComponentModel;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// A cmdlet that streams what files hold. A file at fault is reported, without ending the pipeline, and the next one read.
/// </summary>
/// <typeparam name="T">What a file holds.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ImportCommand<T> : PathCommand
{
    /// <summary>Reads one file while it is enumerated.</summary>
    /// <param name="file">The file.</param>
    /// <param name="progress">Told the bytes read so far.</param>
    protected abstract IEnumerable<T> Read(string file, IProgress<long> progress);

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        foreach (string given in GivenPaths)
        {
            foreach (string file in Attempt(given, () => FilesOf(given)) ?? []) Stream(file);
        }
    }

    private void Stream(string file)
    {
        var progress = new ProgressDisplay(this, $"Reading {file}");
        using IEnumerator<T> items = Read(file, progress.Reading([file])).GetEnumerator();
        while (Attempt(file, items.MoveNext)) WriteObject(items.Current);
        progress.Complete();
    }

    private TResult? Attempt<TResult>(string target, Func<TResult> action)
    {
        try
        {
            return action();
        }
        catch (AgentSimException error)
        {
            WriteError(ErrorRecords.Of(error, target));
            return default;
        }
    }
}
