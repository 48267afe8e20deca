using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Reports.Html;

/// <summary>Report pages of small and large runs, and their parts.</summary>
internal static partial class Pages
{
    /// <summary>Three requests of a session with tools and a delay, one of another session, and a sub-agent.</summary>
    public const string Agentic = """
        {"request_id":"a1","session_id":"main","timestamp":0,"input_length":64,"output_length":3,"hash_ids":[1,2,3,4],"branches":["s1"]}
        {"request_id":"s1","session_id":"main/sub","input_length":32,"output_length":4,"hash_ids":[7,8],"wait_for":["a1"],"delay":2}
        {"request_id":"a2","session_id":"main","input_length":80,"output_length":2,"hash_ids":[1,2,3,4,5],"wait_for":["a1","s1"],"delay":10,"tool_wait_ms":5,"tool_events":[{"tool_call_id":"t","tool_class":"bash","started_at_unix_ms":1,"ended_at_unix_ms":6,"duration_ms":5.5,"status":"succeeded"}]}
        {"request_id":"b1","session_id":"other","timestamp":1,"input_length":16,"output_length":1,"hash_ids":[9]}

        """;

    public static ReplayResult AgenticRun(int workers = 1, ReplaySettings? settings = null) =>
        Sim.Run(Agentic, settings ?? Sim.Settings(workers: workers), TraceFormat.AgenticMooncake);

    /// <summary>Sessions of synthetic turns, all of which arrive within seconds.</summary>
    public static ReplayResult Synthetic(int sessions, int turns)
    {
        ReplaySettings settings = Sim.Settings(workers: 4);
        var load = new SyntheticOptions { InputTokens = 64, OutputTokens = 4, RequestCount = sessions, TurnsPerSession = turns,
            ArrivalIntervalMs = 1.5, InterTurnDelayMs = turns > 1 ? 40 : 0 };
        return Replay.Run(SyntheticLoad.Create(load, settings.Engine.BlockSize), settings);
    }

    public static string Html(params ReplayResult[] results) => Html([.. results.Select(result => new ReportedRun(result))]);

    public static string Html(params ReportedRun[] runs)
    {
        var stream = new MemoryStream();
        HtmlReport.Write(stream, runs);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>What the scripts of a page are given.</summary>
    public static JsonElement Data(string html) => JsonDocument.Parse(DataPart().Match(html).Groups[1].Value).RootElement;

    /// <summary>The page without its data, scripts and styles.</summary>
    public static string Markup(string html) => Embedded().Replace(html, "<$1/>");

    /// <summary>The contents of the elements that a browser would run or apply: scripts but for the data, and styles.</summary>
    public static string[] Elements(string html, string name) =>
        [.. Regex.Matches(html, $"<{name}>(.*?)</{name}>", RegexOptions.Singleline).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("""<script type="application/json" id="data">(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex DataPart();

    [GeneratedRegex("<(script|style)[^>]*>.*?</\\1>", RegexOptions.Singleline)]
    private static partial Regex Embedded();
}
