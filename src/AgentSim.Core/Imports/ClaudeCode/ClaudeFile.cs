using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentSim.Imports.ClaudeCode;

/// <summary>
/// Reads the rows of one file, in the order in which they stand: who said what after what. Texts are turned into identities
/// at once; what is left of a row is small.
/// </summary>
internal sealed partial class ClaudeFile(ClaudeCodeFormat format, ImportSink sink, AgentLinks agents, string path)
{
    private const int RestampedRows = 20;
    private const long RestampedSpanMs = 2;

    private static readonly DropReason Synthetic = new("synthetic", "synthetic (errors and interruptions)");

    private readonly ClaudeBlocks _blocks = new(sink.Identity, sink.Options.CharactersPerToken);
    private readonly ClaudeRequests _requests = new(format, sink, agents, path);
    private readonly Dictionary<string, ClaudeContext> _contexts = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, ClaudeRow> _rows = [];
    private readonly Dictionary<(ClaudeContext Context, string Id), ClaudeResponse> _responses = [];
    private readonly Dictionary<string, ClaudeCall> _calls = new(StringComparer.Ordinal);
    private readonly HashSet<string> _versions = new(StringComparer.Ordinal);
    private readonly List<ClaudeRow> _sameTime = [];   // message rows in a row whose times are nearly the same
    private readonly string _stem = Stem(path);
    private ClaudeContext? _sidechain;   // the sub-agent within the file that spoke last

    /// <summary>Takes a row.</summary>
    public void AddRow(JsonElement row, SourcePlace place)
    {
        string? type = ClaudeJson.Text(row, "type");
        if (type == "queue-operation") NoteDone(row);
        if (ClaudeJson.Text(row, "uuid") is not { } uuid || type is null) return;
        ulong key = ClaudeJson.Key(uuid);
        if (_rows.ContainsKey(key)) return;   // the same row again

        ClaudeRow? before = ClaudeJson.Text(row, "parentUuid") is { } parent ? _rows.GetValueOrDefault(ClaudeJson.Key(parent)) : null;
        ClaudeContext context = Context(row, uuid, before);
        var entry = new ClaudeRow { Place = place, Context = context, TimeMs = ClaudeJson.Time(row, "timestamp") };
        // A row whose parent is not in the file goes on from what was said last.
        entry.Parent = before ?? (ClaudeJson.Value(row, "parentUuid").ValueKind == JsonValueKind.String ? context.Last : null);
        _rows.Add(key, entry);
        if (ClaudeJson.Text(row, "version") is { } version)
        {
            context.Version ??= version;
            if (_versions.Add(version)) sink.NoteVersion(format, version);
        }

        context.Cwd ??= ClaudeJson.Text(row, "cwd");
        JsonElement message = ClaudeJson.Value(row, "message");
        switch (type)
        {
            case "assistant":
                AddAnswer(row, message, entry, uuid);
                break;
            case "user":
                AddUser(row, message, entry);
                break;
            case "attachment":
                entry.Added = [_blocks.Other("attachment", ClaudeJson.Value(row, "attachment"))];
                break;
            case "system" when ClaudeJson.Text(row, "subtype") == "compact_boundary":
                entry.Parent = ClaudeJson.Text(row, "logicalParentUuid") is { } logical
                    && _rows.TryGetValue(ClaudeJson.Key(logical), out ClaudeRow? last) ? last : context.Last;
                entry.IsCompaction = true;
                entry.IsMessage = true;
                JsonElement metadata = ClaudeJson.Value(row, "compactMetadata");
                _requests.AddCompaction(context.Compaction = new ClaudeCompaction(entry, ++context.Compactions,
                    ClaudeJson.Count(metadata, "preTokens"),
                    ClaudeJson.Count(metadata, "postTokens"), ClaudeJson.Count(metadata, "durationMs"), ClaudeJson.Key(uuid)));
                break;
        }

        if (entry.IsMessage) WatchTimes(entry);
        context.Last = entry;
    }

