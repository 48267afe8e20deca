using System.Globalization;

namespace AgentSim.Agents;

/// <summary>Time that one class of tools took, or several that ran together.</summary>
/// <param name="ToolClass">The class; several that ran at the same time are joined by <c>+</c>. Empty where the row names none.</param>
/// <param name="Ms">Milliseconds.</param>
public sealed record ToolTime(string ToolClass, double Ms)
{
    /// <summary>Class and time.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ToolClass} {Ms:#,0.##} ms");
}
