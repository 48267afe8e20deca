using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Imports;

/// <summary>Turns what an import found into records of a request trace, each made when the enumeration reaches it.</summary>
internal sealed class ImportRecords(ImportAssembly assembly, TextIdentity identity, ImportOptions options)
{
    /// <summary>All records in the order of their ends, requests before tool calls of the same time.</summary>
    public IEnumerable<TraceRecord> All(CancellationToken cancel)
    {
        List<SourceRequest> requests = [.. assembly.Requests];
        List<SourceTool> tools = [.. assembly.Tools];
        requests.Sort((x, y) => x.EndMs != y.EndMs ? x.EndMs.CompareTo(y.EndMs) : RequestOrder.Compare(x, y));
        tools.Sort((x, y) => x.EndMs != y.EndMs ? x.EndMs.CompareTo(y.EndMs) : RequestOrder.Compare(x, y));
        HashSet<SourceSession> written = [.. requests.Where(request => request.Session is not null).Select(request => request.Session!)];
        bool isMixed = written.Count > 0 && requests.Exists(request => request.Session is null);
        var explained = new HashSet<SourceSession>();   // children whose tool is known
        int next = 0;
        foreach (SourceRequest request in requests)
        {
            cancel.ThrowIfCancellationRequested();
            for (; next < tools.Count && tools[next].EndMs < request.EndMs; next++) yield return Record(tools[next], written, explained);
            yield return Record(request, written, isMixed);
        }

        for (; next < tools.Count; next++) yield return Record(tools[next], written, explained);
    }

    private RequestRecord Record(SourceRequest request, HashSet<SourceSession> written, bool isMixed) => new()
    {
        EventType = TraceNames.RequestEnd,
        EventUnixMs = request.EndMs,
        // Names of recordings are ids, too.
        Path = options.IsAnonymous ? "" : request.Place.Path,
        Line = options.IsAnonymous ? 0 : request.Place.Line,
        SessionId = request.Session?.Id ?? (isMixed ? request.RequestId : null),
        ParentSessionId = Parent(request.Session, written),
        RequestId = request.RequestId,
        Model = request.Model,
        InputTokens = (ulong)request.InputTokens,
        InputLength = request.InputTokens,
        CachedTokens = request.CachedTokens is { } cached ? (ulong)Math.Max(0, cached) : null,
        OutputTokens = request.OutputTokens,
        ReceivedUnixMs = request.StartMs,
        TotalTimeMs = request.EndMs - request.StartMs,
        TtftMs = request.TtftMs,
        AverageItlMs = request.AverageItlMs,
        TraceBlockSize = assembly.BlockSize,
        InputSequenceHashes = request.Path!.ToHashes(),
        Dependencies = [.. request.Dependencies.Where(edge => !edge.Request.Kept.IsContextOnly)
            .Select(edge => new RecordedDependency(edge.Request.Kept.RequestId, edge.Relation, edge.Trigger)).Distinct()],
        Finish = Finish(request),
        Import = new ImportOrigin(request.Format, Name(request.Times), Name(request.Output), Name(request.Prefix)),
    };

    private ToolRecord Record(SourceTool tool, HashSet<SourceSession> written, HashSet<SourceSession> explained) => new()
    {
        EventType = tool.Status == "error" ? TraceNames.ToolError : TraceNames.ToolEnd,
        EventUnixMs = tool.EndMs,
        SessionId = tool.Session.Id,
        ParentSessionId = Parent(tool.Session, written),
        ToolCallId = Call(tool.CallId),
        ToolClass = tool.Class,
        StartedUnixMs = tool.StartMs,
        EndedUnixMs = tool.EndMs,
        DurationMs = tool.DurationMs ?? tool.EndMs - tool.StartMs,
        Status = tool.Status,
        OutputBytes = tool.OutputBytes is { } bytes ? (ulong)bytes : null,
        ErrorType = tool.ErrorType,
        Causality = Causality(tool, written, explained),
    };

    // Only where all that it names is there, for a reader takes anything else for an error, and a second tool for a child, too.
    private static ToolCausality? Causality(SourceTool tool, HashSet<SourceSession> written, HashSet<SourceSession> explained)
    {
        if (tool.Source?.Kept is not { IsContextOnly: false } source || source.Session != tool.Session) return null;
        if (tool.Child is not { } child || child.Parent != tool.Session || !written.Contains(child) || !explained.Add(child))
            return tool.IsBackground ? new ToolCausality(source.RequestId, null, null, "background") : null;
        SourceRequest? consumer = tool.Consumer?.Kept;
        if (consumer is { IsContextOnly: true } || consumer?.Session != tool.Session) consumer = null;
        return new ToolCausality(source.RequestId, consumer?.RequestId, child.Id, tool.IsBackground ? "background" : "blocking");
    }

    private static string? Parent(SourceSession? session, HashSet<SourceSession> written) =>
        session?.Parent is { } parent && written.Contains(parent) ? parent.Id : null;

    private FinishReason? Finish(SourceRequest request)
    {
        if (request.FinishReason is null && request.ToolCalls.Count == 0) return null;
        FinishToolCall[] calls = [.. request.ToolCalls.Select((call, i) =>
            new FinishToolCall(0, (uint)i, call.Id is { } id ? Call(id) : null, call.Name))];
        return new FinishReason(request.FinishReason, null, null, calls);
    }

    private string Call(string id) => options.IsAnonymous ? ImportIds.Hidden(identity, "call", id) : id;

    private static string Name(TimeOrigin origin) => origin switch { TimeOrigin.Recorded => "recorded", TimeOrigin.Derived => "derived",
        _ => "estimated" };

    private static string Name(OutputOrigin origin) => origin == OutputOrigin.Reported ? "reported" : "estimated";

    private static string Name(PrefixOrigin origin) => origin switch
    {
        PrefixOrigin.Recorded => "recorded", PrefixOrigin.Chain => "chain", PrefixOrigin.Pool => "pool", PrefixOrigin.Usage =>
            "usage", _ => "none",
    };
}
