using AgentSim.Rows;

namespace AgentSim.Imports;

/// <summary>
/// A model call as the reader of a format found it: what all formats have in common. Readers fill it in and hand it to
/// <see cref="ImportSink"/>; everything that needs more than one of them – which copies to keep, what prompts share, when
/// things start after caps and rebasing – is done afterwards, in one place for all formats.
/// </summary>
internal sealed class SourceRequest
{
    /// <summary>The session it belongs to; null when the source has none.</summary>
    public SourceSession? Session { get; init; }

    /// <summary>What tells it apart within its session (without a session: within its file).</summary>
    public required string SourceId { get; init; }

    /// <summary>
    /// What tells it apart everywhere, e.g. the id of the provider's answer: two requests with the same one are one, whichever
    /// sessions and files they were found in. Null: session and <see cref="SourceId"/> together.
    /// </summary>
    public string? GlobalId { get; init; }

    /// <summary>Whether it was found in a file that is not its session's own, so that another copy is to be preferred.</summary>
    public bool IsCopy { get; init; }

    /// <summary>Its place among the requests of its session that start and end at the same time.</summary>
    public long Sequence { get; init; }

    /// <summary>Where it was found.</summary>
    public required SourcePlace Place { get; init; }

    /// <summary>When it was sent, milliseconds since 1970 (or since the source's own zero, if all its times are such).</summary>
    public long StartMs { get; set; }

    /// <summary>When its answer was complete; not before <see cref="StartMs"/>.</summary>
    public long EndMs { get; set; }

    /// <summary>Where the times come from.</summary>
    public TimeOrigin Times { get; set; }

    /// <summary>Tokens of the whole prompt as reported, what came from a cache included.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Prompt tokens that the provider found in its cache, if reported. No property of the workload; used where the chain says
    /// nothing.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public long OutputTokens { get; set; }

    /// <summary>Where <see cref="OutputTokens"/> comes from.</summary>
    public OutputOrigin Output { get; set; }

    /// <summary>For an estimated output: what it cannot be less than.</summary>
    public long OutputFloor { get; init; }

    /// <summary>Time to the first token, only if recorded.</summary>
    public double? TtftMs { get; init; }

    /// <summary>Mean gap between tokens, only if recorded.</summary>
    public double? AverageItlMs { get; init; }

    /// <summary>How the answer ended, in OpenAI's words: <c>stop</c>, <c>length</c>, <c>tool_calls</c>, <c>content_filter</c>; null if
    /// unknown.</summary>
    public string? FinishReason { get; init; }

    /// <summary>The tool calls in its answer, in order.</summary>
    public IReadOnlyList<SourceToolCall> ToolCalls { get; init; } = [];

    /// <summary>The model that was asked.</summary>
    public string? Model { get; init; }

    /// <summary>What its prompt consists of; null: nothing is known, so it shares nothing.</summary>
    public SourcePrompt? Prompt { get; set; }

    /// <summary>
    /// Whether it only serves as context: later prompts may continue its own, but it is not written, e.g. because it has no
    /// usable times.
    /// </summary>
    public bool IsContextOnly { get; set; }

    /// <summary>Requests it had to wait for beyond the previous one of its session, where the source says so.</summary>
    public List<SourceDependency> Dependencies { get; } = [];

    /// <summary>Name of its format.</summary>
    internal string Format { get; set; } = "";

    /// <summary>The copy that is kept in place of this one; null if this is the one.</summary>
    internal SourceRequest? KeptCopy { get; set; }

    /// <summary>Its prompt once chains are resolved.</summary>
    internal PromptPath? Path { get; set; }

    /// <summary>Tokens of <see cref="Path"/> that an earlier request's prompt begins with, too.</summary>
    internal long KeptTokens { get; set; }

    /// <summary>The request whose prompt those are, once chains are resolved.</summary>
    internal SourceRequest? Before { get; set; }

    /// <summary>Leading tokens of its prompt that requests to write have, while those are counted.</summary>
    internal long WrittenTokens { get; set; }

    /// <summary>Leading tokens that are the fixed beginning it shares with other sessions.</summary>
    internal long PoolTokens { get; set; }

    /// <summary>Which beginning that is.</summary>
    internal ulong Pool { get; set; }

    /// <summary>Where the identity of the prompt comes from.</summary>
    internal PrefixOrigin Prefix { get; set; }

    /// <summary>Whether its prompt waits for that of its predecessor to be made.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>Its id in the records.</summary>
    internal string RequestId { get; set; } = "";

    /// <summary>This request, or the copy that is kept in its place.</summary>
    internal SourceRequest Kept
    {
        get
        {
            SourceRequest request = this;
            while (request.KeptCopy is { } kept) request = kept;
            return request;
        }
    }
}

/// <summary>A tool call in an answer.</summary>
/// <param name="Id">Id of the call, if it has one.</param>
/// <param name="Name">Name of the tool.</param>
internal readonly record struct SourceToolCall(string? Id, string? Name);

/// <summary>A request that another one had to wait for.</summary>
/// <param name="Request">The request it depends on.</param>
/// <param name="Relation">Why.</param>
/// <param name="Trigger">What has to happen to that request.</param>
internal sealed record SourceDependency(SourceRequest Request, DependencyRelation Relation, DependencyTrigger Trigger);

/// <summary>Where something was found: the file as the user named it, and its line (0: the file as a whole).</summary>
internal readonly record struct SourcePlace(string Path, long Line)
{
    public AgentSimException Error(ErrorCode errorId, string message, Exception? inner = null) => errorId.At(Path, Line, message, inner);
}

/// <summary>The order of requests: by start, end and id; everything that decides is in their content.</summary>
internal static class RequestOrder
{
    public static int Compare(SourceRequest? x, SourceRequest? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        int order = x.StartMs.CompareTo(y.StartMs);
        if (order == 0) order = x.EndMs.CompareTo(y.EndMs);
        if (order == 0) order = x.Sequence.CompareTo(y.Sequence);
        if (order == 0) order = string.CompareOrdinal(x.Session?.Name, y.Session?.Name);
        if (order == 0) order = string.CompareOrdinal(x.SourceId, y.SourceId);
        if (order == 0) order = string.CompareOrdinal(x.Format, y.Format);
        if (order == 0) order = string.CompareOrdinal(x.Place.Path, y.Place.Path);
        return order != 0 ? order : x.Place.Line.CompareTo(y.Place.Line);
    }

    public static int Compare(SourceTool x, SourceTool y)
    {
        int order = x.StartMs.CompareTo(y.StartMs);
        if (order == 0) order = x.EndMs.CompareTo(y.EndMs);
        if (order == 0) order = string.CompareOrdinal(x.Session.Name, y.Session.Name);
        if (order == 0) order = string.CompareOrdinal(x.CallId, y.CallId);
        if (order == 0) order = string.CompareOrdinal(x.Place.Path, y.Place.Path);
        return order != 0 ? order : x.Place.Line.CompareTo(y.Place.Line);
    }
}
