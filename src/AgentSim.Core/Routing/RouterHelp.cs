using AgentSim.Json;

namespace AgentSim.Routing;

/// <summary>The settings of the router explained, from their table.</summary>
public static class RouterHelp
{
    /// <summary>Every setting in two lines, as the command line shows it.</summary>
    public static string Text => OptionHelp.Text(RouterSettingsTable.Settings, RouterSettings.Default);
}
