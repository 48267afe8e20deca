namespace AgentSim.Imports.Table;

/// <summary>What a row says, read.</summary>
internal sealed class TableRow
{
    public required SourcePlace Place { get; init; }

    public string? Id { get; init; }

    public string? Session { get; init; }

    public string? Parent { get; init; }

    public string? ParentTurn { get; init; }

    public double StartMs { get; init; }

    /// <summary>Null: the table does not say.</summary>
    public double? EndMs { get; init; }

    public long Input { get; init; }

    public long Output { get; init; }

    public long? Cached { get; init; }

    public double? TtftMs { get; init; }

    public string? Model { get; init; }

    public ulong[]? Ids { get; init; }

    public IReadOnlyList<SourceToolCall> ToolCalls { get; init; } = [];

    public string? FinishReason { get; init; }

    /// <summary>The same row as one of a further run in its file, whose rows are numbered alike.</summary>
    public TableRow InRun(int run) => With($"{run}/{Id}");

    private TableRow With(string id) => new()
    {
        Place = Place, Id = id, StartMs = StartMs, EndMs = EndMs, Input = Input, Output = Output, TtftMs = TtftMs, Model = Model,
    };
}