    /// <summary>Says that the file is at its end: hands over what was in it.</summary>
    public void Finish()
    {
        MarkRestamped();
        _requests.HandOver(_contexts.Values, _calls.Values);
    }

    private static string Stem(string path)
    {
        string name = Path.GetFileName(path);
        int end = name.IndexOf(".json", StringComparison.OrdinalIgnoreCase);
        return end > 0 ? name[..end] : name;
    }

    private ClaudeContext Context(JsonElement row, string uuid, ClaudeRow? before)
    {
        string session = ClaudeJson.Text(row, "sessionId") ?? _stem;
        if (!ClaudeJson.Flag(row, "isSidechain")) return Of(session, null);
        string? agent = ClaudeJson.Text(row, "agentId") ?? (_stem.StartsWith("agent-", StringComparison.Ordinal)
            ? _stem["agent-".Length..] : null);
        if (agent is not null) return Of($"{session}/{agent}", session);
        // Old versions: sub-agents have no id, only a beginning of their own within the session's file.
        if (before is not null && before.Context.Session.Name != session) return before.Context;
        if (before is null && _sidechain is not null && ClaudeJson.Text(row, "parentUuid") is not null) return _sidechain;
        return _sidechain = Of($"{session}/{uuid[..Math.Min(8, uuid.Length)]}", session);
    }

    private ClaudeContext Of(string name, string? main)
    {
        if (_contexts.TryGetValue(name, out ClaudeContext? context)) return context;
        SourceSession session = sink.Session(format, name);
        _contexts.Add(name, context = new ClaudeContext(session));
        if (main is not null) agents.AddAgent(session, sink.Session(format, main), path);
        return context;
    }

    private void AddAnswer(JsonElement row, JsonElement message, ClaudeRow entry, string uuid)
    {
        entry.IsMessage = true;
        string? model = ClaudeJson.Text(message, "model");
        if (model == "<synthetic>" || ClaudeJson.Flag(row, "isApiErrorMessage"))
        {
            sink.Drop(Synthetic);
            return;
        }

        string? messageId = ClaudeJson.Text(message, "id");
        string id = messageId ?? ClaudeJson.Text(row, "requestId") ?? uuid;
        if (!_responses.TryGetValue((entry.Context, id), out ClaudeResponse? response))
        {
            _responses.Add((entry.Context, id), response = new ClaudeResponse { Id = id, IsGlobal = true, First = entry, Model = model });
            _requests.AddResponse(response);
        }

        entry.Response = response;
        response.StopReason ??= ClaudeJson.Text(message, "stop_reason");
        JsonElement usage = ClaudeJson.Value(message, "usage");
        if (ClaudeJson.Count(usage, "input_tokens") is { } plain)
        {
            long cached = ClaudeJson.Count(usage, "cache_read_input_tokens") ?? 0;
            response.AddUsage(plain + (ClaudeJson.Count(usage, "cache_creation_input_tokens") ?? 0) + cached, cached,
                ClaudeJson.Count(usage, "output_tokens") ?? 0);
        }

        // A row that only repeats what is there may be a copy, made much later.
        bool isNew = response.First == entry;
        JsonElement content = ClaudeJson.Value(message, "content");
        if (content.ValueKind == JsonValueKind.String)
        {
            isNew |= response.Add(_blocks.Other("answer", content), content.GetString()!.Length);
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement block in content.EnumerateArray())
            {
                isNew |= response.Add(_blocks.Answer(block, out double characters), characters);
                string? kind = ClaudeJson.Text(block, "type");
                response.HidesThinking |= kind == "redacted_thinking" || (kind == "thinking" && characters == 0);
                if (kind == "tool_use") AddCall(block, entry, response);
            }
        }

