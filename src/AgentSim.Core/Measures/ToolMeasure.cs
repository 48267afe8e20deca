using System.Globalization;

namespace AgentSim.Measures;

/// <summary>What is known of the calls of one class of tools.</summary>
/// <param name="ToolClass">The class.</param>
/// <param name="Calls">Finished calls.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="DurationMs">How long the calls took, by their start and end.</param>
public sealed record ToolMeasure(string ToolClass, int Calls, int Errors, SampleSummary DurationMs)
{
    /// <summary>Class and number of calls.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ToolClass}: {Calls:N0}");
}
