using AgentSim.Files;
using AgentSim.Lowering;

namespace AgentSim.Cli;

/// <summary><c>agentsim convert</c>: request traces to Mooncake rows (behaviour 01#5).</summary>
internal static class ConvertCommand
{
    public static readonly CommandSpec Spec = new(
        "convert",
        "Converts Dynamo request traces to Mooncake rows that replay reads. The recorded gaps between the requests decide; tool events " +
            "only say which part of a gap was a tool, so that editing or dropping them changes no time.",
        "[--agentic [--format v2] [--drop-sessionless]] --input-path FILE... --output-file FILE",
        FilesHelp: null,
        [
            new("--input-path", "FILE...", "Request traces (*.jsonl, *.jsonl.gz): files, folders or wildcards; may be repeated",
                OptionValue.Many),
            new("--output-file", "FILE", "The file to write; replaced as a whole"),
            new("--format", "VERSION",
                "Version of agentic rows: v1 (default), which start as soon as what they wait for has ended, or v2, which also keep the " +
                    "recorded times: a request never starts before its not_before_ms, however fast the engine"),
            new("--agentic", "", "The traces are agentic: their requests have sessions; required for those, wrong for others",
                OptionValue.None),
            new("--drop-sessionless", "", "With --agentic: leaves out requests without a session, where others have one; they are counted",
                OptionValue.None),
            new("--allow-torn", "", "Reads the whole lines of files whose end is missing, as those of a capture that was killed",
                OptionValue.None),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (!values.Has("--input-path")) throw Errors.OptionMissing.Error("--input-path is required");
        if (values.Text("--output-file") is not { } output) throw Errors.OptionMissing.Error("--output-file is required");
        int version = values.Choice("--format", 1, ("v1", 1), ("v2", 2));
        bool isAgentic = values.Has("--agentic");
        if (version == 2 && !isAgentic) throw Errors.OptionsConflict.Error("--format v2 is for agentic traces; give --agentic too");
        bool drops = values.Has("--drop-sessionless");
        if (drops && !isAgentic) throw Errors.OptionsConflict.Error("--drop-sessionless is for agentic traces; give --agentic too");
        OutputFiles.Check(InputFiles.Expand(values.All("--input-path")), ("--output-file", output));

        ConvertResult result = TraceConverter.Convert(
            new ConvertOptions(values.All("--input-path"), output, isAgentic, version)
            {
                DropSessionless = drops,
                AllowTorn = values.Has("--allow-torn"),
            }, null, cancellation);
        foreach (RunWarning warning in result.Warnings) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        string hint = version == 2 ? "the file says so itself" : $"replay them with --trace-block-size {result.TraceBlockSize}";
        Output.Write($"Wrote {result.Rows} {(result.IsAgentic ? "agentic " : "")}Mooncake rows to {Quote.Shown(output)}\n" +
            "Trace block size: " +
            $"{result.TraceBlockSize} ({hint})\n"
            + (result.SessionlessDropped > 0 ? $"Left out: {result.SessionlessDropped} requests without a session\n" : ""));
    }
}
