using System.Globalization;
using System.Text;
using System.Text.Json;
using AgentSim.Measures;
using AgentSim.Sessions;

namespace AgentSim.Reports;

/// <summary>Sessions of recorded traces, and what they measure, as text for the terminal, CSV and JSON lines.</summary>
public static class SessionTable
{
    private static readonly (string Name, Func<AgentSession, object?> Value)[] Columns =
    [
        ("session_id", session => session.SessionId),
        ("parent_session_id", session => session.ParentSessionId),
        ("root_session_id", session => session.RootSessionId),
        ("depth", session => session.Depth),
        ("models", session => string.Join(' ', session.Models)),
        ("turns", session => session.Turns),
        ("tool_calls", session => session.ToolCalls),
        ("errors", session => session.Errors),
        ("start", session => session.Start.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)),
        ("duration_ms", session => session.Duration.TotalMilliseconds),
        ("llm_ms", session => session.LlmTime.TotalMilliseconds),
        ("tool_ms", session => session.ToolTime.TotalMilliseconds),
        ("idle_ms", session => session.IdleTime.TotalMilliseconds),
        ("input_tokens", session => session.InputTokens),
        ("output_tokens", session => session.OutputTokens),
        ("cached_tokens", session => session.CachedTokens),
    ];

    /// <summary>
    /// A line per session, children indented below their parents where sessions come so. Every line ends with a line feed.
    /// </summary>
    /// <param name="sessions">At least one session.</param>
    /// <param name="isTree">Whether they are ordered as a tree.</param>
    public static string Render(IReadOnlyList<AgentSession> sessions, bool isTree = false)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        List<string[]> rows = [["Session", "Turns", "Tools", "Duration s", "LLM s", "Tool s", "Idle s", "Input", "Output", "Cached"]];
        foreach (AgentSession session in sessions)
        {
            rows.Add([
                new string(' ', isTree ? 2 * session.Depth : 0) + Shown(session.SessionId), Count(session.Turns), Count(session.ToolCalls),
                Seconds(session.Duration), Seconds(session.LlmTime), Seconds(session.ToolTime), Seconds(session.IdleTime),
                Count(session.InputTokens), Count(session.OutputTokens), session.CachedTokens is { } cached
                    ? Count(cached)
                    : MetricText.None]);
        }

        var text = new StringBuilder();
        TextTable.Append(text, rows);
        return text.ToString();
    }

    /// <summary>What a trace measures, a fact per line. Every line ends with a line feed.</summary>
    /// <param name="trace">The measure.</param>
    public static string Render(TraceMeasure trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var text = new StringBuilder();
        Line("Sessions", Count(trace.Sessions));
        Line("Requests", Count(trace.Requests));
        if (trace.Start is { } start) Line("Start", start.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC");
        if (trace.Duration is { } duration) Line("Duration", Seconds(duration) + " s");
        Line("Errors", Count(trace.Errors));
        Line("Input tokens", $"{Count(trace.InputTokens)} ({trace.InputLength} a request)");
        Line("Output tokens", $"{Count(trace.OutputTokens)} ({trace.OutputLength} a request)");
        if (trace.CachedTokens is { } cached) Line("Cached tokens", $"{Count(cached)}, as recorded");
        Line(
            "Repeated tokens",
                $"{Count(trace.RepeatedTokens)}, {trace.PrefixReuse.ToString("P1", CultureInfo.InvariantCulture)} of the input: what "
                    + "an endless prefix cache would find");
        if (trace.RequestMs is { } request) Line("Request ms", request.ToString());
        Line("Turns", trace.Turns.ToString());
        if (trace.Concurrency is { } concurrency) Line("At the same time", concurrency.ToString());
        foreach (ToolMeasure tool in trace.Tools) Line(
            $"Tool {Shown(tool.ToolClass)}", $"{Count(tool.Calls)} calls, {Count(tool.Errors)} failed, ms: {tool.DurationMs}");
        return text.ToString();

        void Line(string name, string value) => text.Append(name.PadRight(18)).Append(value).Append('\n');
    }

    /// <summary>CSV, UTF-8 with line feeds. No cell is a formula.</summary>
    /// <param name="sessions">The sessions.</param>
    public static string Csv(IReadOnlyList<AgentSession> sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        var text = new StringBuilder();
        text.AppendJoin(',', Columns.Select(column => column.Name)).Append('\n');
        foreach (AgentSession session in sessions)
            text.AppendJoin(',', Columns.Select(column => CsvText.Cell(CsvText.Of(column.Value(session))))).Append('\n');
        return text.ToString();
    }

    /// <summary>JSON lines: an object per session.</summary>
    /// <param name="sessions">The sessions.</param>
    public static string Jsonl(IReadOnlyList<AgentSession> sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        using var stream = new MemoryStream();
        foreach (AgentSession session in sessions)
        {
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                foreach ((string name, Func<AgentSession, object?> value) in Columns) JsonCells.Write(json, name, value(session));
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    // What others wrote must not drive the terminal.
    private static string Shown(string text) => Quote.Plain(text);

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("N3", CultureInfo.InvariantCulture);
}
