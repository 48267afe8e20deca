using System.CommandLine;
using System.CommandLine.Parsing;

namespace AgentSim.Cli;

/// <summary>A command with its parser.</summary>
internal sealed class CommandParser
{
    private readonly Dictionary<string, Option> _options = [];
    private readonly Argument<string[]>? _files;

    public CommandParser(CommandSpec spec)
    {
        Spec = spec;
        Command = new Command(spec.Name, spec.Help);
        if (spec.FilesHelp is not null)
        {
            _files = new Argument<string[]>("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = spec.FilesHelp };
            Command.Add(_files);
        }

        foreach (OptionSpec option in spec.Options)
        {
            Option parsed = option.Value == OptionValue.None
                ? new Option<bool>(option.Name) { Description = option.Help }
                : new Option<string[]>(option.Name) { Description = option.Help, HelpName = option.Placeholder,
                    Arity = ArgumentArity.OneOrMore };
            if (option.Short is { } alias) parsed.Aliases.Add(alias);
            parsed.Hidden = option.IsUnavailable;
            _options.Add(option.Name, parsed);
            Command.Add(parsed);
        }
    }

    public CommandSpec Spec { get; }

    public Command Command { get; }

    /// <summary>The options of the reference that have nothing behind them, to stand below the others in the help; nothing where there
    /// are none.</summary>
    public string UnavailableHelp
    {
        get
        {
            OptionSpec[] options = [.. Spec.Options.Where(option => option.IsUnavailable)];
            if (options.Length == 0) return "";
            string[] names = [.. options.Select(option => $"  {option.Name} <{option.Placeholder}>")];
            int width = names.Max(name => name.Length);
            return "Options of the reference that AgentSim has nothing for:\n"
                + string.Concat(options.Zip(names, (option, name) => $"{name.PadRight(width)}  {option.Help}\n")) + "\n";
        }
    }

    public void Run(ParseResult parsed, CancellationToken cancellation)
    {
        foreach (OptionSpec option in Spec.Options.Where(option => option.IsPath))
        {
            if (Values(parsed, option.Name)?.FirstOrDefault(string.IsNullOrWhiteSpace) is { } blank)
                throw Errors.OptionValueInvalid.Error($"{option.Name} needs a path (is {Quote.Of(blank)})");
        }

        Spec.Run(new OptionValues(name => Values(parsed, name)), _files is null ? [] : parsed.GetValue(_files) ?? [], cancellation);
    }

    private string[]? Values(ParseResult parsed, string name) =>
        parsed.GetResult(_options[name]) is OptionResult { Implicit: false } result
            ? [.. result.Tokens.Select(token => token.Value)] : null;
}

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
internal sealed record OptionSpec(string Name, string Placeholder, string Help, OptionValue Value = OptionValue.One, string? Short = null)
{
    /// <summary>Whether its values name files; a blank one is always a mistake, such as a variable of a shell that is not set.</summary>
    public bool IsPath => Placeholder.TrimEnd('.') is "FILE" or "PATH" or "PREFIX" or "CHECKPOINT";

    /// <summary>True where the reference has it and AgentSim has nothing for it.</summary>
    public bool IsUnavailable { get; init; }
}
