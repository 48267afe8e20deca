namespace AgentSim.Rows;

/// <summary>Where a row comes from, for messages: a file, or the name of rows handed over in memory.</summary>
internal readonly record struct RowPlace(string Source, long Line)
{
    /// <summary>The error of a row that breaks a rule.</summary>
    public AgentSimException Invalid(string message) => Error(Errors.RowInvalid, message);

    public AgentSimException Error(ErrorCode errorId, string message) => errorId.At(Source, Line, message);
}
