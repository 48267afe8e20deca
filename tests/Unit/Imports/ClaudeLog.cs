using System.Text.Json;

namespace AgentSim.Tests.Imports;

/// <summary>
/// Writes session files as Claude Code does, of conversations whose prompts are known token by token: what a request's
/// prompt truly was stands in <see cref="Prompts"/>, by the id of its message.
/// </summary>
internal sealed class ClaudeLog
{
    public const string Model = "claude-test-1";
    private const string Version = "2.0.99";

    private readonly Random _random;
    private readonly TokenText _text;
    private readonly int[] _system;        // of main conversations; never in the log
    private readonly int[] _agentSystem;   // of sub-agents
    private int _ids;

    public ClaudeLog(int seed)
    {
        _random = new Random(seed);
        _text = new TokenText(_random);
        (_system, _agentSystem) = (_text.Tokens(700, 2000), _text.Tokens(300, 900));
    }

    /// <summary>Rows by path below the folder of the recordings.</summary>
    public SortedDictionary<string, List<string>> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The tokens of each prompt, by message id.</summary>
    public Dictionary<string, int[]> Prompts { get; } = [];

    /// <summary>The ids of sub-agents whose recordings were written, by the tool call that started them.</summary>
    public Dictionary<string, string> Children { get; } = [];

    /// <summary>Tokens of the beginning that all main conversations have.</summary>
    public int SystemTokens => _system.Length;

    public Conversation Begin(string sessionId, DateTime start) =>
        new(sessionId, null, $"{sessionId}.jsonl", _system) { Now = start, Tokens = [.. _system] };

    /// <summary>One request: what is added, the answer with some tool calls, and their results, which go into the next request.</summary>
    public string Step(Conversation at, int tools = 0, bool isStub = false, bool isTornApart = false, double pauseSeconds = 2)
    {
        at.Now = at.Now.AddSeconds(pauseSeconds);
        if (!at.HasInput) Say(at, _text.Tokens(5, 400));
        int[] prompt = [.. at.Tokens];
        string id = $"msg_{++_ids:d5}";
        Prompts[id] = prompt;
        int cached = at.LastTotal == 0 || (at.Now - at.LastEnd).TotalSeconds > 300 ? at.System.Length : at.LastTotal;
        int[] thinking = _text.Tokens(0, 40), text = _text.Tokens(1, 120);
        int[][] inputs = [.. Enumerable.Range(0, tools).Select(_ => _text.Tokens(3, 60))];
        int output = thinking.Length + text.Length + inputs.Sum(input => input.Length);
        var blocks = new List<object>();
        if (thinking.Length > 0) blocks.Add(new { type = "thinking", thinking = TokenText.Text(thinking), signature = $"sig{_ids}" });
        blocks.Add(new { type = "text", text = TokenText.Text(text) });
        string[] calls = [.. inputs.Select((_, i) => $"toolu_{_ids:d5}_{i}")];
        for (int i = 0; i < tools; i++)
            blocks.Add(new { type = "tool_use", id = calls[i], name = "Bash", input = new { command = TokenText.Text(inputs[i]) } });
        at.LastTotal = prompt.Length;
        at.Tokens.AddRange(thinking);
        at.Tokens.AddRange(text);
        foreach (int[] input in inputs) at.Tokens.AddRange(input);
        int answered = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            at.Now = at.Now.AddSeconds(0.7);
            bool isLast = i == blocks.Count - 1;
            var usage = new
            {
                input_tokens = 3,
                cache_read_input_tokens = Math.Min(cached, prompt.Length - 3),
                cache_creation_input_tokens = prompt.Length - 3 - Math.Min(cached, prompt.Length - 3),
                output_tokens = isLast && !isStub ? output : 2,
            };
            Row(at, "assistant", new { id, model = Model, role = "assistant", content = new[] { blocks[i] }, usage, stop_reason = isLast
                && !isStub ? tools > 0 ? "tool_use" : "end_turn" : null });
            at.LastEnd = at.Now;
            // While the rest of the answer still comes, the first tools are done already.
            if (isTornApart && !isLast && i >= blocks.Count - tools) Result(at, calls[answered++]);
        }

