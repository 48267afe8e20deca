using System.Runtime.InteropServices;
using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>
/// The messages of a chat in the order in which chat templates lay them out: tools, then each message with its role, its
/// content and its tool calls, then the beginning of the answer. A further turn of a conversation continues the prompt of
/// the turn before.
/// </summary>
internal static class ChatPrompt
{
    private static readonly string[] Texts = ["name", "reasoning_content", "reasoning", "content", "refusal"];

    /// <summary>Whether messages hold nothing but text; images, sound and the like are not recorded (behaviour 07#A6).</summary>
    public static bool IsText(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array) return false;
        foreach (JsonElement message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object) return false;
            if (!message.TryGetProperty("content", out JsonElement content) || content.ValueKind != JsonValueKind.Array) continue;
            foreach (JsonElement part in content.EnumerateArray())
            {
                if (part.ValueKind != JsonValueKind.Object || Text(part, "text") is null && Text(part, "refusal") is null) return false;
            }
        }

        return true;
    }

    /// <summary>Adds the prompt of a request.</summary>
    /// <param name="request">Its body.</param>
    /// <param name="tokenizer">Takes the prompt.</param>
    public static void Add(JsonElement request, StandInTokenizer tokenizer)
    {
        foreach (string tools in (ReadOnlySpan<string>)["tools", "functions"])
        {
            if (!request.TryGetProperty(tools, out JsonElement list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0) continue;
            tokenizer.AddMark(tools);
            tokenizer.AddText(JsonMarshal.GetRawUtf8Value(list));
        }

        foreach (JsonElement message in request.GetProperty("messages").EnumerateArray()) AddMessage(message, tokenizer);
        tokenizer.AddMark("start");
        tokenizer.AddText("assistant");
    }

    private static void AddMessage(JsonElement message, StandInTokenizer tokenizer)
    {
        tokenizer.AddMark("start");
        tokenizer.AddText(Text(message, "role") ?? "");
        foreach (string name in Texts)
        {
            if (!message.TryGetProperty(name, out JsonElement value)) continue;
            if (value.ValueKind == JsonValueKind.String) tokenizer.AddText(value.GetString()!);
            if (value.ValueKind != JsonValueKind.Array) continue;
            foreach (JsonElement part in value.EnumerateArray()) tokenizer.AddText(Text(part, "text") ?? Text(part, "refusal") ?? "");
        }

        if (message.TryGetProperty("tool_calls", out JsonElement calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement call in calls.EnumerateArray())
            {
                if (call.ValueKind == JsonValueKind.Object && call.TryGetProperty("function", out JsonElement function)) AddCall(function, tokenizer);
            }
        }

        if (message.TryGetProperty("function_call", out JsonElement old)) AddCall(old, tokenizer);
        tokenizer.AddMark("end");
    }

    private static void AddCall(JsonElement function, StandInTokenizer tokenizer)
    {
        if (function.ValueKind != JsonValueKind.Object) return;
        tokenizer.AddMark("call");
        tokenizer.AddText(Text(function, "name") ?? "");
        tokenizer.AddText(Text(function, "arguments") ?? "");
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
