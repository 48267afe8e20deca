using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Simulation;

namespace AgentSim.PowerShell;

/// <summary>A result or its metrics as the default view shows them: what the command line prints, in 80 columns.</summary>
public static class ReportText
{
    private const int Width = 80;

    /// <summary>The text of the view of a result: what ran, its metrics, and what they have to be read with.</summary>
    /// <param name="result">The run to show.</param>
    public static string Of(ReplayResult result) => Lines(RunTable.Render(result, null, ParameterNames.Wording, Width));

    /// <summary>The text of the view of the metrics alone.</summary>
    /// <param name="report">The metrics to show.</param>
    public static string Of(ReplayReport report) => Lines(RunTable.Render(report));

    private static string Lines(string text) => text.TrimEnd('\n').ReplaceLineEndings();
}
