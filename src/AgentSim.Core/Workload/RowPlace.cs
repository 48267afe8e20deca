namespace AgentSim.Workload;

/// <summary>Where a row comes from, for messages: a file, or rows handed over in memory.</summary>
internal readonly record struct RowPlace(string? Path, long Line)
{
    public AgentSimException Error(string errorId, string message) =>
        Path is null ? new AgentSimException(errorId, $"row {Line}: {message}") : AgentSimException.At(Path, Line, errorId, message);
}
