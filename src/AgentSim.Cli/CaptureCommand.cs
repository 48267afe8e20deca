using System.Text;
using AgentSim.Capture;
using AgentSim.Files;
using AgentSim.Zmtp;

namespace AgentSim.Cli;

/// <summary><c>agentsim capture</c>: records until it is interrupted (behaviour 07#A).</summary>
internal static class CaptureCommand
{
    public static readonly CommandSpec Spec = new(
        "capture",
        "Captures request traces and tool events until Ctrl+C.",
        "--output-path PREFIX [--tool-endpoint ADDRESS] [--upstream URL [--listen URL]]",
        FilesHelp: null,
        [
            new("--output-path", "PREFIX",
                "Prefix of the segments (PREFIX.000000.jsonl.gz), a folder for them, or with --format jsonl the file"),
            new("--tool-endpoint", "ADDRESS",
                "Receive tool events of harnesses here, e.g. tcp://127.0.0.1:20390; only trusted processes should reach it"),
            new("--tool-topic", "TEXT", $"Topic of the tool events (default {ToolEventIngress.DefaultTopic})"),
            new("--upstream", "URL",
                "Pass requests on to this server, which speaks the API of OpenAI or Anthropic, and record them, " +
                    "e.g. http://127.0.0.1:8000"),
            new("--listen", "URL", $"With --upstream: receive those requests here (default {ProxyOptions.DefaultListen})"),
            new("--trace-block-size", "TOKENS",
                $"With --upstream: tokens per block of the recorded prompts (default {ProxyOptions.DefaultTraceBlockSize})"),
            new("--session-header", "NAME",
                "With --upstream: a header of requests that names their session, before those that are known"),
            new("--infer-sessions", "",
                "With --upstream: give requests without a session one by their prompts, which continue each other; marked in the rows",
                OptionValue.None),
            new("--format", "FORMAT", "jsonl_gz (default): gzipped segments; jsonl: one plain file"),
            new("--flush-interval-ms", "MS", "Write at least this often (default 1000)"),
            new("--buffer-bytes", "BYTES", "Write without waiting when this much has come (default 1048576)"),
            new("--roll-bytes", "BYTES", "Uncompressed size of a segment (default 268435456)"),
            new("--roll-lines", "COUNT", "Records of a segment (default: any number)"),
            new("--env-file", "FILE",
                "Write the environment for a Dynamo frontend, or for clients of the proxy, to this file instead of standard output"),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        TraceCaptureOptions options = Options(values);
        string? envFile = values.Text("--env-file");
        if (options.Sink.Format == TraceFileFormat.Jsonl)
            OutputFiles.Check([], ("--output-path", options.Sink.Path), ("--env-file", envFile));
        AgentSimException? end = null;
        using TraceCapture capture = Start(options, Report, cancellation);
        TraceStatus started = capture.GetStatus(CancellationToken.None);
        ShowEnvironment(started.Environment, envFile);
        if (started.ToolEndpoint is { } endpoint) Messages.WriteLine($"agentsim: receiving tool events at {endpoint}");
        if (started.ProxyAddress is { } address)
            Messages.WriteLine($"agentsim: recording requests to {options.Proxy!.Upstream} at {address}");
        Messages.WriteLine("agentsim: capturing; Ctrl+C stops");
        using (var line = CaptureLine.Create())
        {
            while (!cancellation.WaitHandle.WaitOne(CaptureLine.Interval)) line?.Show(capture.GetStatus(CancellationToken.None));
        }

        capture.Stop(Signals.HurryToken());
        TraceStatus status = capture.GetStatus(CancellationToken.None);
        Messages.WriteLine($"agentsim: {CaptureLine.Text(status)}");
        if (status.Sink is { } sink && sink.Lost + sink.Dropped > 0)
            throw Errors.CaptureIncomplete.Error($"{sink.Lost + sink.Dropped} records could not be written");
        if (Volatile.Read(ref end) is { } early) throw Errors.CaptureIncomplete.Error(early.Message);

        void Report(AgentSimException problem)
        {
            Messages.WriteLine($"agentsim: warning: {problem.In(OptionNames.Wording)} [{problem.ErrorId}]");
            if (Array.IndexOf(Ends, problem.Code) >= 0) Volatile.Write(ref end, problem);
        }
    }

    // What ends a capture early, or makes it incomplete.
    private static readonly ErrorCode[] Ends = [Errors.CaptureEnded, Errors.CaptureHung, Errors.ProxyEnded, Errors.ProxyRestarted,
        Errors.ToolEventsCut];

    private static TraceCapture Start(TraceCaptureOptions options, Action<AgentSimException> onProblem, CancellationToken cancellation)
    {
        try
        {
            return TraceCapture.Start(options, PullEndpoint.Bind, onProblem);
        }
        catch (AgentSimException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl+C reaches the proxy, too, and ends it if it is not yet up.
            throw new OperationCanceledException(cancellation);
        }
    }

    private static TraceCaptureOptions Options(OptionValues values)
    {
        if (values.Text("--output-path") is not { } path) throw Errors.OptionMissing.Error("--output-path is required");
        var defaults = new TraceSinkOptions { Path = TraceCaptureOptions.Prefix(path) };
        return new TraceCaptureOptions
        {
            Sink = defaults with
            {
                Format = values.Choice("--format", defaults.Format, ("jsonl_gz", TraceFileFormat.JsonlGz),
                    ("jsonl", TraceFileFormat.Jsonl)),
                FlushIntervalMs = (int)Whole(values, "--flush-interval-ms", defaults.FlushIntervalMs, int.MaxValue),
                BufferBytes = (int)Whole(values, "--buffer-bytes", defaults.BufferBytes, int.MaxValue),
                RollBytes = Whole(values, "--roll-bytes", defaults.RollBytes, long.MaxValue),
                RollLines = values.Has("--roll-lines") ? Whole(values, "--roll-lines", 0, long.MaxValue) : null,
            },
            ToolEndpoint = values.Text("--tool-endpoint"),
            ToolTopic = values.Text("--tool-topic") ?? ToolEventIngress.DefaultTopic,
            Proxy = Proxy(values),
        };
    }

    private static ProxyOptions? Proxy(OptionValues values)
    {
        if (values.Text("--upstream") is not { } upstream)
        {
            string? alone = Array.Find(["--listen", "--trace-block-size", "--session-header", "--infer-sessions"], values.Has);
            return alone is null ? null : throw Errors.OptionMissing.Error($"{alone} needs --upstream");
        }

        return new ProxyOptions
        {
            Upstream = ProxyOptions.ParseUpstream(upstream),
            Listen = values.Text("--listen") ?? ProxyOptions.DefaultListen,
            TraceBlockSize = (int)Whole(values, "--trace-block-size", ProxyOptions.DefaultTraceBlockSize, int.MaxValue),
            SessionHeader = values.Text("--session-header"),
            InferSessions = values.Has("--infer-sessions"),
        };
    }

    private static long Whole(OptionValues values, string name, long fallback, long most)
    {
        if (values.Whole(name) is not { } value) return fallback;
        return value >= 1 && value <= most ? (long)value
            : throw Errors.OptionValueInvalid.Error($"{name} must be from 1 to {most} (is {value})");
    }

    private static void ShowEnvironment(IReadOnlyDictionary<string, string> environment, string? file)
    {
        string text = DynamoEnvironment.ToEnvFile(environment);
        if (file is not null)
        {
            AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            return;
        }

        Output.Write(text);
    }
}
