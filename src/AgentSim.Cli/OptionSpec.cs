namespace AgentSim.Cli;

/// <summary>How many values an option takes.</summary>
internal enum OptionValue
{
    /// <summary>None; its presence is the value.</summary>
    None,

    /// <summary>One; of a repeated option the last counts.</summary>
    One,

    /// <summary>One or more; those of a repeated option add up.</summary>
    Many,
}

/// <summary>A long option.</summary>
/// <param name="Name">With its two dashes.</param>
/// <param name="Placeholder">What the help calls its value.</param>
/// <param name="Help">One line.</param>
/// <param name="Value">How many values it takes.</param>
/// <param name="Short">Its short name with one dash, if it has one.</param>
internal sealed record OptionSpec(string Name, string Placeholder, string Help, OptionValue Value = OptionValue.One, string? Short = null);
