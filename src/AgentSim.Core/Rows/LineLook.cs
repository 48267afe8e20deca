using System.Text;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>What a line seems to be a part of, whoever wrote it: told by the names in it alone.</summary>
/// <param name="Name">As a message calls it, with its article.</param>
/// <param name="Format">The format of a replay that reads it; null: none does.</param>
/// <param name="Remedy">What reads it, or what to do; null where the format says so.</param>
internal sealed record LineLook(string Name, TraceFormat? Format, string? Remedy = null)
{
    public static readonly LineLook Trace = new("a record of a Dynamo request trace", TraceFormat.Dynamo);
    public static readonly LineLook Agentic = new("an agentic Mooncake row", TraceFormat.AgenticMooncake);
    public static readonly LineLook Header = new("the header of agentic Mooncake rows", TraceFormat.AgenticMooncake);
    public static readonly LineLook Plain = new("a plain Mooncake row", TraceFormat.Mooncake);
    public static readonly LineLook AnyRow = new("a Mooncake row", TraceFormat.Mooncake);   // that could be either
    public static readonly LineLook AppliedCompute = new("an applied-compute session", TraceFormat.AppliedComputeAgentic);

    /// <summary>Rows that can be read, in other units than theirs.</summary>
    public static readonly LineLook Bailian =
        Table("a row of the Bailian traces, whose times are seconds and whose hash ids stand for 16 tokens",
            "bailian") with { Format = TraceFormat.Mooncake };

    private static readonly LineLook RequestLog = new("a request record that a replay wrote", null, $"{Setting.Timeline} reads it");
    public static readonly LineLook Report = new("the beginning of a JSON document of several lines", null,
        $"a report of a replay is for {Setting.Compare}; other files have one JSON object in every line");
    private static readonly LineLook JsonArray = new("a JSON array", null,
        "put each of its objects into a line of its own, without the brackets and commas");
    private static readonly LineLook Binary = new("a part of a binary file", null, "give the text, plain or gzipped");
    private static readonly LineLook Azure = Table("a row of the Azure traces", "azure");
    private static readonly LineLook BurstGpt = Table("a row of BurstGPT, whose times are seconds", "burstgpt");
    private static readonly LineLook LiteLlm = Table("a row of LiteLLM's spend logs", "litellm");
    private static readonly LineLook VllmBench = Table("a result of vLLM's benchmark", "vllm-bench");

    // Names that only files of one kind have: all of a group have to be there.
    private static readonly (string[] Names, LineLook Look)[] Kinds =
    [
        (["terminal_status", "arrival_time_ms"], RequestLog),
        (["chat_id", "parent_chat_id"], Bailian),
        (["chat_id", "turn"], Bailian),
        (["ContextTokens", "GeneratedTokens"], Azure),
        (["Request tokens", "Response tokens"], BurstGpt),
        (["prompt_tokens", "completion_tokens", "startTime"], LiteLlm),
        (["spend", "startTime"], LiteLlm),
        (["input_lens", "output_lens"], VllmBench),
        (["sessionId", "uuid"], Import("a row of Claude Code's session files", "claude-code")),
        (["parentUuid"], Import("a row of Claude Code's session files", "claude-code")),
        (["payload", "type", "timestamp"], Import("a line of a Codex rollout", "codex")),
        (["resourceSpans"], Import("OpenTelemetry spans", "otel")),
        (["resourceLogs"], Import("OpenTelemetry logs", "otel")),
        (["hash_id_scope", "requests"], Import("a Weka trace", "weka")),
        (["schema_version", "steps"], Import("an ATIF trajectory", "atif")),
    ];

    /// <summary>Whether rows of a format may be of this kind.</summary>
    public bool Fits(TraceFormat expected) => expected switch
    {
        TraceFormat.MooncakeDelta => Format == TraceFormat.Mooncake,
        TraceFormat.AgenticMooncake => Format == TraceFormat.AgenticMooncake || this == AnyRow,
        _ => Format == expected,
    };

    /// <summary>What a line seems to be; null if nothing speaks for anything.</summary>
    public static LineLook? Of(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.Trim(" \t\r"u8);
        if (text.Contains((byte)0)) return Binary;
        if (text.SequenceEqual("{"u8)) return Report;
        if (text.StartsWith("["u8)) return JsonArray;
        return text.StartsWith("{"u8) ? OfObject(line) : OfTable(text);
    }

    private static LineLook? OfObject(ReadOnlySpan<byte> line)
    {
        try
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            var json = new JsonRow(line, JsonRow.AnyDepth);
            json.BeginRow();
            while (json.NextKey())
            {
                if (json.Is("event"u8) || json.Is("event_type"u8)) return Trace;
                if (json.Is("num_turns"u8)) return AppliedCompute;
                if (json.Is("wait_for"u8) || json.Is("request_kind"u8) || json.Is("play_id"u8)) return Agentic;
                names.Add(json.KeyText());
                json.Skip();
            }

            foreach ((string[] kind, LineLook look) in Kinds)
            {
                if (kind.All(names.Contains)) return look;
            }

            if (names.Contains("hash_id_scope")) return Header;
            bool hasLengths = (names.Contains("input_length") || names.Contains("input_tokens"))
                && (names.Contains("output_length") || names.Contains("output_tokens"));
            return names.Contains("hash_ids") || hasLengths ? names.Contains("request_id") ? AnyRow : Plain : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static LineLook? OfTable(ReadOnlySpan<byte> line)
    {
        if (line.Length > 4096) return null;
        string text = Encoding.UTF8.GetString(line);
        string[] columns = [.. text.Split(',', ';', '\t').Select(column => column.Trim().Trim('"'))];
        if (columns.Length < 2 || columns.Any(column => column.Length > 200)) return null;
        foreach ((string[] kind, LineLook look) in Kinds)
        {
            if (kind.All(columns.Contains)) return look;
        }

        return new LineLook("a line of a table (CSV)", null,
            $"{Setting.Import} {Setting.ImportFormat} table, with a preset or the meaning of the columns, reads it");
    }

    private static LineLook Table(string name, string preset) =>
        new(name, null, $"{Setting.Import} {Setting.ImportFormat} table {Setting.ImportPreset} {preset} reads it");

    private static LineLook Import(string name, string format) =>
        new(name, null, $"{Setting.Import} {Setting.ImportFormat} {format} reads it");
}
