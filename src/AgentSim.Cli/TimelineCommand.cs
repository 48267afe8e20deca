using AgentSim.Timelines;

namespace AgentSim.Cli;

/// <summary><c>agentsim timeline</c>: request traces or request records to a timeline for Perfetto (behaviour 07#B).</summary>
internal static class TimelineCommand
{
    public static readonly CommandSpec Spec = new(
        "timeline",
        "Makes a timeline of request traces, or of the records that replay --report-jsonl writes, for Perfetto.",
        "FILE... -o FILE [--no-stages] [--include-markers] [--pretty] [--allow-torn]",
        "Request traces (*.jsonl, *.jsonl.gz), folders or wildcards; or the request records of one replay.",
        [
            new("--output", "FILE", "The file to write, gzipped if the name ends in .gz; replaced as a whole", Short: "-o"),
            new("--no-stages", "", "Leaves out the stages of requests: waiting, prefill, decode", OptionValue.None),
            new("--include-markers", "", "Marks the first token of every request", OptionValue.None),
            new("--pretty", "", "Indents, and sorts keys", OptionValue.None),
            new("--allow-torn", "", "Reads the whole lines of files whose end is missing, as those of a capture that was killed",
                OptionValue.None),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (values.Text("--output") is not { } output) throw Errors.OptionMissing.Error("--output (-o) is required");
        var options = new TimelineOptions
        {
            Stages = !values.Has("--no-stages"),
            FirstTokenMarkers = values.Has("--include-markers"),
            Indented = values.Has("--pretty"),
            AllowTorn = values.Has("--allow-torn"),
        };
        IReadOnlyList<string> sources = TimelineSource.Expand(files);
        OutputFiles.Check(sources, ("--output", output));
        TimelineSummary made = TimelineExport.Run(sources, output, options, null, cancellation);
        foreach (RunWarning warning in made.Warnings) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        Messages.WriteLine($"Wrote {made.Items} items from {made.Files} file{(made.Files == 1 ? "" : "s")} to {Quote.Shown(output)}");
    }
}
