namespace AgentSim.Cli;

/// <summary>A command of <c>agentsim</c>.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Help">One line.</param>
/// <param name="Usage">The arguments, as the usage block shows them.</param>
/// <param name="FilesHelp">One line about the files; null for a command that takes none beside its options.</param>
/// <param name="Options">Its options.</param>
/// <param name="Run">Runs it with its options and files; returns when it is done, throws when it fails.</param>
internal sealed record CommandSpec(
    string Name,
    string Help,
    string Usage,
    string? FilesHelp,
    IReadOnlyList<OptionSpec> Options,
    Action<OptionValues, IReadOnlyList<string>, CancellationToken> Run);
