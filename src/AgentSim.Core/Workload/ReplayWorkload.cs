using System.Globalization;
using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>A file a workload was read from, or from which its rows or records had been read that came through memory.</summary>
/// <param name="Path">As the user named it.</param>
/// <param name="Bytes">Size on disk; null for what came through memory.</param>
/// <param name="Sha256">SHA-256 of the file as it is on disk, lower-case hex; null for what came through memory.</param>
public sealed record WorkloadInput(string Path, long? Bytes, string? Sha256)
{
    /// <summary>How many rows or records of the file came through memory; null where the file itself was read.</summary>
    public int? Items { get; init; }

    /// <summary>How many of them were changed after they had been read; null where the file itself was read.</summary>
    public int? EditedItems { get; init; }

    /// <summary>What came through memory, in words; null where the file itself was read.</summary>
    internal string? ThroughMemory => Items is not { } items ? null
        : string.Create(CultureInfo.InvariantCulture, $"{items} of its rows or records, through memory; {EditedItems ?? 0} edited");

    /// <summary>The file, and what came of it if it was not read itself.</summary>
    public override string ToString() => ThroughMemory is { } through ? $"{Path} ({through})" : Path;
}

/// <summary>
/// Everything a replay needs of its input, immutable and shared by any number of runs (behaviour 01#6).
/// Requests are columns indexed by ordinal - 1: sessions in order of first appearance, turns within them in order;
/// agentic rows in row order, of version 2 in the order of their ids.
/// </summary>
public sealed class ReplayWorkload
{
    internal ReplayWorkload(WorkloadColumns columns) => Columns = columns;

    internal WorkloadColumns Columns { get; }

    /// <summary>The format the rows came in; null for synthetic load.</summary>
    public TraceFormat? Format => Columns.Format;

    /// <summary>What synthetic load was made from; null for a trace.</summary>
    public SyntheticOptions? Synthetic => Columns.Synthetic;

    /// <summary>True when the requests are tied by dependencies instead of sessions.</summary>
    public bool IsAgentic => Columns.IsAgentic;

    /// <summary>Tokens per hash id. Synthetic load has no hash ids; its prompts differ or agree in pieces of this size.</summary>
    public int TraceBlockSize => Columns.TraceBlockSize;

    /// <summary>Number of requests (turns).</summary>
    public int RequestCount => Columns.InputLength.Length;

    /// <summary>Number of sessions; agentic rows without a session name count one each.</summary>
    public int SessionCount => Columns.SessionNames.Count;

    /// <summary>The files it was read from; empty for rows handed over in memory.</summary>
    public IReadOnlyList<WorkloadInput> Inputs => Columns.Inputs;

    /// <summary>What reading it had to warn of; every run of it reports that.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; internal init; } = [];

    /// <summary>Whether it was asked for that prompts may be cut in more than half of the rows.</summary>
    internal bool AllowsCut { get; init; }

    /// <summary>Whether it was asked for that the whole lines of files are read whose end is missing.</summary>
    internal bool AllowsTorn { get; init; }

    /// <summary>Whether it was asked for that requests without a session are left out.</summary>
    internal bool DropsSessionless { get; init; }

    /// <summary>Whether it was asked for that dependencies on requests that are not there are dropped.</summary>
    internal bool DropsDependencies { get; init; }

    /// <summary>How copies of its agents were made; null where there are none.</summary>
    internal CopyFacts? Copies { get; init; }

    /// <summary>The copies that runs of it made.</summary>
    internal MadeCopies MadeCopies { get; } = new();

    /// <summary>The same with other columns.</summary>
    internal ReplayWorkload With(WorkloadColumns columns, CopyFacts? copies) => new(columns)
    {
        Warnings = Warnings,
        AllowsCut = AllowsCut,
        AllowsTorn = AllowsTorn,
        DropsSessionless = DropsSessionless,
        DropsDependencies = DropsDependencies,
        Copies = copies,
    };
}

/// <summary>What was found when copies were made.</summary>
/// <param name="WindowMs">The window round which, or within which, they were moved.</param>
/// <param name="SharedTokens">Distinct prompt tokens that copies have in common.</param>
internal sealed record CopyFacts(double WindowMs, long SharedTokens);

