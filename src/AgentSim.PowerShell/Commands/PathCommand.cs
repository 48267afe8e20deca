using System.Collections.ObjectModel;
using System.ComponentModel;
using System.Management.Automation;
using AgentSim.Files;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that reads files given by <c>-Path</c> or <c>-LiteralPath</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PathCommand : AgentSimCommand
{
    /// <summary>Name of the parameter set of <see cref="Path"/>.</summary>
    protected const string PathSet = "Path";

    /// <summary>Name of the parameter set of <see cref="LiteralPath"/>.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    private const string FileSystem = "FileSystem";

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="onBadRow">To be told of each row at fault; null if the first one ends the reading.</param>
    /// <param name="progress">To be told the bytes read so far.</param>
    protected delegate void ReadFile(string file, Action<AgentSimException>? onBadRow, IProgress<long> progress);

    /// <summary>Files and folders; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [PathText]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] Path { get; set; } = [];

    /// <summary>Files and folders, taken literally.</summary>
    [Parameter(ParameterSetName = LiteralPathSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Whether a folder stands for the traces below it, too.</summary>
    protected virtual bool Recurses => false;

    /// <summary>Whether <see cref="ForEachFile(ReadFile)"/> ends the pipeline at the first fault.</summary>
    protected virtual bool EndsAtFault => false;

    /// <summary>The paths the user gave, in the current parameter set.</summary>
    protected IReadOnlyList<string> GivenPaths => ParameterSetName == LiteralPathSet ? LiteralPath : Path;

    /// <summary>
    /// The files that one given path stands for: a folder stands for its <c>*.jsonl</c> and <c>*.jsonl.gz</c> files,
    /// a wildcard for the files it matches, in ordinal order of the names.
    /// </summary>
    /// <exception cref="AgentSimException">There is no such file, or it is not in the file system.</exception>
    protected IReadOnlyList<string> FilesOf(string given) => FilesOf(this, given, ParameterSetName == LiteralPathSet, Recurses);

    internal static IReadOnlyList<string> FilesOf(PSCmdlet command, string given, bool isLiteral, bool recurses = false)
    {
        if (isLiteral) return InputFiles.Expand([FileSystemPath(command, given)], recurses);
        Collection<string> found;
        ProviderInfo provider;
        try
        {
            found = command.GetResolvedProviderPathFromPSPath(given, out provider);
        }
        catch (Exception error) when (error is ItemNotFoundException or SessionStateException)
        {
            throw ErrorRecords.PathMissing(given, error);
        }

        if (provider.Name != FileSystem) throw ErrorRecords.NotFileSystem(given, provider);
        if (!WildcardPattern.ContainsWildcardCharacters(given)) return InputFiles.Expand(found, recurses);
        string[] files = [.. found.Where(File.Exists)];
        if (files.Length == 0) throw ErrorRecords.NoMatch(given);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>
    /// Reads the files of all given paths. A path, file or row at fault is reported, with the path or file as the target,
    /// and passed over.
    /// </summary>
    /// <param name="read">Reads a file.</param>
    protected void ForEachFile(ReadFile read)
    {
        foreach (string given in GivenPaths) Attempt(given, () => ForEachFile(FilesOf(given), read));
    }

    /// <summary>Reads files as <see cref="ForEachFile(ReadFile)"/> does.</summary>
    protected void ForEachFile(IReadOnlyList<string> files, ReadFile read)
    {
        ArgumentNullException.ThrowIfNull(files);
        foreach (string file in files)
        {
            var progress = new ProgressDisplay(this, $"Reading {file}");
            Attempt(file, () => read(file, EndsAtFault ? null : error => WriteError(ErrorRecords.Of(error, file)),
                progress.Reading([file])));
            progress.Complete();
        }
    }

    /// <summary>Does something; if it fails, that is reported without ending the pipeline.</summary>
    /// <param name="target">What it is done with.</param>
    /// <param name="action">What to do.</param>
    protected void Attempt(object target, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            action();
        }
        catch (AgentSimException error) when (!EndsAtFault)
        {
            WriteError(ErrorRecords.Of(error, target));
        }
    }

    /// <summary>The path in the file system of a PowerShell path that need not exist.</summary>
    /// <exception cref="AgentSimException">It is not in the file system.</exception>
    protected string FileSystemPath(string path) => FileSystemPath(this, path);

    internal static string FileSystemPath(PSCmdlet command, string path)
    {
        try
        {
            string resolved = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return provider.Name == FileSystem ? resolved : throw ErrorRecords.NotFileSystem(path, provider);
        }
        catch (SessionStateException error)
        {
            throw ErrorRecords.PathMissing(path, error);
        }
    }
}

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

    /// <summary>Reads the whole lines of files whose end is missing, which are refused otherwise.</summary>
    [Parameter]
    public SwitchParameter AllowTorn { get; set; }

    /// <inheritdoc/>
    protected sealed override bool EndsAtFault => Strict;

    /// <summary>Reads one file while it is enumerated.</summary>
    /// <param name="file">The file.</param>
    /// <param name="onBadRow">Told of each row at fault; null if the first one ends the reading.</param>
    /// <param name="torn">Told that the file's end is missing; null if such a file is refused.</param>
    /// <param name="progress">Told the bytes read so far.</param>
    protected abstract IEnumerable<T> Read(
        string file, Action<AgentSimException>? onBadRow, TornEnds? torn, IProgress<long> progress);

    /// <inheritdoc/>
    protected sealed override void Process() => ForEachFile((file, onBadRow, progress) =>
    {
        TornEnds torn = TornEnds.Of(AllowTorn);
        foreach (T item in Read(file, onBadRow, torn, progress)) WriteObject(item);
        foreach (RunWarning warning in torn.Warnings()) WriteWarning(warning.In(ParameterNames.Wording));
    });
}
