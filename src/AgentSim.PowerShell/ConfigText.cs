using AgentSim.Engines;
using AgentSim.Json;
using AgentSim.Routing;

namespace AgentSim.PowerShell;

/// <summary>A configuration with all of its options, as the view of -IncludeInert shows it: a line for each.</summary>
public static class ConfigText
{
    /// <summary>The text of the view.</summary>
    /// <param name="config"><see cref="EngineArguments"/> or <see cref="RouterSettings"/>.</param>
    public static string Of(object config) => config switch
    {
        EngineArguments arguments => Lines(EngineArgumentsTable.Arguments, arguments),
        RouterSettings settings => Lines(RouterSettingsTable.Settings, settings),
        _ => throw new ArgumentException("no configuration", nameof(config)),
    };

    private static string Lines<T>(JsonOptionsTable<T> table, T config)
    {
        OptionRow<T>[] rows = [.. table.Rows.Where(row => row.Get is not null).OrderBy(row => row.IsInert)];
        int width = rows.Max(row => row.Parameter.Length);
        return string.Join(Environment.NewLine, rows.Select(row =>
            $"{row.Parameter.PadRight(width)} : {Quote.Shown(row.Show!(config) ?? row.Null ?? "none")}"));
    }
}
