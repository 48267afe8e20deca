using System.Globalization;
using AgentSim.Files;
using AgentSim.Live;
using AgentSim.Simulation;

namespace AgentSim.Cli;

/// <summary><c>agentsim probe</c>: a measurement of a server that calibrate takes as it is.</summary>
internal static class ProbeCommand
{
    public static readonly CommandSpec Spec = new(
        "probe",
        "Measures a server with loads made for calibrate.",
        "--endpoint URL --model NAME -o FILE.jsonl [OPTIONS]",
        null,
        [
            new("--output", "FILE", "The measurement to write, for calibrate", Short: "-o"),
            new("--max-prompt-tokens", "N", "Longest prompt (default 8192, or what the server takes)"),
            new("--max-concurrency", "N", "Most requests at once but for the saturated stage, which has four times as many (default 64)"),
            .. LiveOptions.Server,
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        LiveSettings live = LiveOptions.Read(values);
        if (values.Text("--output") is not { } output) throw Errors.OptionMissing.Usage("--output (-o) is required");
        var options = new ProbeOptions
        {
            MaxPromptTokens = (int?)CalibrationArguments.Count(values, "--max-prompt-tokens"),
            MaxConcurrency = (int?)CalibrationArguments.Count(values, "--max-concurrency") ?? new ProbeOptions().MaxConcurrency,
        };
        LiveCommand.Confirm(EndpointProbe.Preview(live, options, cancellation), values.Has("--yes"));
        IReadOnlyList<ReplayResult> stages = EndpointProbe.Run(live, options, new Said(), cancellation);
        if (stages.Count > 0)
        {
            AtomicFile.Write(output, stream => EndpointProbe.Write(stream, stages));
            foreach (ReplayResult stage in stages) Show(stage);
            Output.Write($"Saved the measurement to: {output}\n");
        }

        cancellation.ThrowIfCancellationRequested();
        if (stages.Select(LiveReplay.Fault).FirstOrDefault(fault => fault is not null) is { } fault) throw fault;
    }

    private static void Show(ReplayResult stage)
    {
        string requests = $"{stage.Run.Name,-20} {stage.Summary.CompletedRequests,5} requests";
        Output.Write(stage.Summary.CompletedRequests == 0 ? $"{requests}: none was answered\n"
            : string.Create(CultureInfo.InvariantCulture, $"{requests}, TTFT {stage.Summary.Ttft.Mean:N1} ms, " +
                $"between tokens {Shown(stage.Summary.Tpot.Mean)}, {stage.Summary.OutputThroughputTokS:N0} tokens/s\n"));
        foreach (RunWarning warning in stage.Warnings)
            Messages.WriteLine($"agentsim: warning: {stage.Run.Name}: {warning.In(OptionNames.Wording)}");
    }

    // Outputs of one token have nothing between.
    private static string Shown(double ms) => double.IsFinite(ms) ? string.Create(CultureInfo.InvariantCulture, $"{ms:N2} ms") : "-";

    private sealed class Said : IProgress<string>
    {
        public void Report(string value) => Messages.WriteLine($"agentsim: {value} ...");
    }
}
