using AgentSim.Json;

namespace AgentSim.Engines;

/// <summary>The engine arguments explained, from their table.</summary>
public static class EngineHelp
{
    /// <summary>Every argument in two lines, as the command line shows it.</summary>
    public static string Text => OptionHelp.Text(EngineArgumentsTable.Arguments, EngineArguments.Default);
}
