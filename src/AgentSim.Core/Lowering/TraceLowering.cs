using AgentSim.Collections;
using AgentSim.Files;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Lowering;

/// <summary>
/// Turns the records of a request trace into Mooncake rows: agentic rows if the requests have an agent context, plain
/// rows if none has one (behaviour 01#2.6 to 01#4). Records are added one by one; only what the rows need is kept.
/// </summary>
/// <example><code>
/// var lowering = new TraceLowering();
/// foreach (TraceRecord record in RequestTraceReader.Read(["trace.jsonl.gz"])) lowering.Add(record);
/// foreach (MooncakeRow row in lowering.Rows()) …
/// </code></example>
public sealed class TraceLowering
{
    private readonly int _agenticVersion;
    private readonly MissingDependency _missing;
    private readonly HashIndex _hashes = new();
    private readonly ChunkList<LoweredRequest> _requests = new();
    private readonly NameTable _requestIds = new();
    private readonly SessionTable _sessions = new();
    private readonly ToolTable _tools = new();
    private readonly List<string> _files = [];   // that requests were read from
    private readonly List<TraceRecord> _edited = [];
    private readonly Dictionary<string, int> _models = new(StringComparer.Ordinal);
    private (string? Name, int Requests) _lastModel;   // not yet in the dictionary: the same model mostly follows
    private IRowSource? _rows;
    private bool _isComplete;

    /// <summary>Starts without records.</summary>
    /// <param name="agenticVersion">Version of agentic rows to make, 1 or 2 (behaviour 01#12).</param>
    /// <param name="missing">
    /// What to do where explicit causality, explicit edges or, for version 2, parents name what is not in the trace. Without
    /// them the order of the sessions follows from their times.
    /// </param>
    public TraceLowering(int agenticVersion = 1, MissingDependency missing = MissingDependency.Error)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(agenticVersion, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(agenticVersion, 2);
        (_agenticVersion, _missing) = (agenticVersion, missing);
    }

    /// <summary>Tokens for which one hash id of a row stands; 0 before the first request.</summary>
    public int TraceBlockSize { get; private set; }

    /// <summary>True if the requests have an agent context, so that the rows are agentic.</summary>
    public bool IsAgentic { get; private set; }

    /// <summary>Whether requests without a session are left out of a trace that has some with; otherwise such a trace is refused.</summary>
    public bool DropsSessionless { get; init; }

    /// <summary>Takes the files whose end is missing, of which the whole lines are read; null: such a file is a fault.</summary>
    public TornEnds? Torn { get; init; }

    /// <summary>Requests that were left out because they belong to no session.</summary>
    public int SessionlessDropped { get; private set; }

    /// <summary>Requests added, which is the number of rows.</summary>
    public int RequestCount => _requests.Count;

    /// <summary>Only requests to this model are added; null: all.</summary>
    public string? Model { get; init; }

    /// <summary>The models of all requests that came, also of those that were not added, with their numbers; most first.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Models
    {
        get
        {
            CountModel(null, 0);
            return [.. _models.OrderByDescending(model => model.Value).ThenBy(model => model.Key, StringComparer.Ordinal)];
        }
    }

    /// <summary>The warning about requests that were left out.</summary>
    public RunWarning OnSessionless() => new(
        WarningCodes.SessionlessDropped,
            $"{SessionlessDropped} of {SessionlessDropped + RequestCount} requests belong to no session and were left " +
                "out: their load is missing", SessionlessDropped);

