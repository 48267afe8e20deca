using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AgentSim.Imports.Codex;

/// <summary>
/// Reads rollouts, the files in which Codex keeps threads. Two logs take turns in them: what the model sees
/// (<c>response_item</c>) and what the terminal shows (<c>event_msg</c>). Kinds of lines that are not known are passed over,
/// since new ones come with nearly every version.
/// </summary>
internal sealed class CodexReader(ImportSink sink)
{
    private readonly CodexItems _items = new(sink);
    private long _timeMs;
    private CodexRollout _rollout = null!;

    /// <summary>Reads a file.</summary>
    public CodexRollout Read(string path, CancellationToken cancel)
    {
        _timeMs = 0;
        _rollout = new CodexRollout(path);
        SourceLines.ForEach(path, sink, ReadLine, cancel);
        return _rollout;
    }

    private void ReadLine(JsonElement line, SourcePlace place)
    {
        JsonElement payload = line.Get("payload");
        if (payload.ValueKind != JsonValueKind.Object)
        {
            // Until autumn 2025 items stood in the file as they are, without times and counts.
            bool isHeader = line.Text("id") is not null && line.Text("type") is null;
            if (isHeader || line.Text("record_type") is not null || line.Text("role") is not null) _rollout.BareLines++;
            return;
        }

        _timeMs = line.Time("timestamp") ?? _timeMs;
        var at = new CodexLine(_timeMs, place, line.Number("ordinal"), XxHash3.HashToUInt64(JsonMarshal.GetRawUtf8Value(line)));
        if (Event(line.Text("type"), payload, at) is { } found) _rollout.Events.Add(found);
    }

    private CodexEvent? Event(string? type, JsonElement payload, CodexLine at) => type switch
    {
        "session_meta" => Meta(payload, at),
        "response_item" => Item(payload, at),
        "event_msg" => Message(payload, at),
        "token_usage_record" => new CodexUsage
        {
            At = at,
            IsRecord = true,
            ResponseId = payload.Text("response_id"),
            Last = Tokens(payload.Get("usage")),
            Total = Tokens(payload.Get("thread_token_usage")),
        },
        "turn_context" => new CodexContext
        {
            At = at,
            TurnId = payload.Text("turn_id"),
            Model = payload.Text("model"),
        },
        "compacted" => new CodexCompaction
        {
            At = at,
            Replacement = Replacement(payload),
        },
        "inter_agent_communication" => Input(payload, at, isUser: false),
        _ => null,
    };

    private CodexMeta Meta(JsonElement payload, CodexLine at)
    {
        JsonElement spawn = payload.Get("source").Get("subagent").Get("thread_spawn"), history = payload.Get("history_base");
        string? instructions = payload.Get("base_instructions").Text("text") ?? payload.Text("base_instructions")
            ?? payload.Text("instructions");
        return new CodexMeta
        {
            At = at,
            ThreadId = payload.Text("id") ?? payload.Text("session_id"),
            CreatedMs = payload.Time("timestamp"),
            Folder = payload.Text("cwd"),
            Version = payload.Text("cli_version"),
            ParentId = payload.Text("parent_thread_id") ?? spawn.Text("parent_thread_id"),
            ForkedFromId = payload.Text("forked_from_id"),
            OwnFromOrdinal = payload.Number("subagent_history_start_ordinal"),
            HistoryBase = history.Text("thread_id") is { } thread
                ? (thread, history.Number("end_ordinal_exclusive") ?? long.MaxValue) : null,
            Instructions = instructions is { Length: > 0 } ? _items.Segment("system", "instructions", instructions) : null,
        };
    }

    private CodexEvent? Item(JsonElement item, CodexLine at)
    {
        string kind = item.Text("type") ?? "";
        if (kind == "message") return item.Text("role") == "assistant" ? Made(item, at) : Input(item, at, item.Text("role") == "user");
        if (kind == "reasoning" || kind.EndsWith("_call", StringComparison.Ordinal)) return Made(item, at);
        if (kind.EndsWith("_output", StringComparison.Ordinal))
            return item.Text("call_id") is { } id ? _items.Output(item, id, at) : Input(item, at, isUser: false);
        return kind is "compaction" or "compaction_summary" or "agent_message" ? Input(item, at, isUser: false) : null;
    }