        for (; answered < tools; answered++)
        {
            at.Now = at.Now.AddSeconds(1);
            Result(at, calls[answered]);
        }

        at.HasInput = tools > 0;
        return id;
    }

    /// <summary>A person says something.</summary>
    public void Say(Conversation at, int[]? tokens = null)
    {
        tokens ??= _text.Tokens(5, 400);
        at.Tokens.AddRange(tokens);
        at.HasInput = true;
        Row(at, "user", new { role = "user", content = TokenText.Text(tokens) });
    }

    /// <summary>The history is summarised; the request that did it is not in the log.</summary>
    public void Compact(Conversation at)
    {
        at.Now = at.Now.AddSeconds(20);
        int[] summary = _text.Tokens(50, 200);
        string? before = at.LastUuid;
        at.LastUuid = null;
        Row(at, "system", null, new { subtype = "compact_boundary", logicalParentUuid = before,
            compactMetadata = new { trigger = "auto", preTokens = at.Tokens.Count, durationMs = 15_000 } });
        at.Tokens = [.. at.System, .. summary];
        at.LastTotal = at.System.Length;
        at.HasInput = true;
        Row(at, "user", new { role = "user", content = TokenText.Text(summary) }, new { isCompactSummary = true });
    }

    /// <summary>The same session goes on from here in another way; both ways are in one file and on one chain of rows.</summary>
    public static Conversation Split(Conversation at) => at.Copy();

    /// <summary>A session that goes on from another one in a file of its own, which begins with copies of all rows.</summary>
    public Conversation Resume(Conversation at, string sessionId, bool isRestamped)
    {
        Conversation next = at.Copy();
        (next.SessionId, next.File, next.Now) = (sessionId, $"{sessionId}.jsonl", at.Now.AddHours(1));
        List<string> rows = Rows(next);
        foreach (string row in Files[at.File])
        {
            JsonElement element = JsonDocument.Parse(row).RootElement;
            var copy = new Dictionary<string, object?>();
            foreach (JsonProperty property in element.EnumerateObject())
            {
                copy[property.Name] = property.Name switch
                {
                    "sessionId" => sessionId,
                    "timestamp" when isRestamped => Time(next.Now),
                    _ => property.Value,
                };
            }

            rows.Add(JsonSerializer.Serialize(copy));
        }

        return next;
    }

    /// <summary>A tool call that starts a sub-agent; the sub-agent's requests are made while it runs.</summary>
    /// <param name="at">The conversation.</param>
    /// <param name="layout">0: in the session's file; 1: a file beside it; 2: a file in a folder of its own.</param>
    /// <param name="isRecorded">Whether the sub-agent's recording is there.</param>
    public void Delegate(Conversation at, int layout, bool isRecorded = true)
    {
        if (!at.HasInput) Say(at);
        int[] task = _text.Tokens(20, 100);
        string id = $"msg_{++_ids:d5}", call = $"toolu_{_ids:d5}", agent = $"a{_ids:x6}";
        int[] prompt = [.. at.Tokens];
        Prompts[id] = prompt;
        int cached = at.LastTotal == 0 ? at.System.Length : at.LastTotal;
        at.Now = at.Now.AddSeconds(3);
        Row(at, "assistant", new
        {
            id,
            model = Model,
            role = "assistant",
            content = new object[] { new { type = "tool_use", id = call, name = "Task",
                input = new { description = "d", prompt = TokenText.Text(task), subagent_type = "general" } } },
            usage = new { input_tokens = prompt.Length - cached, cache_read_input_tokens = cached, cache_creation_input_tokens = 0,
                output_tokens = task.Length },
            stop_reason = "tool_use",
        });
        at.Tokens.AddRange(task);
        (at.LastTotal, at.LastEnd) = (prompt.Length, at.Now);
        DateTime end = at.Now.AddSeconds(30);
        if (isRecorded)
        {
            string file = layout switch { 0 => at.File, 1 => $"agent-{agent}.jsonl", _ => $"{at.SessionId}/subagents/agent-{agent}.jsonl" };
            var child = new Conversation(at.SessionId, layout == 0 ? "" : agent, file, _agentSystem) { Now = at.Now.AddSeconds(0.2),
                Tokens = [.. _agentSystem] };
            Say(child, task);
            for (int i = _random.Next(1, 4); i >= 0; i--) Step(child, tools: i > 0 ? 1 : 0);
            if (child.Now > end) end = child.Now.AddSeconds(0.1);
            Children[call] = layout == 0 ? child.FirstUuid![..8] : agent;
        }

        at.Now = end;
        Result(at, call, layout == 0 ? null : new { agentId = agent, status = "completed", totalDurationMs = 29_000 });
        at.HasInput = true;
    }

    /// <summary>Writes all files below a folder.</summary>
    public void Write(string folder)
    {
        foreach ((string path, List<string> rows) in Files)
        {
            string full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllLines(full, rows);
        }
    }

    private void Result(Conversation at, string call, object? details = null)
    {
        int[] result = _text.Tokens(2, 600);
        at.Tokens.AddRange(result);
        Row(at, "user", new { role = "user",
            content = new object[] { new { type = "tool_result", tool_use_id = call, content = TokenText.Text(result) } } },
            details is null ? null : new { toolUseResult = details });
    }

    private List<string> Rows(Conversation at)
    {
        if (!Files.TryGetValue(at.File, out List<string>? rows)) Files.Add(at.File, rows = [.. Noise()]);
        return rows;
    }

    private static string[] Noise() =>
    [
        """{"type":"file-history-snapshot","messageId":"m","snapshot":{},"isSnapshotUpdate":false}""",
        """{"type":"something-newer-than-this-program","value":[1,{"type":"assistant"}]}""",
    ];

    private void Row(Conversation at, string type, object? message, object? more = null)
    {
        string uuid = $"{_random.NextInt64():x16}-{++_ids:x4}";
        at.FirstUuid ??= uuid;
        var row = new Dictionary<string, object?>
        {
            // What speaks in one file is one chain, whoever speaks.
            ["parentUuid"] = at.LastUuid is null ? null : at.Chain is { } chain ? chain.Last : at.LastUuid,
            ["isSidechain"] = at.AgentId is not null,
            ["cwd"] = "/project",
            ["sessionId"] = at.SessionId,
            ["version"] = Version,
            ["type"] = type,
            ["uuid"] = uuid,
            ["timestamp"] = Time(at.Now),
        };
        if (at.AgentId is { Length: > 0 } agent) row["agentId"] = agent;
        if (message is not null) row["message"] = message;
        if (more is not null)
        {
            foreach (JsonProperty property in JsonSerializer.SerializeToElement(more).EnumerateObject())
                row[property.Name] = property.Value;
        }

        Rows(at).Add(JsonSerializer.Serialize(row));
        at.LastUuid = uuid;
        if (at.Chain is { } shared) shared.Last = uuid;
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A conversation and its state.</summary>
    public sealed class Conversation(string sessionId, string? agentId, string file, int[] system)
    {
        public string SessionId { get; set; } = sessionId;

        public string? AgentId { get; } = agentId;

        public string File { get; set; } = file;

        public int[] System { get; } = system;

        /// <summary>What the next prompt begins with.</summary>
        public List<int> Tokens { get; set; } = [];

        public bool HasInput { get; set; }

        public int LastTotal { get; set; }

        public DateTime Now { get; set; }

        public DateTime LastEnd { get; set; }

        public string? LastUuid { get; set; }

        public string? FirstUuid { get; set; }

        /// <summary>The last row of conversations that take turns in one file.</summary>
        public SharedChain? Chain { get; set; }

        public Conversation Copy() => new(SessionId, AgentId, File, System)
        {
            Tokens = [.. Tokens], HasInput = HasInput, LastTotal = LastTotal, Now = Now, LastEnd = LastEnd, LastUuid = LastUuid,
                FirstUuid = FirstUuid, Chain = Chain,
        };
    }

    public sealed class SharedChain
    {
        public string? Last { get; set; }
    }
}
