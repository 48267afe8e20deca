using System.CommandLine;
using System.Text;

namespace AgentSim.Cli;

/// <summary>Finds the command, runs it, and turns every outcome into output and an exit code (behaviour 06#9.2).</summary>
internal static class CommandLine
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int UsageError = 2;
    private const int Interrupted = 130;

    /// <summary>Set to a non-empty value, it adds the stack trace to errors that should not happen.</summary>
    private const string TraceVariable = "AGENTSIM_TRACE";

    internal static readonly CommandSpec[] Commands =
        [
            ReplayCommand.Spec, SweepCommand.Spec, CapacityCommand.Spec, CompareCommand.Spec, LiveCommand.Spec, ProbeCommand.Spec,
            ServeCommand.Spec, SessionsCommand.Spec, TimelineCommand.Spec, ImportCommand.Spec, ConvertCommand.Spec, CaptureCommand.Spec,
            CalibrateCommand.Spec, ValidateCommand.Spec,
        ];

    public static int Run(string[] arguments, CancellationToken cancellation)
    {
        // The table has characters that old consoles only show in this encoding.
        if (OperatingSystem.IsWindows()) Console.OutputEncoding = Encoding.UTF8;
        CommandParser[] commands = [.. Commands.Select(spec => new CommandParser(spec))];
        CommandParser? command = arguments.Length > 0 ? Array.Find(commands, c => c.Spec.Name == arguments[0]) : null;
        try
        {
            if (command is null && !(arguments is [{ } first, ..] && first.StartsWith('-'))) throw CommandMissing(arguments);
            var root = new RootCommand("Replays recorded LLM agent workloads on simulated engines.");
            foreach (CommandParser each in commands) root.Add(each.Command);
            List<string> plain = command is null
                ? [.. arguments]
                : [command.Spec.Name, .. ArgumentRewriter.Rewrite(arguments.AsSpan(1).ToArray(), command.Spec.Options)];

            // A file may be called @name.
            ParseResult parsed = root.Parse(plain, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0) throw Errors.ArgumentsInvalid.Error(parsed.Errors[^1].Message);
            // --help and --version
            if (parsed.Action is not null)
            {
                int shown = Output.Guard(() => parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
                if (parsed.Action is System.CommandLine.Help.HelpAction && command is not null) Output.Write(command.UnavailableHelp);
                return shown;
            }

            if (command is null) throw CommandMissing([]);
            command.Run(parsed, cancellation);
            return Done;
        }
        catch (AgentSimException error)
        {
            if (error.Kind == FaultKind.Usage) Messages.WriteLine(Usage(command?.Spec));
            Messages.WriteLine($"agentsim: {error.In(OptionNames.Wording)} [{error.ErrorId}]");   // as docs/errors.md lists it
            return error.Kind == FaultKind.Usage ? UsageError : Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Messages.WriteLine(Signals.IsOutOfTime
                ? "agentsim: interrupted: no processor time is left (ulimit -t)" : "agentsim: interrupted");
            return Interrupted;
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            return Exhausted(error);
        }
        catch (Exception error)
        {
            bool trace = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TraceVariable));
            Messages.WriteLine(trace
                ? $"agentsim: {error}"
                : $"agentsim: internal error: {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")} (set " +
                $"{TraceVariable}=1 for details)");
            return Failed;
        }
    }

    /// <summary>Says that there is no more memory, or no thread.</summary>
    /// <returns>The exit code.</returns>
    internal static int Exhausted(Exception error)
    {
        AgentSimException shown = OutOfMemory.Error(error);
        Messages.WriteLine($"agentsim: {shown.In(OptionNames.Wording)} [{shown.ErrorId}]");
        return Failed;
    }

    private static string Names => $"{string.Join(", ", Commands.SkipLast(1).Select(command => command.Name))} or {Commands[^1].Name}";

    private static AgentSimException CommandMissing(string[] arguments) => Errors.CommandMissing.Error(arguments is [{ } unknown, ..]
        ? $"unknown command {Quote.Of(unknown)}; use {Names}" : "a command is needed");

    private static string Usage(CommandSpec? command) => command is null
        ? $"Usage: agentsim COMMAND ...\n       COMMAND is {Names}; agentsim COMMAND --help lists the options"
        : $"Usage: agentsim {command.Name} {command.Usage}\n       agentsim {command.Name} --help lists the options";
}
