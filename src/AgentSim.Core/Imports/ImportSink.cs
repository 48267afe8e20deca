using AgentSim.Files;

namespace AgentSim.Imports;

/// <summary>Takes what the readers of formats find, and counts what they had to leave out.</summary>
internal sealed class ImportSink : IDisposable
{
    private const int MaxExamples = 5;

    private readonly Dictionary<(string Format, string Name), SourceSession> _sessions = [];
    private readonly Dictionary<string, DropCount> _drops = new(StringComparer.Ordinal);
    private readonly ByteProgress _bytes;
    private readonly Action<string, AgentSimException>? _onBadFile;

    /// <param name="options">What was asked for.</param>
    /// <param name="onBadFile">Told of files that cannot be read, which are passed over; null: the first ends the import.</param>
    /// <param name="progress">Told the bytes read so far.</param>
    public ImportSink(ImportOptions options, Action<string, AgentSimException>? onBadFile = null, IProgress<long>? progress = null)
    {
        Options = options;
        _onBadFile = onBadFile;
        Identity = new TextIdentity(options.Salt);
        _bytes = new ByteProgress(progress);
        OnBytes = _bytes.Add;
    }

    /// <summary>What was asked for.</summary>
    public ImportOptions Options { get; }

    /// <summary>Makes identities of texts.</summary>
    public TextIdentity Identity { get; }

    /// <summary>To be told of the bytes read of a file, for progress.</summary>
    public Action<int> OnBytes { get; }

    /// <summary>All sessions that were named.</summary>
    public IReadOnlyCollection<SourceSession> Sessions => _sessions.Values;

    /// <summary>All requests, copies included.</summary>
    public List<SourceRequest> Requests { get; } = [];

    /// <summary>All tool calls, copies included.</summary>
    public List<SourceTool> Tools { get; } = [];

    /// <summary>What was left out or repaired.</summary>
    public IEnumerable<DropCount> Drops => _drops.Values;

    /// <summary>The formats in use with the versions of the programs that wrote the files.</summary>
    public SortedDictionary<string, SortedSet<string>> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>Things a person should know, each once.</summary>
    public SortedSet<string> Warnings { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests that were left out because another model was chosen, by theirs.</summary>
    internal SortedDictionary<string, int> OtherModels { get; } = new(StringComparer.Ordinal);

    /// <summary>Files that give nothing, with the reason.</summary>
    internal Dictionary<string, string> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Pauses that were cut to the longest idle time.</summary>
    internal long CutPauses { get; set; }

    /// <summary>Waits for tools that were cut to the longest one.</summary>
    internal long CutToolWaits { get; set; }

    /// <summary>The session of a name, which is made when it is named first.</summary>
    public SourceSession Session(ISourceFormat format, string name)
    {
        if (!_sessions.TryGetValue((format.Name, name), out SourceSession? session))
            _sessions.Add((format.Name, name), session = new SourceSession(format.Name, name));
        return session;
    }

    /// <summary>Takes a request.</summary>
    /// <param name="format">Its format.</param>
    /// <param name="request">The request; more may be said about it until reading ends.</param>
    public void Add(ISourceFormat format, SourceRequest request)
    {
        request.Format = format.Name;
        Requests.Add(request);
    }

    /// <summary>Takes a tool call.</summary>
    public void Add(SourceTool tool) => Tools.Add(tool);

    /// <summary>Notes which version of a program wrote a file.</summary>
    public void NoteVersion(ISourceFormat format, string? version)
    {
        if (!Versions.TryGetValue(format.Name, out SortedSet<string>? versions))
            Versions.Add(format.Name, versions = new SortedSet<string>(VersionOrder.Instance));
        if (!string.IsNullOrWhiteSpace(version)) versions.Add(version);
    }

    /// <summary>Counts things that are left out.</summary>
    public void Drop(DropReason reason, long count = 1)
    {
        if (count > 0) Count(reason).Number += count;
    }

    /// <summary>Counts something that is left out, and keeps the first few messages of a kind.</summary>
    public void Drop(DropReason reason, AgentSimException detail)
    {
        DropCount count = Count(reason);
        count.Number++;
        if (count.Examples.Count < MaxExamples) count.Examples.Add(detail.Message);
    }

    /// <summary>Says why a file gives nothing, for the summary.</summary>
    public void Refuse(string path, string reason) => Refused[path] = reason;

    /// <summary>Says that a file cannot be read at all; ends the import unless somebody wants to be told.</summary>
    /// <exception cref="AgentSimException">The import is strict, or nobody does.</exception>
    public void BadFile(string path, AgentSimException error)
    {
        if (_onBadFile is null || Options.IsStrict) throw error;
        _onBadFile(path, error);
    }

    /// <summary>Opens a file that is not read by lines; null if it cannot be opened, which was said then.</summary>
    public SourceBytes? Open(string path)
    {
        try
        {
            return new SourceBytes(path, OnBytes);
        }
        catch (AgentSimException error)
        {
            BadFile(path, error);
            return null;
        }
    }

    /// <summary>Counts a fault of the source that was passed over or repaired; ends a strict import.</summary>
    /// <exception cref="AgentSimException">The import is strict.</exception>
    public void Fault(DropReason reason, AgentSimException error)
    {
        if (Options.IsStrict) throw error;
        Drop(reason, error);
    }

    public void Dispose() => Identity.Dispose();

    private DropCount Count(DropReason reason)
    {
        if (!_drops.TryGetValue(reason.Name, out DropCount? count)) _drops.Add(reason.Name, count = new DropCount(reason));
        return count;
    }
}

/// <summary>How often something was left out.</summary>
internal sealed class DropCount(DropReason reason)
{
    public DropReason Reason { get; } = reason;

    public long Number { get; set; }

    /// <summary>The first few messages, each with its place.</summary>
    public List<string> Examples { get; } = [];
}

/// <summary>Versions by their numbers, then by their text: 2.0.76 before 2.0.105.</summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        bool hasX = Version.TryParse(x, out Version? first), hasY = Version.TryParse(y, out Version? second);
        int order = hasX && hasY ? first!.CompareTo(second) : hasX.CompareTo(hasY);
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }
}
