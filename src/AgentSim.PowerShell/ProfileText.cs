using AgentSim.Calibration;
using AgentSim.Reports;

namespace AgentSim.PowerShell;

/// <summary>A timing profile, and what it was held against, as the default views show them: the command line's tables.</summary>
public static class ProfileText
{
    /// <summary>The text of the view of a profile: what was fitted, and the errors of what was not.</summary>
    /// <param name="profile">The profile to show.</param>
    public static string Of(TimingProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return WithWarnings(AccuracyTable.Render(profile), profile.Warnings);
    }

    /// <summary>The text of the view of a run that was simulated.</summary>
    /// <param name="result">The run to show.</param>
    public static string Of(ProfileTestResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return WithWarnings(AccuracyTable.Render(result), result.Warnings);
    }

    private static string WithWarnings(string table, IReadOnlyList<RunWarning> warnings)
    {
        IEnumerable<string> said = warnings.Select(warning => $"Warning: {warning.In(ParameterNames.Wording)}");
        return CellText.Lines(string.Join(Environment.NewLine, [.. table.TrimEnd('\n').Split('\n'), .. said]));
    }
}
