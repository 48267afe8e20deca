namespace AgentSim.Rows;

/// <summary>Where a row comes from, for messages: a file, or the name of rows handed over in memory.</summary>
internal readonly record struct RowPlace(string Source, long Line)
{
    /// <summary>The error of a row that breaks a rule.</summary>
    public AgentSimException Invalid(string message) => Error("RowInvalid", message);

    public AgentSimException Error(string errorId, string message) => AgentSimException.At(Source, Line, errorId, message);
}
