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

    /// <summary>Files and folders; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files and folders, taken literally.</summary>
    [Parameter(ParameterSetName = LiteralPathSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The paths the user gave, in the current parameter set.</summary>
    protected IReadOnlyList<string> GivenPaths => ParameterSetName == LiteralPathSet ? LiteralPath : Path;

    /// <summary>
    /// The files that one given path stands for: a folder stands for its direct <c>*.jsonl</c> and <c>*.jsonl.gz</c> files,
    /// a wildcard for the files it matches, in ordinal order of the names.
    /// </summary>
    /// <exception cref="AgentSimException">There is no such file, or it is not in the file system.</exception>
    protected IReadOnlyList<string> FilesOf(string given)
    {
        if (ParameterSetName == LiteralPathSet) return InputFiles.Expand([FileSystemPath(given)]);
        Collection<string> found;
        ProviderInfo provider;
        try
        {
            found = GetResolvedProviderPathFromPSPath(given, out provider);
        }
        catch (Exception error) when (error is ItemNotFoundException or SessionStateException)
        {
            throw ErrorRecords.PathMissing(given, error);
        }

        if (provider.Name != FileSystem) throw ErrorRecords.NotFileSystem(given, provider);
        if (!WildcardPattern.ContainsWildcardCharacters(given)) return InputFiles.Expand(found);
        string[] files = [.. found.Where(File.Exists)];
        if (files.Length == 0) throw ErrorRecords.NoMatch(given);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
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
