using System.Runtime.InteropServices;
using AgentSim.Files;
using AgentSim.Traces;

namespace AgentSim.Sessions;

/// <summary>
/// Makes sessions out of the records of request traces (behaviour 01#2.3 and 01#2.5). Records are added one by one, in any
/// order; prompts are not kept.
/// </summary>
/// <example><code>
/// var collector = new SessionCollector();
/// collector.AddFiles(["trace.jsonl.gz"]);
/// foreach (AgentSession session in collector.Sessions()) …
/// </code></example>
public sealed class SessionCollector
{
    private readonly Dictionary<string, SessionData> _sessions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _requestIds = new(StringComparer.Ordinal);

    /// <summary>Takes the files whose end is missing, of which the whole lines are read; null: such a file is a fault.</summary>
    public TornEnds? Torn { get; init; }

    /// <summary>Requests that belong to no session, as in traces without agent context; they are counted and passed over.</summary>
    public int RequestsWithoutSession { get; private set; }

    /// <summary>Adds a record. Tool calls count as they do for rows: if they have a session and do not end before they start.</summary>
    /// <exception cref="AgentSimException">The id of the request came before, or the session has another parent; the record is not
    /// added.</exception>
    public void Add(TraceRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.SessionId is not { } id)
        {
            if (record is RequestRecord) RequestsWithoutSession++;
            return;
        }

        if (record is ToolRecord call && call.EndUnixMs < call.StartUnixMs) return;
        if (record is RequestRecord { RequestId: var requestId } && _requestIds.Contains(requestId))
            throw record.Error(Errors.TraceRequestDuplicate, $"request_id {Quote.Of(requestId)} came before; is a shard given twice?");
        ref SessionData? session = ref CollectionsMarshal.GetValueRefOrAddDefault(_sessions, id, out _);
        session ??= new SessionData(id);
        session.SetParent(record);
        if (record is RequestRecord request)
        {
            _requestIds.Add(request.RequestId);
            session.Add(request);
        }
        else if (record is ToolRecord tool)
        {
            session.Add(tool);
        }
    }

    /// <summary>Adds all records of files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="onBadRow">Told of each record that is malformed or contradicts an earlier one, which is then passed over; null: the
    /// first ends the reading.</param>
    /// <param name="progress">Told the bytes read so far over all files, as they lie on disk.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="AgentSimException">A file cannot be read.</exception>
    public void AddFiles(
        IEnumerable<string> paths, Action<AgentSimException>? onBadRow = null, IProgress<long>? progress = null,
            CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (TraceRecord record in RequestTraceReader.Parse(paths, readsDependencies: false, onBadRow, progress, Torn, cancel))
        {
            try
            {
                Add(record);
            }
            catch (AgentSimException error) when (onBadRow is not null)
            {
                onBadRow(error);
            }
        }
    }

    /// <summary>The sessions of all records added, each made when the enumeration reaches it.</summary>
    /// <param name="asTree">True: every session before its children; false: by start. Sessions of one parent are in order of start either
    /// way, then of their ids.</param>
    public IEnumerable<AgentSession> Sessions(bool asTree = false)
    {
        SessionData[] byStart = [.. _sessions.Values.Order(ByStart.Instance)];
        List<SessionData> tree = SessionTree.Arrange(byStart, id => _sessions.GetValueOrDefault(id));
        return (asTree ? (IEnumerable<SessionData>)tree : byStart).Select(session => session.ToSession());
    }

    private sealed class ByStart : IComparer<SessionData>
    {
        public static readonly ByStart Instance = new();

        public int Compare(SessionData? x, SessionData? y)
        {
            int order = x!.Start.CompareTo(y!.Start);
            return order != 0 ? order : string.CompareOrdinal(x.Id, y.Id);
        }
    }
}
