using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AgentSim.Tests.Imports;

/// <summary>
/// Writes a rollout as Codex does, from token sequences that are known: every text has four characters for each of its
/// tokens, so that what an import makes of it can be compared with the truth.
/// </summary>
internal sealed class CodexLog
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private long _time;
    private long _input, _cached, _output;

    public CodexLog(string id, long time, string? meta = null, CodexLog? from = null)
    {
        Id = id;
        _time = time;
        if (from is not null) Tokens = [.. from.Tokens];
        Meta(id, time, meta);
        if (from is null) Tokens.AddRange(Word("base", BaseTokens));
    }

    public const int BaseTokens = 512;

    public string Id { get; }

    /// <summary>Whether lines have ordinals and answers records, as newer versions write them.</summary>
    public bool IsNew { get; init; }

    public long Ordinal { get; set; }

    /// <summary>What the next prompt consists of.</summary>
    public List<string> Tokens { get; set; } = [];

    /// <summary>The prompts of all own requests.</summary>
    public List<string[]> Prompts { get; } = [];

    public IReadOnlyList<string> Lines => _lines;

    public string Text => string.Join('\n', _lines) + "\n";

    public long Time => _time;

    /// <summary>The lines, all written at one time, as a fork copies them.</summary>
    public CodexLog Copy(CodexLog other, int lines, long step = 0)
    {
        foreach (string line in other._lines.Take(lines))
        {
            _time += step;
            int start = line.IndexOf("\"timestamp\":\"", StringComparison.Ordinal) + 13;
            _lines.Add(line[..start] + Stamp(_time) + line[(start + Stamp(0).Length)..]);
        }

        (_input, _cached, _output) = (other._input, other._cached, other._output);
        return this;
    }

    public CodexLog Wait(long milliseconds)
    {
        _time += milliseconds;
        return this;
    }

    public CodexLog Line(string type, string payload)
    {
        string ordinal = IsNew ? string.Create(CultureInfo.InvariantCulture, $"\"ordinal\":{Ordinal++},") : "";
        _lines.Add($"{{\"timestamp\":\"{Stamp(_time)}\",{ordinal}\"type\":\"{type}\",\"payload\":{payload}}}");
        return this;
    }

    public CodexLog Event(string type, string more = "") => Line("event_msg", $"{{\"type\":\"{type}\"{more}}}");

    /// <summary>The beginning of a turn; its id has a time in it, and newer versions write it beside.</summary>
    public CodexLog Turn(string name, bool isDated = true, string model = "gpt-5") =>
        Event("task_started", $",\"turn_id\":\"{name}\"{(isDated ? string.Create(CultureInfo.InvariantCulture, $",\"started_at\":{_time / 1000}") : "")}")
            .Line("turn_context", $"{{\"turn_id\":\"{name}\",\"model\":\"{model}\"}}");

    public CodexLog User(string name, int tokens)
    {
        Tokens.AddRange(Word(name, tokens));
        return Line("response_item",
            $"{{\"type\":\"message\",\"role\":\"user\",\"content\":[{{\"type\":\"input_text\",\"text\":\"{Chars(name, tokens)}\"}}]}}");
    }

    /// <summary>An answer in words.</summary>
    public CodexLog Say(string name, int tokens)
    {
        Answer(name, tokens);
        return Line("response_item",
            $"{{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{{\"type\":\"output_text\",\"text\":\"{Chars(name, tokens)}\"}}]}}");
    }

    /// <summary>An answer that is a call.</summary>
    public CodexLog Call(string id, int tokens, string tool = "exec")
    {
        Answer(id, tokens);
        return Line("response_item",
            $"{{\"type\":\"function_call\",\"name\":\"{tool}\",\"arguments\":\"{Chars(id, tokens)[tool.Length..]}\",\"call_id\":\"{id}\"}}");
    }

    /// <summary>The result of a call, of which <paramref name="id"/> is a part.</summary>
    public CodexLog Result(string id, int tokens, string? text = null)
    {
        Tokens.AddRange(Word("result of " + id, tokens));
        string output = text is null ? $"\"{Chars("result of " + id, tokens)[id.Length..]}\"" : JsonSerializer.Serialize(text);
        return Line("response_item", $"{{\"type\":\"function_call_output\",\"call_id\":\"{id}\",\"output\":{output}}}");
    }

    /// <summary>The count of the answer since the last one.</summary>
    public CodexLog Count(long cached = 0, bool isRecord = true)
    {
        string[] prompt = _pending ?? [.. Tokens];
        Prompts.Add(prompt);
        _input += prompt.Length;
        _cached += cached;
        _output += _made;
        string last = Usage(prompt.Length, cached, _made), total = Usage(_input, _cached, _output);
        if (IsNew && isRecord) Line("token_usage_record",
            $"{{\"thread_id\":\"{Id}\",\"response_id\":\"resp_{Id}_{Prompts.Count}\",\"usage\":{last},\"thread_token_usage\":{total}}}");
        (_pending, _made) = (null, 0);
        _recount = $",\"info\":{{\"total_token_usage\":{total},\"last_token_usage\":{last},\"model_context_window\":258400}},\"rate_limits\":null";
        return Recount();
    }

    /// <summary>The same count once more.</summary>
    public CodexLog Recount() => Event("token_count", _recount);

    private string _recount = ",\"info\":null";

    /// <summary>The history becomes something else.</summary>
    public CodexLog Compact(string name, int tokens)
    {
        Tokens = [.. Word("base", BaseTokens), .. Word(name, tokens)];
        return Line("compacted",
            $"{{\"message\":\"\",\"replacement_history\":[{{\"type\":\"message\",\"role\":\"user\",\"content\":[{{\"type\":\"input_text\",\"text\":\"{Chars(name, tokens)}\"}}]}}]}}");
    }

    private string[]? _pending;   // the prompt of the answer that is being made
    private int _made;

    private void Answer(string name, int tokens)
    {
        _pending ??= [.. Tokens];
        _made += tokens;
        Tokens.AddRange(Word(name, tokens));
    }

    /// <summary>Forgets the answer that is being made.</summary>
    public CodexLog BreakOff()
    {
        (_pending, _made) = (null, 0);
        return this;
    }

    private void Meta(string id, long time, string? more) => Line("session_meta",
        $"{{\"id\":\"{id}\",\"timestamp\":\"{Stamp(time)}\",\"cwd\":\"home\",\"cli_version\":\"0.150.0\",\"base_instructions\":{{\"text\":\"{Chars("base", BaseTokens)}\"}}{more}}}");

    private static string Usage(long input, long cached, long output) => string.Create(CultureInfo.InvariantCulture,
        $"{{\"input_tokens\":{input},\"cached_input_tokens\":{cached},\"output_tokens\":{output},\"reasoning_output_tokens\":0,\"total_tokens\":{input + output}}}");

    private static IEnumerable<string> Word(string name, int tokens) =>
        Enumerable.Range(0, tokens).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}#{i}"));

    private static string Chars(string name, int tokens)
    {
        var text = new StringBuilder();
        while (text.Length < tokens * 4) text.Append(name).Append('.');
        return text.ToString(0, tokens * 4);
    }

    private static string Stamp(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
