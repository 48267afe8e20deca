using AgentSim.Files;
using AgentSim.Measures;
using AgentSim.Reports;
using AgentSim.Sessions;

namespace AgentSim.Cli;

/// <summary><c>agentsim sessions</c>: what the agents of recorded traces did.</summary>
internal static class SessionsCommand
{
    public static readonly CommandSpec Spec = new(
        "sessions",
        "Shows the sessions of recorded traces: turns, tools, where their time went, tokens; and what all of them measure.",
        "TRACE... [--tree] [--format FORMAT]",
        "Request traces: files, folders or wildcards, which together are one trace. Plain or gzip.",
        [
            new("--tree", "", "Every session before its sub-agents, indented", OptionValue.None),
            new("--top", "N", "Only the N sessions that took longest"),
            new("--recurse", "", "Folders stand for the traces below them, too", OptionValue.None),
            new("--format", "FORMAT", "table (default), with totals and distributions; csv or jsonl: sessions alone, for programs"),
            new("--allow-torn", "", "Reads the whole lines of files whose end is missing, as those of a capture that was killed",
                OptionValue.None),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        string format = values.Choice("--format", "table", ("table", "table"), ("csv", "csv"), ("jsonl", "jsonl"));
        int? top = values.Text("--top") is { } number ? KnobArguments.Count("--top", number) : null;
        bool isTree = values.Has("--tree");
        if (isTree && top is not null)
            throw Errors.OptionsConflict.Error("--top leaves sessions out, which --tree cannot do without; give one of them");
        if (paths.Count == 0) throw Errors.OptionMissing.Error("name at least one trace");
        IReadOnlyList<string> files = InputFiles.Expand(paths, values.Has("--recurse"));
        TornEnds torn = TornEnds.Of(values.Has("--allow-torn"));
        var collector = new SessionCollector { Torn = torn };
        var measurer = new TraceMeasurer { Torn = torn };
        using (ReadingLine? line = ReadingLine.Create(() => files.Sum(file => new FileInfo(file).Length), "read"))
        {
            collector.AddFiles(files, null, line, cancellation);
        }

        foreach (RunWarning warning in torn.Warnings())
            Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");

        IReadOnlyList<AgentSession> sessions = [.. collector.Sessions(isTree)];
        if (top is { } most) sessions = [.. sessions.OrderByDescending(session => session.Duration).Take(most)];
        if (collector.RequestsWithoutSession is > 0 and int count) Messages.WriteLine(
            $"agentsim: warning: requests passed over because they belong to no session: {count}");
        switch (format)
        {
            case "csv":
                Output.Write(SessionTable.Csv(sessions));
                break;
            case "jsonl":
                Output.Write(SessionTable.Jsonl(sessions));
                break;
            default:
                measurer.AddFiles(files, null, null, null, cancellation);
                Output.Write(string.Concat(measurer.Measures().Select(SessionTable.Render)) + (sessions.Count > 0
                    ? "\n" + SessionTable.Render(sessions, isTree) : ""));
                break;
        }
    }
}
