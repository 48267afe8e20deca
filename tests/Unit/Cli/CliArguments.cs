using AgentSim.Cli;

namespace AgentSim.Tests.Cli;

/// <summary>Arguments of the replay command without a process.</summary>
internal static class CliArguments
{
    public static ReplayArguments Replay(params string[] arguments)
    {
        ReplayArguments? made = null;
        var parser = new CommandParser(ReplayCommand.Spec with { Run = (values, files, _) => made = new ReplayArguments(values, files) });
        List<string> plain = ArgumentRewriter.Rewrite(arguments, ReplayOptions.All);
        parser.Run(parser.Command.Parse(plain), CancellationToken.None);
        return made!;
    }
}
