using System.Globalization;
using AgentSim.Serving;
using AgentSim.Simulation;

namespace AgentSim.Cli;

/// <summary><c>agentsim serve</c>: answers like a model server, with simulated engines, until it is interrupted.</summary>
internal static class ServeCommand
{
    private const string PolicyVariable = "DYN_ROUTER_POLICY_CONFIG";

    // Those of a replay that say what is simulated; the others say what of.
    private static readonly string[] ReplayNames =
    [
        "--extra-engine-args", "--help-engine", "--timing-profile", "--num-workers", "--prefill-engine-args", "--decode-engine-args",
        "--num-prefill-workers", "--num-decode-workers", "--router-mode", "--router-config", "--help-router", "--router-policy-config",
        "--model-name", "--router-seed",
    ];

    public static readonly CommandSpec Spec = new(
        "serve",
        "Serves an OpenAI-compatible API without a GPU: tokens come when the simulation says. Until Ctrl+C.",
        "[--port N | --listen URL] [--model NAME] [--speed X] [engine and router options of replay]",
        FilesHelp: null,
        [
            new("--port", "N", "Listen at http://127.0.0.1:N (default 8000; 0 takes a free one)"),
            new("--listen", "URL", $"Listen here instead (default {ServerOptions.DefaultListen})"),
            new("--model", "NAME", $"Name of the served model (default {ServerOptions.DefaultModel})"),
            new("--speed", "X", "Answers X times as fast as the simulated deployment would (default 1.0)"),
            new("--turnaround-ms", "MS",
                "Requests that come within MS ms of the end of an answer arrive at the moment of that end, as in a simulated replay "
                + "(default 2.0; 0: when they are received)"),
            .. ReplayOptions.All.Where(option => ReplayNames.Contains(option.Name)),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (ReplayCommand.ArgumentHelp(values) is { } help)
        {
            Output.Write(help);
            return;
        }

        var options = new ServerOptions
        {
            Listen = Listen(values),
            Model = values.Text("--model") ?? ServerOptions.DefaultModel,
            Speed = values.Real("--speed") ?? 1.0,
            TurnaroundMs = values.Real("--turnaround-ms") ?? ServerOptions.DefaultTurnaroundMs,
        };
        var replay = new OptionValues(name => ReplayNames.Contains(name) && values.Has(name) ? [.. values.All(name)] : null);
        ReplayPlan plan = ReplayPlan.From(new ReplayArguments(replay, []), Environment.GetEnvironmentVariable(PolicyVariable));
        foreach (RunWarning warning in plan.Warnings) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        AgentSimException? end = null;
        using var ended = new ManualResetEventSlim();
        using AgentServer server = Start(options, plan.Settings, Report, cancellation);
        ServerStatus status = server.Status();
        Messages.WriteLine($"agentsim: serving {Quote.Plain(status.Model)} at {status.Address}");
        Messages.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"agentsim: simulated, {status.Speed} times as fast, turnaround {status.TurnaroundMs} ms; {status.Engine}; ")
            + $"timing {status.Timing}");
        Messages.WriteLine("agentsim: Ctrl+C stops");
        WaitHandle.WaitAny([cancellation.WaitHandle, ended.WaitHandle]);
        server.Stop(Signals.HurryToken());
        Messages.WriteLine($"agentsim: {Text(server.Status().Counters)}");
        if (Volatile.Read(ref end) is { } early) throw early;

        void Report(AgentSimException problem)
        {
            if (problem.Code == Errors.ServerEnded)
            {
                Volatile.Write(ref end, problem);
                ended.Set();
                return;
            }

            Messages.WriteLine($"agentsim: warning: {problem.In(OptionNames.Wording)} [{problem.ErrorId}]");
        }
    }

    private static AgentServer Start(
        ServerOptions options, ReplaySettings settings, Action<AgentSimException> onProblem, CancellationToken cancellation)
    {
        try
        {
            return AgentServer.Start(options, settings, onProblem);
        }
        catch (AgentSimException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl+C reaches the server, too, and ends it if it is not yet up.
            throw new OperationCanceledException(cancellation);
        }
    }

    private static string Listen(OptionValues values)
    {
        if (values.Whole("--port") is not { } port) return values.Text("--listen") ?? ServerOptions.DefaultListen;
        if (values.Has("--listen")) throw Errors.OptionsConflict.Error("--port and --listen exclude each other; give one of them");
        return port >= 0 && port <= ushort.MaxValue ? $"http://127.0.0.1:{port}"
            : throw Errors.OptionValueInvalid.Error($"--port must be from 0 to {ushort.MaxValue} (is {port})");
    }

    private static string Text(ServerCounters counters) => string.Create(CultureInfo.InvariantCulture,
        $"{counters.Requests:N0} requests, {counters.Completed:N0} completed, {counters.Abandoned:N0} abandoned by their clients, " +
            $"{counters.Refused:N0} refused; {counters.OutputTokens:N0} tokens, on the average {counters.MeanDelayMs:0.##} ms late");
}