    private CodexInput Input(JsonElement item, CodexLine at, bool isUser) => new()
    {
        At = at,
        Segment = _items.Segment(item),
        IsUser = isUser,
    };

    private CodexItem Made(JsonElement item, CodexLine at)
    {
        string kind = item.Text("type")!;
        string? callId = kind.EndsWith("_call", StringComparison.Ordinal) ? item.Text("call_id") : null;
        return new CodexItem
        {
            At = at,
            Segment = _items.Segment(item),
            IsReasoning = kind == "reasoning",
            CallId = callId,
            Tool = callId is null ? null : item.Text("name") ?? kind[..^"_call".Length],
        };
    }

    private static CodexEvent? Message(JsonElement payload, CodexLine at)
    {
        JsonElement info = payload.Get("info"), item = payload.Get("item");
        return payload.Text("type") switch
        {
            "token_count" when info.ValueKind == JsonValueKind.Object => new CodexUsage
            {
                At = at,
                Model = info.Text("model"),
                Last = Tokens(info.Get("last_token_usage")),
                Total = Tokens(info.Get("total_token_usage")),
            },
            "task_started" or "turn_started" => new CodexTurnStart
            {
                At = at,
                TurnId = payload.Text("turn_id"),
                StartedMs = payload.Real("started_at") is { } seconds ? (long)(seconds * 1000) : payload.Time("started_at"),
            },
            "turn_aborted" => new CodexAbort { At = at },
            "thread_rolled_back" => new CodexRollback
            {
                At = at,
                Turns = (int)Math.Clamp(payload.Number("num_turns") ?? 0, 0, int.MaxValue),
            },
            "sub_agent_activity" => Agent(payload, "event_id", at),
            "collab_agent_spawn_end" => Agent(payload, "call_id", at),
            "item_completed" when item.Text("type") == "SubAgentActivity" => Agent(item, "id", at),
            { } type when type.EndsWith("_end", StringComparison.Ordinal) => Duration(payload, at),
            _ => null,
        };
    }

    private static CodexAgentStart? Agent(JsonElement activity, string callName, CodexLine at)
    {
        if (activity.Text("kind") is not (null or "started" or "spawned")) return null;
        string? thread = activity.Text("agent_thread_id") ?? activity.Text("new_thread_id");
        return activity.Text(callName) is not { } call || thread is null ? null : new CodexAgentStart
        {
            At = at,
            CallId = call,
            ThreadId = thread,
        };
    }

    private static CodexDuration? Duration(JsonElement payload, CodexLine at)
    {
        JsonElement duration = payload.Get("duration");
        double? milliseconds = (duration.Real("secs") * 1000) + ((duration.Real("nanos") ?? 0) / 1e6);
        return payload.Text("call_id") is not { } call || milliseconds is not { } value ? null : new CodexDuration
        {
            At = at,
            CallId = call,
            DurationMs = value,
        };
    }

    private List<PromptSegment> Replacement(JsonElement payload)
    {
        List<PromptSegment> segments = [.. payload.Get("replacement_history").Items()
            .Where(item => item.ValueKind == JsonValueKind.Object).Select(_items.Segment)];
        if (segments.Count == 0 && payload.Text("message") is { Length: > 0 } summary)
            segments.Add(_items.Segment("assistant", "summary", summary));
        return segments;
    }

    private static CodexTokens? Tokens(JsonElement usage) => usage.Number("input_tokens") is not { } input ? null : new CodexTokens(
        Math.Max(0, input),
        Math.Max(0, usage.Number("cached_input_tokens") ?? 0),
        Math.Max(0, usage.Number("output_tokens") ?? 0),
        Math.Max(0, usage.Number("reasoning_output_tokens") ?? 0));
}
