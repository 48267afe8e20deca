using AgentSim.Agents;
using AgentSim.Files;
using AgentSim.Imports;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Simulation;
using AgentSim.Timelines;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary>What a replay writes and shows, simulated or live.</summary>
internal static class ReplayOutputs
{
    /// <summary>Refuses names that say no format.</summary>
    public static void CheckNames(ReplayArguments arguments)
    {
        if (arguments.ReportAgents is { } file) _ = AgentsWriter.For(file);
    }

    /// <summary>Refuses to write over what is read, or twice to the same file.</summary>
    public static void CheckPaths(ReplayArguments arguments, string? log, ReplayPlan plan) => OutputFiles.Check(
        arguments.IsRecording ? LogImport.Files(arguments.Files, plan.Workload.Import) : InputFiles.Expand(arguments.Files),
        ("--report-jsonl", log), ("--report-html", arguments.ReportHtml), ("--report-agents", arguments.ReportAgents),
        ("--timeline", arguments.Timeline), ("--report-json", arguments.ReportJson));

    /// <summary>Writes the files that were asked for, and the report: all of them or none.</summary>
    /// <returns>Where the report is.</returns>
    public static string Write(ReplayArguments arguments, string? log, ReplayResult result, CancellationToken cancellation)
    {
        // Whether it can be shown is known before anything is written.
        ReplayTimeline? events = arguments.Timeline is null ? null : new ReplayTimeline(result, new TimelineOptions());
        string report = ReportPath.Resolve(arguments.ReportJson, () => DateTime.Now);
        using var outputs = new OutputSet();
        if (log is not null) outputs.Write(log, stream => RequestLogWriter.Write(stream, result.Requests, cancellation));
        if (arguments.ReportHtml is { } page)
            outputs.Write(page, stream => HtmlReport.Write(stream, [new ReportedRun(result)], cancellation));
        if (arguments.ReportAgents is { } file)
        {
            // A file that was asked for is there, also where there is nothing to say in it.
            Action<Stream, AgentResults> write = AgentsWriter.For(file);
            outputs.Write(file, stream => write(stream, result.Agents ?? new AgentResults([], [], new AgentSummary())));
        }

        if (events is not null) TimelineFile.Write(outputs, arguments.Timeline!, stream => events.Write(stream, null, cancellation));
        outputs.Write(report, stream => ReportWriter.Write(stream, result.Summary, result.Run));
        outputs.Commit();
        return report;
    }

    /// <summary>Shows the table.</summary>
    public static void Show(
        ReplayArguments arguments, ReplayResult result, string report, ReplayWorkload workload, CancellationToken cancellation)
    {
        // People who replay agents want to know of their tasks; for scripts they are made when they ask for them.
        AgentResults? agents = result.Agents
            ?? (workload.IsAgentic && !Console.IsOutputRedirected ? result.FindAgents(cancellation) : null);
        string table = !arguments.IsReferenceTable ? RunTable.Render(result, agents, OptionNames.Wording, Output.Width, arguments.Plots)
            : arguments.Plots ? MetricTable.RenderWithPlots(result, OptionNames.Wording) : MetricTable.Render(result, OptionNames.Wording);
        string tasks = agents is null ? "" : result.Agents is not null ? AgentTable.Render(agents)
            : $"{AgentTable.Line(agents.Summary)} (more with --agents)\n";
        Output.Write($"{table}{tasks}Saved full report to: {Quote.Shown(report)}\n");
    }
}
