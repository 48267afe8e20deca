using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>Answers of OpenAI's chats and completions.</summary>
internal static class ChatAnswer
{
    private static readonly string[] Texts = ["text", "content", "reasoning_content", "reasoning", "refusal"];

    public static void Add(ResponseFacts facts, JsonElement root, long time, bool isChunk)
    {
        if (root.Child("usage", JsonValueKind.Object) is { } usage) AddUsage(facts, usage);
        if (root.Child("error", JsonValueKind.Object) is not null) facts.BackendFinishReason = "error: reported by the server";
        foreach (JsonElement choice in root.Items("choices")) AddChoice(facts, choice, time, isChunk);
    }

    private static void AddUsage(ResponseFacts facts, JsonElement usage)
    {
        facts.InputTokens = usage.Count("prompt_tokens") ?? facts.InputTokens;
        if (usage.Count("completion_tokens") is { } output) facts.OutputTokens = output;
        facts.CachedTokens = usage.Child("prompt_tokens_details", JsonValueKind.Object)?.Count("cached_tokens") ?? facts.CachedTokens;
        JsonElement? details = usage.Child("completion_tokens_details", JsonValueKind.Object);
        facts.ReasoningTokens = details?.Count("reasoning_tokens") ?? facts.ReasoningTokens;
    }

    private static void AddChoice(ResponseFacts facts, JsonElement choice, long time, bool isChunk)
    {
        int index = choice.Index() ?? 0;
        JsonElement message = choice.Child("delta", JsonValueKind.Object) ?? choice.Child("message", JsonValueKind.Object) ?? choice;
        string text = string.Concat(Texts.Select(name => message.Text(name)));
        if (AddCalls(facts, message, index) || text.Length > 0) facts.AddTokens(isChunk ? 1 : StandIns.Count(text), time, isChunk);
        if (choice.Name("finish_reason") is { } finish) facts.Finish(finish, Stop(choice), time, index);
    }

    private static bool AddCalls(ResponseFacts facts, JsonElement message, int choice)
    {
        int position = 0;
        foreach (JsonElement call in message.Items("tool_calls"))
        {
            facts.AddCall(choice, call.Index() ?? position, call.Name("id"), call.Child("function", JsonValueKind.Object)?.Name("name"));
            position++;
        }

        return position > 0;
    }

    private static object? Stop(JsonElement choice)
    {
        if (!choice.TryGetProperty("stop_reason", out JsonElement reason)) return null;
        if (reason.ValueKind == JsonValueKind.String) return choice.Name("stop_reason");
        return reason.ValueKind == JsonValueKind.Number && reason.TryGetInt64(out long number) ? number : null;
    }
}
