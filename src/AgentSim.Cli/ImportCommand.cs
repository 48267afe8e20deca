using System.Text;
using AgentSim.Capture;
using AgentSim.Imports;

namespace AgentSim.Cli;

/// <summary><c>agentsim import</c>: recordings of other programs to request traces.</summary>
internal static class ImportCommand
{
    public static readonly CommandSpec Spec = new(
        "import",
        "Imports recordings of agents and servers as request traces, which convert, timeline and replay read.",
        "[--format NAME] FILE... --output-path PREFIX",
        "Recordings: files, wildcards, or folders with all that is below them; with --format of a program that keeps them " +
            "at a known place, none.",
        [
            new("--output-path", "PREFIX", "Where to write: PREFIX.000000.jsonl.gz and so on"),
            new("--force", "", "Replaces files of an earlier import with this prefix", OptionValue.None),
            new("--format", "NAME", $"{string.Join(", ", LogImport.FormatNames)}; each file's content decides by default"),
            .. ImportArguments.Options,
            new("--summary", "FILE", "Also writes the summary as JSON"),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (values.Text("--output-path") is not { } prefix || string.IsNullOrWhiteSpace(prefix))
            throw Errors.OptionMissing.Error("--output-path is required");
        string? summaryPath = values.Text("--summary");
        ImportOptions options = ImportArguments.Read(values) with { Format = values.Text("--format") };
        if (summaryPath is not null) OutputFiles.Check(LogImport.Files(files, options), ("--summary", summaryPath));
        LogImport import;
        using (ReadingLine? progress = ReadingLine.Create(() => LogImport.Bytes(files, options), "read"))
        {
            import = LogImport.Read(files, options, null, progress, cancellation);
        }

        IReadOnlyList<string> written = TraceFileWriter.Write(import.Records(cancellation), prefix, values.Has("--force"),
            beside =>
            {
                if (summaryPath is not null)
                    beside.Write(summaryPath, stream => stream.Write(Encoding.UTF8.GetBytes($"{import.Summary.ToJson()}\n")));
            }, cancellation);

        // Those that the summary shows by itself are not said twice.
        foreach (RunWarning warning in import.Summary.Warnings.Where(warning => warning.Code != WarningCodes.OutputsEstimated.Id
            && warning.Code != WarningCodes.TimesEstimated.Id))
            Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        string names = written.Count == 1 ? written[0] : $"{written[0]} to {Path.GetFileName(written[^1])}";
        Output.Write($"{import.Summary}\nWrote {Quote.Shown(names)}\n" +
            $"Trace block size: {import.TraceBlockSize} (the files say so themselves)\n");
    }
}