    /// <summary>Adds a record; the order matters only among tool calls of equal times.</summary>
    /// <exception cref="AgentSimException">
    /// The record contradicts an earlier one (its id came before, another block size, another parent of the same
    /// session, an agent context where the others have none) or its hashes do not cover its prompt.
    /// </exception>
    /// <exception cref="InvalidOperationException">The rows were already asked for.</exception>
    public void Add(TraceRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.IsEdited) _edited.Add(record);
        if (_isComplete) throw new InvalidOperationException("The rows were already asked for.");
        switch (record)
        {
            case RequestRecord request:
                CountModel(request.Model, 1);
                if (Model is null || string.Equals(Model, request.Model, StringComparison.OrdinalIgnoreCase)) AddRequest(request);
                break;
            case ToolRecord { SessionId: { } session } tool when tool.EndUnixMs >= tool.StartUnixMs:
                _tools.Add(tool, _sessions.Add(session));
                break;
        }
    }

    /// <summary>Adds all records of files, as <see cref="RequestTraceReader"/> and <see cref="Add"/> together, but faster.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <param name="progress">Told the bytes read so far over all files, as they lie on disk.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="AgentSimException">A file cannot be read, or a record is malformed or contradicts an earlier one.</exception>
    public void AddFiles(IEnumerable<string> paths, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (RecordBatch batch in RecordBatch.Read([.. paths], readsDependencies: _agenticVersion == 2, Torn, cancel))
        {
            foreach (TraceRecord record in batch.Records) Add(record);
            progress?.Report(batch.BytesRead);
            batch.Dispose();
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The rows of all records added, sorted by start, end and id. Each is made when the enumeration reaches it.</summary>
    /// <exception cref="AgentSimException">There is no request, or records contradict each other, e.g. wait for each other.</exception>
    public IEnumerable<MooncakeRow> Rows() => Source().Rows();

    /// <summary>The same for one who only writes the rows.</summary>
    internal IEnumerable<MooncakeRow> CompactRows() => Source().CompactRows();

    private IRowSource Source()
    {
        if (_requests.Count == 0 && SessionlessDropped > 0)
            throw Errors.TraceEmpty.Error(
                $"none of the {SessionlessDropped} requests belongs to a session; leave the dropping out, the trace is not agentic");
        if (_requests.Count == 0)
            throw Errors.TraceEmpty.Error("the trace holds no finished request (no request_end record); was request tracing on?");
        if (_rows is null)
        {
            _isComplete = true;
            _hashes.Seal();
            if (_missing == MissingDependency.Drop) DropMissing();
            var table = new RequestTable(_requests, _requestIds, IsAgentic ? _sessions : new SessionTable()) { Files = _files };
            _rows = IsAgentic && _agenticVersion == 2
                ? new PlayRowSource(table, _hashes, TraceBlockSize, _tools)
                : new RowSource(table, _hashes, TraceBlockSize, IsAgentic ? new AgenticEdges(table, _tools) : null, _tools);
        }

        return _rows;
    }

    /// <summary>The same for one who keeps the rows: they know later whether they, or the records they are made of, were edited.</summary>
    /// <exception cref="AgentSimException">As <see cref="Rows"/>.</exception>
    public IEnumerable<MooncakeRow> KeptRows()
    {
        IEnumerable<MooncakeRow> rows = Rows();
        HashSet<RowOrigin> requests = [.. _edited.OfType<RequestRecord>().Select(record => new RowOrigin(record.Path, record.Line))];
        HashSet<string?> sessions = [.. _edited.OfType<ToolRecord>().Select(record => record.SessionId)];
        return rows.Select(row =>
        {
            bool isEdited = (row.Origin is { } origin && requests.Contains(origin)) || sessions.Contains(row.SessionId);
            row.Unedited = isEdited ? ~ContentHash.Of(row) : ContentHash.Of(row);
            return row;
        });
    }

    private void AddRequest(RequestRecord request)
    {
        request.Check();
        if (DropsSessionless && request.SessionId is null)
        {
            SessionlessDropped++;
            return;
        }

        if (_agenticVersion == 2 && request.SessionId is not null) CheckVersion2(request);
        bool isAgentic = request.SessionId is not null;
        if (_requests.Count == 0)
        {
            TraceBlockSize = (int)request.TraceBlockSize;
            IsAgentic = isAgentic;
        }
        else if (request.TraceBlockSize != TraceBlockSize)
        {
            throw request.Error(Errors.TraceBlockSizeMixed, 
                $"request {Quote.Of(request.RequestId)} has trace_block_size {request.TraceBlockSize}, earlier requests have " +
                    $"{TraceBlockSize}; convert them separately");
        }
        else if (isAgentic != IsAgentic)
        {
            throw request.Error(Errors.TraceModeMixed,
                $"request {Quote.Of(request.RequestId)} has {(isAgentic ? "an" : "no")} agent_context, earlier requests have "
                + $"{(isAgentic ? "none" : "one")}; all requests of a trace must agree ({Setting.DropSessionless} " +
                "leaves out those without)");
        }

        _requestIds.GetOrAdd(request.RequestId, out bool isNew);
        if (!isNew)
            throw request.Error(Errors.TraceRequestDuplicate,
                $"request_id {Quote.Of(request.RequestId)} came before; is a shard given twice?");
        int session = -1;
        if (request.SessionId is { } name)
        {
            session = _sessions.Add(name);
            if (request.ParentSessionId is { } parent) _sessions.SetParent(session, parent, request);
        }

        int firstRun = _hashes.RunCount;
        _hashes.Add(request.Hashes);
        _requests.Add(new LoweredRequest
        {
            Session = session,
            Start = request.StartUnixMs,
            End = request.EndUnixMs,
            InputLength = request.InputLength,
            OutputTokens = request.OutputTokens,
            FirstRun = firstRun,
            RunCount = _hashes.RunCount - firstRun,
            File = FileNumber(request.Path),
            Line = (int)Math.Min(request.Line, int.MaxValue),
            Model = _agenticVersion == 2 ? request.Model : null,
            Explicit = _agenticVersion == 2 && request.Dependencies.Count > 0
                ? new ExplicitEdges(request.Place, request.Dependencies) : null,
        });
    }

    // Requests of a file follow each other.
    private int FileNumber(string path)
    {
        if (path.Length == 0) return -1;
        if (_files.Count > 0 && _files[^1] == path) return _files.Count - 1;
        int known = _files.IndexOf(path);
        if (known >= 0) return known;
        _files.Add(path);
        return _files.Count - 1;
    }

    private void CountModel(string? name, int requests)
    {
        if (name == _lastModel.Name && requests > 0)
        {
            _lastModel.Requests += requests;
            return;
        }

        string key = _lastModel.Name ?? "(none)";
        if (_lastModel.Requests > 0) _models[key] = _models.GetValueOrDefault(key) + _lastModel.Requests;
        _lastModel = (name, requests);
    }

    // Version 1 passes over a parent without requests by itself, but its rows tell that there is one.
    private void DropMissing()
    {
        for (int i = 0; i < _tools.Count; i++)
        {
            if (_tools[i].Explicit?.Causality is not { } causality) continue;
            bool isWhole = _requestIds.Find(causality.SourceRequestId) >= 0
                && (causality.ConsumerRequestId is not { } consumer || _requestIds.Find(consumer) >= 0);
            if (!isWhole) _tools.DropCausality(i);
        }

        if (_agenticVersion == 1) return;
        for (int i = 0; i < _requests.Count; i++)
        {
            if (_requests[i].Explicit is not { } recorded) continue;
            RecordedDependency[] kept = [.. recorded.Dependencies.Where(dependency => _requestIds.Find(dependency.RequestId) >= 0)];
            _requests[i] = _requests[i] with { Explicit = recorded with { Dependencies = kept } };
        }

        var hasRequests = new bool[_sessions.Count];
        for (int i = 0; i < _requests.Count; i++)
        {
            if (_requests[i].Session is >= 0 and int session) hasRequests[session] = true;
        }

        for (int session = 0; session < _sessions.Count; session++)
        {
            if (_sessions.Parent(session) is { } name && (_sessions.Find(name) is not (>= 0 and int parent) || !hasRequests[parent]))
                _sessions.DropParent(session);
        }
    }

    // What a row of version 2 cannot do without.
    private static void CheckVersion2(RequestRecord request)
    {
        if (string.IsNullOrWhiteSpace(request.RequestId)) throw Fault("has a blank request_id");
        if (string.IsNullOrWhiteSpace(request.SessionId)) throw Fault("has a blank session_id");
        if (string.IsNullOrWhiteSpace(request.Model)) throw Fault("has no model");
        if (request.InputLength == 0) throw Fault("has an empty prompt");
        foreach (RecordedDependency dependency in request.Dependencies)
        {
            if (dependency.Trigger == DependencyTrigger.Dispatch && dependency.Relation != DependencyRelation.Spawn)
                throw Fault($"depends on the dispatch of {Quote.Of(dependency.RequestId)} without having been spawned by it");
        }

        AgentSimException Fault(string what) => request.Error(Errors.TraceRowInvalid,
            $"request {Quote.Of(request.RequestId)} {what}; rows of version 2 cannot express that");
    }
}
