using System.Globalization;
using AgentSim.Collections;

namespace AgentSim.Rows;

/// <summary>
/// One row of a Mooncake-family file: a request with its prompt described by block ids (behaviour 01#3.6 and 01#6).
/// Plain and agentic rows share this type; the agentic fields of a plain row are empty. Agentic rows come in two
/// versions: rows of version 1 wait for others (<see cref="WaitFor"/>, <see cref="Delay"/>), rows of version 2 belong to a
/// play and have dependencies with a trigger and a delay each (<see cref="PlayId"/>, <see cref="Dependencies"/>; 01#12.1).
/// </summary>
public sealed class MooncakeRow
{
    /// <summary>Tokens per hash id where neither the row nor its file says.</summary>
    internal const int DefaultTraceBlockSize = 512;

    /// <summary>Id of the request; required and unique in agentic files, informative elsewhere.</summary>
    public string? RequestId { get; set; }

    /// <summary>Session the request belongs to; rows without one are sessions of their own.</summary>
    public string? SessionId { get; set; }

    /// <summary>Prompt length in tokens; null means as many as <see cref="HashIds"/> can hold.</summary>
    public long? InputLength { get; set; }

    /// <summary>Output length in tokens; required by every reader.</summary>
    public long? OutputLength { get; set; }

    /// <summary>Authored output tokens, as many as <see cref="OutputLength"/>; null when the output is not authored.</summary>
    public IReadOnlyList<uint>? OutputTokenIds { get; set; }

    /// <summary>One id per trace block of the prompt; equal ids at equal positions mean equal tokens.</summary>
    public IReadOnlyList<ulong>? HashIds { get; set; }

    /// <summary>Start time in milliseconds.</summary>
    public double? Timestamp { get; set; }

    /// <summary>Milliseconds after the previous turn (plain rows) or the last dependency (agentic rows).</summary>
    public double? Delay { get; set; }

    /// <summary>Priority in the router queue; negative counts as 0.</summary>
    public int? Priority { get; set; }

    /// <summary>Strict priority in the router queue.</summary>
    public uint? StrictPriority { get; set; }

    /// <summary>Policy class or family in the router queue.</summary>
    public string? PolicyClass { get; set; }

    /// <summary>What kind of agent sent the request: <c>foreground</c>, <c>agent</c> or <c>background_agent</c>. Informative.</summary>
    public string? RequestKind { get; set; }

    /// <summary>Ids of the requests that must end before this one starts.</summary>
    public IReadOnlyList<string> WaitFor { get; set => field = value ?? []; } = [];

    /// <summary>Ids of the first requests of the sessions this request spawned. Informative.</summary>
    public IReadOnlyList<string> Branches { get; set => field = value ?? []; } = [];

    /// <summary>True for the first request of a session. Informative.</summary>
    public bool? PrefixReset { get; set; }

    /// <summary>Part of the gap before this request that tools account for, in milliseconds.</summary>
    public double? ToolWaitMs { get; set; }

    /// <summary>The tools that ran before this request. Informative.</summary>
    public IReadOnlyList<ToolSpan> ToolEvents { get; set => field = value ?? []; } = [];

    /// <summary>Version 2: the agent run that the request is part of. A row with a play is a row of version 2.</summary>
    public string? PlayId { get; set; }

    /// <summary>Version 2: the model that is asked. Informative.</summary>
    public string? Model { get; set; }

    /// <summary>Version 2: earliest start in milliseconds, also of a request with dependencies.</summary>
    public double? NotBeforeMs { get; set; }

    /// <summary>Version 2: what has to happen before this request starts.</summary>
    public IReadOnlyList<RowDependency> Dependencies { get; set => field = value ?? []; } = [];

    /// <summary>Tokens per entry of <see cref="HashIds"/>, where known (0 otherwise). Not written to files.</summary>
    public int TraceBlockSize { get; set; }

    /// <summary>True for a row of the agentic dialect. Not written to files.</summary>
    public bool IsAgentic { get; set; }

    /// <summary>
    /// When the request ran as it was recorded, milliseconds since 1970, if the row was made from a request trace. Not written to
    /// files.
    /// </summary>
    internal (long Start, long End)? Recorded { get; set; }

    /// <summary>Where the row was read, or its request if the row was made from a request trace; null for a row made in memory.</summary>
    internal RowOrigin? Origin { get; set; }

    /// <summary>What the row held when it was read or converted; null where nobody is to know later whether it was edited.</summary>
    internal int? Unedited { get; set; }

    /// <summary>Whether the row holds something else than when it was read or converted.</summary>
    internal bool IsEdited => Unedited is { } unedited && unedited != ContentHash.Of(this);

    /// <summary>Version of the agentic dialect that the row is in, 1 or 2; 0 for a plain row.</summary>
    public int AgenticVersion => !IsAgentic ? 0 : PlayId is null ? 1 : 2;

    /// <summary>A row that holds the same and shares no list with this one: what is changed in either does not show in the other.</summary>
    public MooncakeRow DeepCopy()
    {
        // Arrays, whose items scripts can set.
        MooncakeRow copy = Copy();
        copy.OutputTokenIds = OutputTokenIds is { } tokens ? tokens.ToArray() : null;
        copy.HashIds = HashIds is { } ids ? ids.ToArray() : null;
        copy.WaitFor = WaitFor.ToArray();
        copy.Branches = Branches.ToArray();
        copy.ToolEvents = ToolEvents.ToArray();
        copy.Dependencies = Dependencies.ToArray();
        return copy;
    }

    /// <summary>A row that shares its lists with this one.</summary>
    internal MooncakeRow Copy() => (MooncakeRow)MemberwiseClone();
}

/// <summary>A finished tool call listed in an agentic row (behaviour 01#3.6).</summary>
/// <param name="ToolCallId">Id of the call.</param>
/// <param name="ToolClass">What kind of tool it was.</param>
/// <param name="StartedAtUnixMs">Start, milliseconds since 1970.</param>
/// <param name="EndedAtUnixMs">End, milliseconds since 1970.</param>
/// <param name="DurationMs">Duration in milliseconds as recorded, even when it disagrees with start and end.</param>
/// <param name="Status"><c>succeeded</c>, <c>error</c> or what the trace says.</param>
/// <param name="OutputBytes">Size of the result, if recorded.</param>
/// <param name="OutputTokens">Tokens of the result, if recorded.</param>
/// <param name="ErrorType">Kind of error, if recorded.</param>
public sealed record ToolSpan(
    string ToolCallId,
    string ToolClass,
    long StartedAtUnixMs,
    long EndedAtUnixMs,
    double DurationMs,
    string Status,
    ulong? OutputBytes = null,
    ulong? OutputTokens = null,
    string? ErrorType = null)
{
    /// <summary>The call in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{ToolClass} {ToolCallId}: {DurationMs} ms, {Status}");
}
