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
                : new Option<string[]>(option.Name) { Description = option.Help, HelpName = option.Placeholder, Arity = ArgumentArity.OneOrMore };
            if (option.Short is { } alias) parsed.Aliases.Add(alias);
            _options.Add(option.Name, parsed);
            Command.Add(parsed);
        }
    }

    public CommandSpec Spec { get; }

    public Command Command { get; }

    public void Run(ParseResult parsed, CancellationToken cancellation) => Spec.Run(
        new OptionValues(name => Values(parsed, name)), _files is null ? [] : parsed.GetValue(_files) ?? [], cancellation);

    private string[]? Values(ParseResult parsed, string name) =>
        parsed.GetResult(_options[name]) is OptionResult { Implicit: false } result ? [.. result.Tokens.Select(token => token.Value)] : null;
}