/// <summary>What a request asks of the router queue.</summary>
internal readonly record struct QueueAttributes(int Priority, uint StrictPriority, string? PolicyClass);

/// <summary>The columns behind a <see cref="ReplayWorkload"/>.</summary>
internal sealed record WorkloadColumns
{
    public required TraceFormat? Format { get; init; }
    public required int TraceBlockSize { get; init; }
    public required IReadOnlyList<WorkloadInput> Inputs { get; init; }
    public SyntheticOptions? Synthetic { get; init; }

    /// <summary>What an import of recordings found and did, for the provenance; null for anything else.</summary>
    public IReadOnlyDictionary<string, object?>? Import { get; set; }

    /// <summary>The only model whose requests are in it; null: all.</summary>
    public string? Model { get; set; }

    /// <summary>The prompts; request r has the runs <c>[PathStart[r], PathEnd[r])</c>.</summary>
    public required PromptTrie Trie { get; init; }
    public required int[] PathStart { get; init; }
    public required int[] PathEnd { get; init; }

    public required int[] InputLength { get; init; }
    public required int[] OutputLength { get; init; }

    /// <summary>Authored output tokens by request; null when no row has any.</summary>
    public required IReadOnlyList<uint>?[]? AuthoredOutput { get; init; }

    /// <summary>Null when no row has any.</summary>
    public required QueueAttributes[]? QueueAttributes { get; init; }

    public required NameTable SessionNames { get; init; }
    public required int[] SessionOf { get; init; }

    /// <summary>Agentic rows: the sessions that are a row without one, ascending.</summary>
    public int[] UnnamedSessions { get; init; } = [];

    // Session formats: requests of session s are [SessionStart[s], SessionStart[s + 1]).
    public int[] SessionStart { get; init; } = [];

    /// <summary>Milliseconds after the previous turn of the session.</summary>
    public double[] Delay { get; init; } = [];

    /// <summary>Arrival of each session's first turn; NaN where the file gives none.</summary>
    public double[] FirstArrival { get; init; } = [];

    /// <summary>What ties the requests together where they are agentic; null where sessions do.</summary>
    public AgenticColumns? Agentic { get; init; }

    public bool IsAgentic => Agentic is not null;

    /// <summary>False for simple synthetic requests, whose output tokens are drawn as they come.</summary>
    public bool HasPlannedOutput => !IsSimple;

    /// <summary>True where the failure of a request keeps others from ever starting.</summary>
    public bool CanSkip => Agentic?.PlayOf is not null;

    /// <summary>True where each prompt continues the session's earlier prompts and outputs.</summary>
    public bool IsDelta => Format == TraceFormat.MooncakeDelta;

    /// <summary>True when every session is a single request.</summary>
    public bool IsSingleTurn => !IsAgentic && SessionNames.Count == InputLength.Length;

    /// <summary>True for synthetic requests that belong to no session and have no planned output (behaviour 01#11.3).</summary>
    public bool IsSimple => Synthetic is { HasSessions: false };

    /// <summary>0-based turn of a request within its session; agentic rows are sessions of one turn.</summary>
    public int TurnOf(int request) => IsAgentic ? 0 : request - SessionStart[SessionOf[request]];

    /// <summary>Where the rows of the requests were read; null for synthetic load.</summary>
    public RequestPlaces? Places { get; init; }

    /// <summary>An error about a request, at its place where it has one.</summary>
    public AgentSimException Fault(int request, ErrorCode code, string message) =>
        Places is { } places && places.Count == InputLength.Length
            ? code.At(places[request].Path, places[request].Line, message) : code.Error(message);

    /// <summary>A request as messages name it.</summary>
    public string Describe(int request)
    {
        if (Agentic is not null) return $"request {Quote.Of(Agentic.RequestIds[request])}";
        return IsSimple ? $"request {request + 1}" : $"turn {TurnOf(request) + 1} of session {Quote.Of(SessionNames[SessionOf[request]])}";
    }

    public QueueAttributes Queueing(int request) => QueueAttributes is null ? default : QueueAttributes[request];
}
