using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>What the answer to a request says about itself, gathered as it passes. Times are timestamps of the stopwatch.</summary>
/// <param name="api">The interface the answer comes by.</param>
internal sealed class ResponseFacts(Api api = Api.Chat)
{
    public const int MostEntries = 4096;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 512 };

    private readonly List<ToolCall> _calls = [];
    private readonly SortedList<int, Choice> _choices = [];
    private long? _usageOutputTokens;
    private long _countedTokens;

    public Api Api { get; } = api;

    /// <summary>All tokens of the prompt, from usage, cached ones included.</summary>
    public long? InputTokens { get; set; }

    /// <summary>Parts of <see cref="InputTokens"/>, where a server tells it in parts.</summary>
    public long? PlainInput { get; set; }

    public long? CacheCreation { get; set; }

    /// <summary>Prompt tokens served from a cache, from usage.</summary>
    public long? CachedTokens { get; set; }

    /// <summary>Output tokens that were spent on reasoning, from usage; they are part of the output.</summary>
    public long? ReasoningTokens { get; set; }

    /// <summary>Tokens of the answer: from usage, otherwise counted or estimated.</summary>
    public long OutputTokens
    {
        get => _usageOutputTokens ?? _countedTokens;
        set => _usageOutputTokens = value;
    }

    /// <summary>Whether the server told no output tokens.</summary>
    public bool IsOutputEstimated => _usageOutputTokens is null;

    /// <summary>When the first token of a stream came.</summary>
    public long? FirstToken { get; private set; }

    /// <summary>When the last token or finish reason came.</summary>
    public long? LastChoice { get; private set; }

    /// <summary>Why the server or the connection ended the answer, where that is not its own end.</summary>
    public string? BackendFinishReason { get; set; }

    /// <summary>Whether the answer reported its own end, as streams of messages and responses do.</summary>
    public bool HasEnded { get; set; }

    /// <summary>What later requests may call the answer.</summary>
    public string? ResponseId { get; set; }

    /// <summary>The tool calls, in order of first appearance.</summary>
    public IReadOnlyList<ToolCall> ToolCalls => _calls;

    /// <summary>The choices of a chat that have an end, by index.</summary>
    public IReadOnlyList<Choice> Choices => [.. _choices.Values];

    /// <summary>The finish reason seen last, in the words of OpenAI's chats.</summary>
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
        using JsonDocument document = JsonDocument.Parse(json, Options);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) return;
        switch (Api)
        {
            case Api.Messages:
                MessagesAnswer.Add(this, root, time, isChunk);
                break;
            case Api.Responses:
                ResponsesAnswer.Add(this, root, time, isChunk);
                break;
            default:
                ChatAnswer.Add(this, root, time, isChunk);
                break;
        }
    }

    /// <summary>Takes tokens that came.</summary>
    /// <param name="count">How many, as far as can be told.</param>
    /// <param name="time">When.</param>
    /// <param name="isChunk">Whether they are of a stream.</param>
    public void AddTokens(long count, long time, bool isChunk)
    {
        _countedTokens += count;
        if (isChunk) FirstToken ??= time;
        LastChoice = time;
    }

    /// <summary>Takes the end of the answer, or of a choice.</summary>
    public void Finish(string reason, object? stop, long time, int? choice = null)
    {
        LastChoice = time;
        FinishReason = reason;
        StopReason = stop ?? StopReason;
        if (choice is { } index && _choices.Count < MostEntries) _choices[index] = new Choice(index, reason, stop);
    }

    /// <summary>Takes a tool call, or a part of one that was seen before.</summary>
    public void AddCall(int choice, int? index, string? id, string? name)
    {
        int place = index ?? _calls.Count;
        int at = _calls.FindLastIndex(known => known.ChoiceIndex == choice && known.Index == place);
        if (at >= 0) _calls[at] = _calls[at] with { Id = _calls[at].Id ?? id, Name = _calls[at].Name ?? name };
        else if (_calls.Count < MostEntries) _calls.Add(new ToolCall(choice, place, id, name));
    }

    /// <summary>Takes a tool call that comes whole, perhaps several times.</summary>
    public void AddCall(string? id, string? name)
    {
        if (id is null || _calls.TrueForAll(known => known.Id != id)) AddCall(0, null, id, name);
    }
}

/// <summary>A tool call of an answer, without its arguments.</summary>
internal sealed record ToolCall(int ChoiceIndex, int Index, string? Id, string? Name);

/// <summary>How a choice of an answer ended.</summary>
internal sealed record Choice(int Index, string FinishReason, object? StopReason);
