using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>
/// Answers of OpenAI's responses. A stream ends with one of three events, each with the whole response and its usage; there is
/// no other mark of its end. Cached tokens are part of those of the prompt, reasoning is part of the output.
/// </summary>
internal static class ResponsesAnswer
{
    private const string Delta = ".delta";

    // Tools that the client runs; those the server runs are part of the request.
    private static readonly HashSet<string> Calls =
        ["function_call", "custom_tool_call", "local_shell_call", "shell_call", "apply_patch_call", "computer_call", "tool_search_call"];

    public static void Add(ResponseFacts facts, JsonElement root, long time, bool isChunk)
    {
        if (!isChunk)
        {
            AddResponse(facts, root, time, isChunk);
            return;
        }

        string type = root.Text("type") ?? "";
        switch (type)
        {
            case "response.created" or "response.in_progress" or "response.queued":
                facts.ResponseId = root.Child("response", JsonValueKind.Object)?.Name("id") ?? facts.ResponseId;
                break;
            case "response.output_item.added" when root.Child("item", JsonValueKind.Object) is { } item:
                AddItem(facts, item);
                facts.AddTokens(1, time, isChunk);
                break;
            case "response.output_item.done" when root.Child("item", JsonValueKind.Object) is { } item:
                AddItem(facts, item);
                break;
            case "response.completed" or "response.incomplete" or "response.failed"
                when root.Child("response", JsonValueKind.Object) is { } response:
                AddResponse(facts, response, time, isChunk);
                facts.HasEnded = true;
                break;
            case "error":
                facts.BackendFinishReason = (root.Child("error", JsonValueKind.Object) ?? root).ErrorText();
                break;
            default:
                if (type.EndsWith(Delta, StringComparison.Ordinal) && root.Text("delta") is { Length: > 0 } text)
                    facts.AddTokens(StandIns.Count(text), time, isChunk);
                break;
        }
    }

    private static void AddResponse(ResponseFacts facts, JsonElement response, long time, bool isChunk)
    {
        facts.ResponseId = response.Name("id") ?? facts.ResponseId;
        int text = 0;
        foreach (JsonElement item in response.Items("output"))
        {
            AddItem(facts, item);
            if (!isChunk) text += StandIns.Count(item.GetRawText());
        }

        if (text > 0) facts.AddTokens(text, time, isChunk);
        if (response.Child("usage", JsonValueKind.Object) is { } usage)
        {
            facts.InputTokens = usage.Count("input_tokens") ?? facts.InputTokens;
            facts.CachedTokens = usage.Child("input_tokens_details", JsonValueKind.Object)?.Count("cached_tokens") ?? facts.CachedTokens;
            if (usage.Count("output_tokens") is { } output) facts.OutputTokens = output;
            JsonElement? details = usage.Child("output_tokens_details", JsonValueKind.Object);
            facts.ReasoningTokens = details?.Count("reasoning_tokens") ?? facts.ReasoningTokens;
        }

        string? status = response.Text("status");
        string? detail = response.Child("incomplete_details", JsonValueKind.Object)?.Name("reason");
        string? reason = status switch
        {
            "completed" => facts.ToolCalls.Count > 0 ? "tool_calls" : "stop",
            "incomplete" => detail == "content_filter" ? detail : "length",
            "failed" => "error",
            "cancelled" => "cancelled",
            _ => response.Name("object") == "response.compaction" ? "stop" : null,
        };
        if (reason is null) return;
        facts.Finish(reason, null, time);
        if (status == "failed") facts.BackendFinishReason = (response.Child("error", JsonValueKind.Object) ?? response).ErrorText();
        else facts.BackendFinishReason ??= detail;
    }

    private static void AddItem(ResponseFacts facts, JsonElement item)
    {
        if (item.Text("type") is { } type && Calls.Contains(type))
            facts.AddCall(item.Name("call_id") ?? item.Name("id"), item.Name("name") ?? type[..^"_call".Length]);
    }
}
