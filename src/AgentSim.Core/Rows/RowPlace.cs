namespace AgentSim.Rows;

/// <summary>Where a row comes from, for messages: a file, or the name of rows handed over in memory.</summary>
internal readonly record struct RowPlace(string Source, long Line)
{
    /// <summary>Where the row's content was read, if the row itself was made of it: the line of a request trace.</summary>
    public RowOrigin? Origin { get; init; }

    /// <summary>The place that messages name.</summary>
    public RowOrigin Shown => Origin ?? new RowOrigin(Source, Line);

    /// <summary>The error of a row that breaks a rule.</summary>
    public AgentSimException Invalid(string message) => Error(Errors.RowInvalid, message);

    public AgentSimException Error(ErrorCode errorId, string message) => errorId.At(Shown.Path, Shown.Line, message);
}

/// <summary>A line of a file.</summary>
/// <param name="Path">The file, as the user named it.</param>
/// <param name="Line">1-based line.</param>
internal sealed record RowOrigin(string Path, long Line);
