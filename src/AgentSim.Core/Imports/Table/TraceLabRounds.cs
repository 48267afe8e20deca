using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports.Table;

/// <summary>
/// The rounds of TraceLab: each is a model call with its tools, made from the logs of coding agents. The text is not in them, so
/// prompts of a session go on from each other by their lengths and by what was cached.
/// </summary>
internal sealed class TraceLabRounds(TableFormat format, ImportSink sink)
{
    private readonly Dictionary<string, List<(SourceRequest Request, JsonTool[] Tools)>> _sessions = new(StringComparer.Ordinal);

    /// <summary>Takes a round.</summary>
    public void Add(JsonElement round, SourcePlace place)
    {
        string name = round.Text("session_id") ?? SourceNames.Stem(place.Path);
        if (round.Number("input_tokens_total") is not (> 0 and long input) || round.Number("output_tokens") is not (>= 0 and long output))
        {
            sink.Drop(DropReason.NoUsage);
            return;
        }

        (long? start, long? end) = Times(round.Get("timing_events"));
        if ((start ?? end) is not { } started || end is not { } ended)
        {
            sink.Drop(DropReason.Failed);
            return;
        }

        JsonTool[] tools = [.. round.Get("tools").Items().Select(JsonTool.Of)];
        long index = round.Number("round_index") ?? place.Line;
        string id = round.Text("round_id") ?? index.ToString(CultureInfo.InvariantCulture);
        var request = new SourceRequest
        {
            Session = sink.Session(format, name),
            SourceId = id,
            GlobalId = $"tracelab:{name}:{id}:{index}",
            Sequence = index,
            Place = place,
            StartMs = Math.Min(started, ended),
            EndMs = ended,
            Times = TimeOrigin.Derived,
            InputTokens = input,
            CachedTokens = round.Number("prefix_tokens"),
            OutputTokens = output,
            FinishReason = tools.Length > 0 ? "tool_calls" : "stop",
            ToolCalls = [.. tools.Select(tool => new SourceToolCall(tool.Id, tool.Name))],
            Model = round.Text("model"),
        };
        if (!_sessions.TryGetValue(name, out List<(SourceRequest, JsonTool[])>? rounds)) _sessions.Add(name, rounds = []);
        rounds.Add((request, tools));
    }

    /// <summary>Hands everything over.</summary>
    public void Finish()
    {
        foreach (List<(SourceRequest Request, JsonTool[] Tools)> rounds in _sessions.Values)
        {
            rounds.Sort((x, y) => RequestOrder.Compare(x.Request, y.Request));
            SourceRequest? before = null;
            for (int i = 0; i < rounds.Count; i++)
            {
                (SourceRequest request, JsonTool[] tools) = rounds[i];
                request.Prompt = new ChainedPrompt { Predecessor = before, MayInterleave = true };
                sink.Add(format, request);
                foreach (JsonTool tool in tools) AddTool(tool, request, i + 1 < rounds.Count ? rounds[i + 1].Request : null);
                before = request;
            }
        }
    }

    private void AddTool(JsonTool tool, SourceRequest source, SourceRequest? consumer)
    {
        if (tool.StartMs is not { } start || (tool.EndMs ?? start + tool.WallMs) is not { } end)
        {
            sink.Drop(DropReason.Unfinished);
            return;
        }

        sink.Add(new SourceTool
        {
            Session = source.Session!,
            CallId = tool.Id ?? $"{source.SourceId}:{tool.Index}",
            Class = tool.Name ?? "tool",
            Place = source.Place,
            StartMs = start,
            EndMs = (long)end,
            DurationMs = tool.InternalMs,
            Status = tool.IsError ? "error" : "succeeded",
            Source = source,
            Consumer = consumer,
        });
    }

    // What the user or a tool said comes before the answer: it starts with the last of that and ends with its own last piece.
    private static (long? Start, long? End) Times(JsonElement events)
    {
        long? start = null, end = null;
        foreach (JsonElement found in events.Items())
        {
            if (found.Time("timestamp") is not { } time) continue;
            if (found.Text("event_type") is "user_message" or "tool_result")
            {
                if (end is null && (start is null || time > start)) start = time;
            }
            else if (end is null || time > end)
            {
                end = time;
            }
        }

        return (start, end);
    }

    private readonly record struct JsonTool(string? Id, string? Name, long Index, long? StartMs, long? EndMs, double? WallMs,
        double? InternalMs, bool IsError)
    {
        public static JsonTool Of(JsonElement tool) => new(
            tool.Text("tool_call_id"), tool.Text("tool_name"), tool.Number("tool_index") ?? 0, tool.Time("emitted_at"),
                tool.Time("result_at"),
            tool.Real("tool_wall_latency_ms"), tool.Real("tool_internal_latency_ms"), tool.Get("is_error").ValueKind == JsonValueKind.True);
    }
}
