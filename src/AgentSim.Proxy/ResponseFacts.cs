using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>What the answer to a request says about itself, gathered as it passes. Times are timestamps of the stopwatch.</summary>
internal sealed class ResponseFacts
{
    private const int MostEntries = 4096;
    private const int LongestName = 1024;   // a name beyond that is none

    private static readonly string[] Texts = ["text", "content", "reasoning_content", "reasoning", "refusal"];

    private readonly List<ToolCall> _calls = [];
    private readonly SortedList<int, Choice> _choices = [];
    private long? _usageOutputTokens;
    private long _countedTokens;

    /// <summary>Prompt tokens, from usage.</summary>
    public long? InputTokens { get; private set; }

    /// <summary>Prompt tokens served from a cache, from usage.</summary>
    public long? CachedTokens { get; private set; }

    /// <summary>Tokens of the answer: from usage, otherwise one for each chunk of a stream, or stand-ins counted.</summary>
    public long OutputTokens => _usageOutputTokens ?? _countedTokens;

    /// <summary>When the first token of a stream came.</summary>
    public long? FirstToken { get; private set; }

    /// <summary>When the last token or finish reason came.</summary>
    public long? LastChoice { get; private set; }

    /// <summary>Why the server or the connection ended the answer, where that is not its own end.</summary>
    public string? BackendFinishReason { get; set; }

    /// <summary>The tool calls, in order of first appearance.</summary>
    public IReadOnlyList<ToolCall> ToolCalls => _calls;

    /// <summary>The choices that have an end, by index.</summary>
    public IReadOnlyList<Choice> Choices => [.. _choices.Values];

    /// <summary>The finish reason seen last.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>The stop reason seen last, a text or an integer.</summary>
    public object? StopReason { get; private set; }

    /// <summary>Takes a whole answer or a chunk of one.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="time">When it came.</param>
    /// <param name="isChunk">Whether it is a chunk of a stream.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">It holds text that is none.</exception>
    public void Add(ReadOnlyMemory<byte> json, long time, bool isChunk)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) return;
        if (Child(root, "usage", JsonValueKind.Object) is { } usage) AddUsage(usage);
        if (Child(root, "error", JsonValueKind.Object) is not null) BackendFinishReason = "error: reported by the server";
        if (Child(root, "choices", JsonValueKind.Array) is not { } choices) return;
        foreach (JsonElement choice in choices.EnumerateArray())
        {
            if (choice.ValueKind == JsonValueKind.Object) AddChoice(choice, time, isChunk);
        }
    }

    private void AddUsage(JsonElement usage)
    {
        InputTokens = Count(usage, "prompt_tokens") ?? InputTokens;
        _usageOutputTokens = Count(usage, "completion_tokens") ?? _usageOutputTokens;
        if (Child(usage, "prompt_tokens_details", JsonValueKind.Object) is { } details) CachedTokens = Count(details, "cached_tokens") ?? CachedTokens;
    }

    private void AddChoice(JsonElement choice, long time, bool isChunk)
    {
        int index = Index(choice) ?? 0;
        JsonElement message = Child(choice, "delta", JsonValueKind.Object) ?? Child(choice, "message", JsonValueKind.Object) ?? choice;
        string text = string.Concat(Texts.Select(name => Text(message, name)));
        bool hasToken = AddCalls(message, index) || text.Length > 0;
        if (hasToken && isChunk)
        {
            _countedTokens++;
            FirstToken ??= time;
        }
        else if (hasToken)
        {
            var tokenizer = new StandInTokenizer();
            tokenizer.AddText(text);
            _countedTokens += tokenizer.Count;
        }

        string? finish = Name(choice, "finish_reason");
        if (hasToken || finish is not null) LastChoice = time;
        if (finish is null) return;
        FinishReason = finish;
        StopReason = Stop(choice) ?? StopReason;
        if (_choices.Count < MostEntries) _choices[index] = new Choice(index, finish, Stop(choice));
    }

    private bool AddCalls(JsonElement message, int choice)
    {
        if (Child(message, "tool_calls", JsonValueKind.Array) is not { } calls) return false;
        int position = 0;
        foreach (JsonElement call in calls.EnumerateArray())
        {
            if (call.ValueKind != JsonValueKind.Object) continue;
            int index = Index(call) ?? position;
            position++;
            string? id = Name(call, "id"), name = Child(call, "function", JsonValueKind.Object) is { } function ? Name(function, "name") : null;
            int at = _calls.FindLastIndex(known => known.ChoiceIndex == choice && known.Index == index);
            if (at >= 0) _calls[at] = _calls[at] with { Id = _calls[at].Id ?? id, Name = _calls[at].Name ?? name };
            else if (_calls.Count < MostEntries) _calls.Add(new ToolCall(choice, index, id, name));
        }

        return position > 0;
    }

    private static object? Stop(JsonElement choice)
    {
        if (!choice.TryGetProperty("stop_reason", out JsonElement reason)) return null;
        if (reason.ValueKind == JsonValueKind.String) return Name(choice, "stop_reason");
        return reason.ValueKind == JsonValueKind.Number && reason.TryGetInt64(out long number) ? number : null;
    }

    private static JsonElement? Child(JsonElement parent, string name, JsonValueKind kind) =>
        parent.TryGetProperty(name, out JsonElement child) && child.ValueKind == kind ? child : null;

    private static string? Text(JsonElement parent, string name) => Child(parent, name, JsonValueKind.String)?.GetString();

    private static string? Name(JsonElement parent, string name) => Text(parent, name) is { Length: > 0 and <= LongestName } text ? text : null;

    private static long? Count(JsonElement parent, string name) =>
        Child(parent, name, JsonValueKind.Number) is { } number && number.TryGetInt64(out long value) && value >= 0 ? value : null;

    private static int? Index(JsonElement parent) =>
        Child(parent, "index", JsonValueKind.Number) is { } number && number.TryGetInt32(out int value) && value >= 0 ? value : null;
}

/// <summary>A tool call of an answer, without its arguments.</summary>
internal sealed record ToolCall(int ChoiceIndex, int Index, string? Id, string? Name);

/// <summary>How a choice of an answer ended.</summary>
internal sealed record Choice(int Index, string FinishReason, object? StopReason);
