using AgentSim.Traces;

namespace AgentSim.Cli;

/// <summary><c>agentsim convert</c>: request traces to Mooncake rows (specification 01, 5).</summary>
internal static class ConvertCommand
{
    public static readonly CommandSpec Spec = new(
        "convert",
        "Converts Dynamo request traces to Mooncake rows that replay reads.",
        "[--agentic] --input-path FILE... --output-file FILE",
        FilesHelp: null,
        [
            new("--input-path", "FILE...", "Request traces (*.jsonl, *.jsonl.gz): files, folders or wildcards; may be repeated", OptionValue.Many),
            new("--output-file", "FILE", "The file to write; replaced as a whole"),
            new("--agentic", "", "The traces are agentic; required for those, wrong for others", OptionValue.None),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (!values.Has("--input-path")) throw AgentSimException.Usage("OptionMissing", "--input-path is required");
        if (values.Text("--output-file") is not { } output) throw AgentSimException.Usage("OptionMissing", "--output-file is required");

        ConvertResult result = TraceConverter.Convert(
            new ConvertOptions(values.All("--input-path"), output, values.Has("--agentic")), null, cancellation);
        using StreamWriter text = Output.Open();
        text.Write($"Wrote {result.Rows} {(result.IsAgentic ? "agentic " : "")}Mooncake rows to {output}\n");
        text.Write($"Trace block size: {result.TraceBlockSize} (replay them with --trace-block-size {result.TraceBlockSize})\n");
    }
}
