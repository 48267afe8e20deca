using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>
/// Answers of Anthropic's messages. Of a stream, <c>message_start</c> tells the prompt, <c>message_delta</c> the output so
/// far and why it ended, <c>message_stop</c> that this was all. Cached tokens are told beside those of the prompt, not in them.
/// </summary>
internal static class MessagesAnswer
{
    public static void Add(ResponseFacts facts, JsonElement root, long time, bool isChunk)
    {
        switch (root.Text("type"))
        {
            case "message_start" when root.Child("message", JsonValueKind.Object) is { } message:
                // The output told here is a beginning, not a count.
                if (message.Child("usage", JsonValueKind.Object) is { } usage) AddInput(facts, usage);
                break;
            case "content_block_start" when root.Child("content_block", JsonValueKind.Object) is { } block:
                AddBlock(facts, block, time, isChunk);
                break;
            case "content_block_delta" when root.Child("delta", JsonValueKind.Object) is { } delta:
                string text = string.Concat(delta.Text("text"), delta.Text("thinking"), delta.Text("partial_json"));
                if (text.Length > 0) facts.AddTokens(StandIns.Count(text), time, isChunk);
                break;
            case "message_delta":
                if (root.Child("usage", JsonValueKind.Object) is { } end) AddUsage(facts, end);
                if (root.Child("delta", JsonValueKind.Object) is { } last) AddEnd(facts, last, time);
                break;
            case "message_stop":
                facts.HasEnded = true;
                break;
            case "error":
                facts.BackendFinishReason = (root.Child("error", JsonValueKind.Object) ?? root).ErrorText();
                break;
            case "message":
                foreach (JsonElement block in root.Items("content")) AddBlock(facts, block, time, isChunk);
                if (root.Child("usage", JsonValueKind.Object) is { } whole) AddUsage(facts, whole);
                AddEnd(facts, root, time);
                facts.HasEnded = true;
                break;
        }
    }

    private static void AddUsage(ResponseFacts facts, JsonElement usage)
    {
        AddInput(facts, usage);
        if (usage.Count("output_tokens") is { } output) facts.OutputTokens = output;
        JsonElement? details = usage.Child("output_tokens_details", JsonValueKind.Object);
        facts.ReasoningTokens = details?.Count("thinking_tokens") ?? facts.ReasoningTokens;
    }

    // Later events may tell all of it again, part of it, or nothing.
    private static void AddInput(ResponseFacts facts, JsonElement usage)
    {
        facts.PlainInput = usage.Count("input_tokens") is > 0 and { } plain ? plain : facts.PlainInput ?? usage.Count("input_tokens");
        facts.CacheCreation = usage.Count("cache_creation_input_tokens") ?? facts.CacheCreation;
        facts.CachedTokens = usage.Count("cache_read_input_tokens") ?? facts.CachedTokens;
        if (facts.PlainInput is null && facts.CacheCreation is null && facts.CachedTokens is null) return;
        facts.InputTokens = (facts.PlainInput ?? 0) + (facts.CacheCreation ?? 0) + (facts.CachedTokens ?? 0);
    }

    private static void AddBlock(ResponseFacts facts, JsonElement block, long time, bool isChunk)
    {
        bool isCall = block.Text("type") == "tool_use";
        if (isCall) facts.AddCall(block.Name("id"), block.Name("name"));
        string text = string.Concat(block.Text("text"), block.Text("thinking"), block.Text("data"));
        string? input = isChunk ? null : block.Child("input", JsonValueKind.Object)?.GetRawText();
        int count = StandIns.Count(text) + StandIns.Count(input ?? "") + (isCall ? StandIns.Count(block.Text("name") ?? "") : 0);
        if (count > 0 || !isChunk) facts.AddTokens(count, time, isChunk);
    }

    private static void AddEnd(ResponseFacts facts, JsonElement message, long time)
    {
        if (message.Name("stop_reason") is not { } reason) return;
        facts.Finish(
            reason switch
            {
                "end_turn" or "stop_sequence" or "pause_turn" => "stop",
                "max_tokens" or "model_context_window_exceeded" => "length",
                "tool_use" => "tool_calls",
                "refusal" => "content_filter",
                _ => reason,
            },
            message.Name("stop_sequence"), time);
        facts.BackendFinishReason ??= reason;
    }
}
