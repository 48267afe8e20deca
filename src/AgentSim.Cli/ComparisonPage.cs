using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Simulation;

namespace AgentSim.Cli;

/// <summary>The page of <c>agentsim compare</c>: that of several replays, made of the files that they left.</summary>
internal sealed class ComparisonPage
{
    private readonly string _path;
    private readonly IReadOnlyList<string> _reports;
    private readonly IReadOnlyList<string> _logs;
    private readonly IReadOnlyList<string> _names;

    private ComparisonPage(string path, IReadOnlyList<string> reports, IReadOnlyList<string> logs, IReadOnlyList<string> names) =>
        (_path, _reports, _logs, _names) = (path, reports, logs, names);

    /// <summary>The page that was asked for; null: none was.</summary>
    /// <exception cref="AgentSimException">The options do not go together, or the page would replace a file that is read.</exception>
    public static ComparisonPage? From(OptionValues values, IReadOnlyList<string> reports)
    {
        IReadOnlyList<string> logs = values.All("--report-jsonl"), names = values.All("--name");
        CheckOneEach("--name", "names", names.Count, reports.Count);
        CheckOneEach("--report-jsonl", "logs", logs.Count, reports.Count);
        if (values.Text("--report-html") is not { } path)
        {
            return logs.Count == 0 ? null
                : throw Errors.OptionsConflict.Error("--report-jsonl names the logs of a page; give --report-html, too");
        }

        OutputFiles.Check([.. reports, .. logs.Where(log => log.Length > 0)], ("--report-html", path));
        return new ComparisonPage(path, reports, logs, names);
    }

    /// <summary>Reads what is not read yet and writes the page, whole or not at all.</summary>
    /// <param name="limits">Limits, whose outcomes it shows.</param>
    /// <param name="cancellation">Ends it.</param>
    public void Write(IReadOnlyList<MetricLimit> limits, CancellationToken cancellation)
    {
        IReadOnlyList<ReportedRun> runs = RunLimits.Test(
        [
            .. _reports.Select((report, i) =>
            {
                ReplayResult run = StoredRun.Read(report, _logs.ElementAtOrDefault(i) is { Length: > 0 } log ? log : null, cancellation);
                return new ReportedRun(run, _names.ElementAtOrDefault(i) ?? run.Run.Name ?? Path.GetFileNameWithoutExtension(report));
            }),
        ], limits);
        AtomicFile.Write(_path, stream => HtmlReport.Write(stream, runs, cancellation));
    }

    private static void CheckOneEach(string option, string what, int given, int reports)
    {
        if (given > 0 && given != reports)
            throw Errors.OptionsConflict.Error($"{option} has {given} {what} and there are {reports} reports; give one for each");
    }
}
