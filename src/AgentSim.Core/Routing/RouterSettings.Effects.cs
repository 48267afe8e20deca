using AgentSim.Json;

namespace AgentSim.Routing;

// Which settings change nothing in a replay. ArgumentEffects in the tests shows it for each of them.
public sealed partial record RouterSettings
{
    /// <summary>What was set and changes nothing in a replay.</summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    internal IEnumerable<RunWarning> Ignored(string optionName)
    {
        HashSet<string> inert = [.. RouterSettingsTable.Settings.Rows.Where(row => row.IsInert).Select(row => row.Name)];
        string[] names = [.. JsonOptionsText.ChangedNames(Default.ToJson(), ToJson()).Where(inert.Contains)];
        if (names.Length > 0)
            yield return new RunWarning(WarningCodes.ArgumentsIgnored, $"{optionName}: {string.Join(", ", names)} without effect: offline replay does not simulate what they are for", names.Length);
    }
}
