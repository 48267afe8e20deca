using System.Text;
using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Json;

namespace AgentSim.Reports;

/// <summary>
/// Writes the tasks and sessions of a replay: as CSV, a line each, tasks first; as JSON lines, an object each, with the critical path;
/// as JSON, two lists of such objects. Values that are not known are empty, or null.
/// </summary>
public static class AgentsWriter
{
    private static readonly string[] Columns =
    [
        "kind", "task_id", "session_id", "parent_session_id", "depth", "play_id", "status", "sessions", "requests", "completed_requests",
        "input_tokens", "output_tokens", "reused_tokens", "begin_ms", "end_ms", "makespan_ms", "root_makespan_ms", "recorded_makespan_ms",
    ];

    private static readonly TimePart[] Parts = Enum.GetValues<TimePart>();

    /// <summary>What writes a file of a name: by its ending <c>.csv</c>, <c>.json</c> or <c>.jsonl</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AgentSimException"><c>AgentsFormatUnknown</c>: the name ends otherwise.</exception>
    public static Action<Stream, AgentResults> For(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => WriteCsv,
            ".JSON" => WriteJson,
            ".JSONL" => WriteLines,
            _ => throw Errors.AgentsFormatUnknown.Error(
                $"{Quote.Path(path)}: sessions and tasks are written to files whose names end in .csv, .json or .jsonl; name one of these"),
        };
    }

    /// <summary>Writes CSV, UTF-8 with line feeds. No cell is a formula.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="agents">The tasks and sessions.</param>
    public static void WriteCsv(Stream stream, AgentResults agents)
    {
        ArgumentNullException.ThrowIfNull(agents);
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(string.Join(',',
        [
            .. Columns, .. Parts.Select(part => $"busy_{TimeSplit.NameOf(part)}_ms"),
            .. Parts.Select(part => $"critical_{TimeSplit.NameOf(part)}_ms"), "critical_tools",
        ]));
        foreach (AgentResult agent in All(agents))
        {
            var (task, session) = (agent as TaskResult, agent as SessionResult);
            text.WriteLine(string.Join(',',
            [
                session is null ? "task" : "session", CsvText.Cell(task?.TaskId ?? session!.TaskId), CsvText.Cell(session?.SessionId ?? ""),
                CsvText.Cell(session?.ParentSessionId ?? ""), Number(session?.Depth), CsvText.Cell(agent.PlayId ?? ""), StatusOf(agent),
                Number(task?.Sessions), Number(agent.Requests), Number(agent.CompletedRequests),
                Number(agent.InputTokens), Number(agent.OutputTokens), Number(agent.ReusedTokens),
                Number(agent.BeginMs), Number(agent.EndMs), Number(agent.MakespanMs), Number(task?.RootMakespanMs),
                    Number(agent.RecordedMakespanMs),
                .. Parts.Select(part => Number(agent.Busy?[part])), .. Parts.Select(part => Number(agent.Critical?[part])),
                CsvText.Cell(agent.CriticalTools),
            ]));
        }
    }

    /// <summary>Writes one compact JSON object a line, UTF-8 with line feeds.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="agents">The tasks and sessions.</param>
    public static void WriteLines(Stream stream, AgentResults agents)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(agents);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JsonLineWriter.Encoder });
        foreach (AgentResult agent in All(agents))
        {
            Write(json, agent);
            json.Flush();
            json.Reset();
            stream.WriteByte((byte)'\n');
        }
    }

    /// <summary>Writes one JSON object with the lists <c>tasks</c> and <c>sessions</c>, UTF-8 with line feeds.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="agents">The tasks and sessions.</param>
    public static void WriteJson(Stream stream, AgentResults agents)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(agents);
        using (var json = new Utf8JsonWriter(stream,
            new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JsonLineWriter.Encoder }))
        {
            json.WriteStartObject();
            json.WriteStartArray("tasks");
            foreach (TaskResult task in agents.Tasks) Write(json, task);
            json.WriteEndArray();
            json.WriteStartArray("sessions");
            foreach (SessionResult session in agents.Sessions) Write(json, session);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static IEnumerable<AgentResult> All(AgentResults agents) => agents.Tasks.Concat<AgentResult>(agents.Sessions);

    private static void Write(Utf8JsonWriter json, AgentResult agent)
    {
        json.WriteStartObject();
        if (agent is SessionResult session)
        {
            json.WriteString("kind", "session");
            json.WriteString("session_id", session.SessionId);
            json.WriteString("task_id", session.TaskId);
            json.WriteString("parent_session_id", session.ParentSessionId);
            json.WriteNumber("depth", session.Depth);
        }
        else if (agent is TaskResult task)
        {
            json.WriteString("kind", "task");
            json.WriteString("task_id", task.TaskId);
            json.WriteNumber("sessions", task.Sessions);
            Real(json, "root_makespan_ms", task.RootMakespanMs);
        }

        json.WriteString("play_id", agent.PlayId);
        json.WriteString("status", StatusOf(agent));
        json.WriteNumber("requests", agent.Requests);
        json.WriteNumber("completed_requests", agent.CompletedRequests);
        json.WriteNumber("input_tokens", agent.InputTokens);
        json.WriteNumber("output_tokens", agent.OutputTokens);
        json.WriteNumber("reused_tokens", agent.ReusedTokens);
        Real(json, "begin_ms", agent.BeginMs);
        Real(json, "end_ms", agent.EndMs);
        Real(json, "makespan_ms", agent.MakespanMs);
        Real(json, "recorded_makespan_ms", agent.RecordedMakespanMs);
        Split(json, "busy_ms", agent.Busy);
        Split(json, "critical_ms", agent.Critical);
        json.WriteStartObject("critical_tools_ms");
        foreach (ToolTime tool in agent.Tools) Real(json, tool.ToolClass, tool.Ms);
        json.WriteEndObject();
        json.WriteStartArray("critical_path");
        foreach (PathLink link in agent.CriticalPath) Write(json, link);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PathLink link)
    {
        json.WriteStartObject();
        Real(json, "begin_ms", link.BeginMs);
        Real(json, "end_ms", link.EndMs);
        json.WriteString("part", TimeSplit.NameOf(link.Part));
        json.WriteNumber("ordinal", link.Ordinal);
        json.WriteString("session_id", link.SessionId);
        json.WriteString("request_id", link.RequestId);
        if (link.Tool is { } tool) json.WriteString("tool", tool);
        if (link.AwaitedOrdinal is { } awaited) json.WriteNumber("awaited_ordinal", awaited);
        if (link.AwaitedRequestId is { } id) json.WriteString("awaited_request_id", id);
        json.WriteEndObject();
    }

    private static void Split(Utf8JsonWriter json, string name, TimeSplit? split)
    {
        if (split is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (TimePart part in Parts) Real(json, TimeSplit.NameOf(part), split[part]);
        json.WriteEndObject();
    }

    private static void Real(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        if (value is { } number) json.WriteReal(number);
        else json.WriteNullValue();
    }

    private static string Number(long? value) => value is { } number ? FormattableString.Invariant($"{number}") : "";

    private static string Number(double? value)
    {
        if (value is not { } number) return "";
        Span<byte> text = stackalloc byte[JsonDouble.MaxLength];
        return Encoding.ASCII.GetString(text[..JsonDouble.Format(number, text)]);
    }

    private static string StatusOf(AgentResult agent) => agent.Status switch
    {
        AgentStatus.Completed => "completed",
        AgentStatus.Failed => "failed",
        _ => "unfinished",
    };
}