        if (isNew && entry.TimeMs is { } time) response.EndMs = Math.Max(response.EndMs ?? time, time);
    }

    private void AddCall(JsonElement block, ClaudeRow entry, ClaudeResponse response)
    {
        if (ClaudeJson.Text(block, "id") is not { } id || _calls.ContainsKey(id)) return;
        JsonElement input = ClaudeJson.Value(block, "input");
        string name = ClaudeJson.Text(block, "name") ?? "tool";
        bool startsAgent = name is "Task" or "Agent" || ClaudeJson.Text(input, "subagent_type") is not null;
        var call = new ClaudeCall
        {
            Id = id,
            Name = name,
            Row = entry,
            Response = response,
            Task = startsAgent && ClaudeJson.Text(input, "prompt") is { } prompt ? _blocks.Task(prompt) : null,
            IsBackground = ClaudeJson.Flag(input, "run_in_background"),
        };
        _calls.Add(id, call);
        response.Calls.Add(call);
    }

    private void AddUser(JsonElement row, JsonElement message, ClaudeRow entry)
    {
        entry.IsMessage = true;
        entry.IsCompaction = ClaudeJson.Flag(row, "isCompactSummary");
        JsonElement content = ClaudeJson.Value(message, "content");
        entry.Added = _blocks.User(content);
        if (entry.IsCompaction && entry.Context.Compaction is { } compaction) compaction.Summary ??= entry;
        if (content.ValueKind == JsonValueKind.String && entry.Parent is null)
            agents.AddTask(entry.Context.Session, _blocks.Task(content.GetString()!));
        if (content.ValueKind != JsonValueKind.Array) return;
        JsonElement details = ClaudeJson.Value(row, "toolUseResult");
        var results = new List<string>();
        foreach (JsonElement block in content.EnumerateArray())
        {
            string? kind = ClaudeJson.Text(block, "type");
            if (kind == "text" && entry.Parent is null)
                agents.AddTask(entry.Context.Session, _blocks.Task(ClaudeJson.Text(block, "text") ?? ""));
            if (kind == "tool_result" && ClaudeJson.Text(block, "tool_use_id") is { } id)
            {
                results.Add(id);
                AddResult(block, details, entry, id);
            }
        }

        entry.Results = results;
    }

    private void AddResult(JsonElement block, JsonElement details, ClaudeRow entry, string id)
    {
        if (!_calls.TryGetValue(id, out ClaudeCall? call) || call.Result is not null) return;
        JsonElement content = ClaudeJson.Value(block, "content");
        bool isError = ClaudeJson.Flag(block, "is_error");
        call.Result = new ClaudeResult(entry, isError, ClaudeJson.Flag(details, "interrupted"), ClaudeBlocks.Bytes(content),
            ClaudeJson.Count(details, "totalDurationMs") ?? ClaudeJson.Count(details, "durationMs"),
            ClaudeJson.Text(details, "agentId") ?? ClaudeJson.Text(details, "agent_id"));
        call.IsBackground |= ClaudeJson.Flag(details, "isAsync") || ClaudeJson.Text(details, "backgroundTaskId") is not null
            || ClaudeJson.Text(details, "status") == "async_launched";
    }

    // A background task says that it is done by a message that names the call.
    private void NoteDone(JsonElement row)
    {
        if (ClaudeJson.Time(row, "timestamp") is not { } time || ClaudeJson.Text(row, "content") is not { } content) return;
        foreach (Match match in ToolUseId().Matches(content))
        {
            if (_calls.TryGetValue(match.Groups[1].Value, out ClaudeCall? call)) call.DoneMs ??= time;
        }
    }

    private void WatchTimes(ClaudeRow entry)
    {
        if (entry.TimeMs is not { } time) return;
        if (_sameTime.Count > 0 && Math.Abs(time - _sameTime[0].TimeMs!.Value) > RestampedSpanMs) MarkRestamped();
        _sameTime.Add(entry);
    }

    // So many rows at once are copies, made when a session was resumed.
    private void MarkRestamped()
    {
        if (_sameTime.Count > RestampedRows)
        {
            foreach (ClaudeRow row in _sameTime) row.IsRestamped = true;
        }

        _sameTime.Clear();
    }

    [GeneratedRegex("<tool-use-id>([^<]+)</tool-use-id>")]
    private static partial Regex ToolUseId();
}
