using System.Text.Json;

namespace AgentSim.Proxy.Serving;

/// <summary>Prompts as tokens: numbers that are equal where tokens are.</summary>
internal static class PromptTokens
{
    private const int MediaTokens = 576;   // about what an image costs

    private static readonly ulong s_end = TextTokens.Special("end of a message");

    /// <summary>The tokens of <c>prompt</c>: a text, or a list of ids, or a list with one of these.</summary>
    public static ulong[] OfCompletion(JsonElement root)
    {
        if (!root.TryGetProperty("prompt", out JsonElement prompt)) throw Wrong("is missing");
        if (prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() > 0
            && prompt[0].ValueKind is JsonValueKind.Array or JsonValueKind.String)
        {
            if (prompt.GetArrayLength() > 1) throw Wrong("must be one prompt: send one request for each");
            prompt = prompt[0];
        }

        ulong[] tokens = prompt.ValueKind switch
        {
            JsonValueKind.String => OfText(prompt.GetString()!),
            JsonValueKind.Array => OfIds(prompt),
            _ => throw Wrong("must be a text or a list of token ids"),
        };
        return tokens.Length > 0 ? tokens : throw Wrong("is empty");
    }

    /// <summary>
    /// The tokens of a chat: tools, then messages, each with its role before and an end behind it, then the role of the answer. So a
    /// further turn continues the prompt of the turn before, and its answer.
    /// </summary>
    public static ulong[] OfChat(JsonElement root)
    {
        if (root.Child("messages", JsonValueKind.Array) is not { } messages || messages.GetArrayLength() == 0)
            throw ApiProblem.Bad("messages must be a list with at least one message.", "messages");
        var tokens = new List<ulong>();
        if (root.Child("tools", JsonValueKind.Array) is { } tools)
        {
            foreach (JsonElement tool in tools.EnumerateArray()) TextTokens.Add(tool.GetRawText(), tokens);
            tokens.Add(s_end);
        }

        foreach (JsonElement message in messages.EnumerateArray())
        {
            if (message.Text("role") is not { Length: > 0 } role)
                throw ApiProblem.Bad("Every message must be an object with a role.", "messages");
            tokens.Add(TextTokens.Special(role));
            foreach (JsonProperty property in message.EnumerateObject())
            {
                if (property.Name == "content") AddContent(property.Value, tokens);
                else if (property.Name != "role") AddValue(property.Value, tokens);
            }

            tokens.Add(s_end);
        }

        tokens.Add(TextTokens.Special("assistant"));
        return [.. tokens];
    }

    private static void AddContent(JsonElement content, List<ulong> tokens)
    {
        if (content.ValueKind != JsonValueKind.Array)
        {
            AddValue(content, tokens);
            return;
        }

        foreach (JsonElement part in content.EnumerateArray())
        {
            if (part.Text("text") is { } text)
            {
                TextTokens.Add(text, tokens);
                continue;
            }

            ulong media = TextTokens.Special(part.GetRawText());
            for (uint i = 0; i < MediaTokens; i++) tokens.Add(media + i);
        }
    }

    private static void AddValue(JsonElement value, List<ulong> tokens)
    {
        if (value.ValueKind is JsonValueKind.Null) return;
        TextTokens.Add(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), tokens);
    }

    private static ulong[] OfText(string text)
    {
        var tokens = new List<ulong>((text.Length / 4) + 1);
        TextTokens.Add(text, tokens);
        return [.. tokens];
    }

    private static ulong[] OfIds(JsonElement prompt)
    {
        var tokens = new ulong[prompt.GetArrayLength()];
        int count = 0;
        foreach (JsonElement token in prompt.EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Number || !token.TryGetInt32(out int id) || id < 0)
                throw Wrong("must hold token ids, whole numbers from 0");
            tokens[count++] = TextTokens.OfId(id);
        }

        return tokens;
    }

    private static ApiProblem Wrong(string what) => ApiProblem.Bad($"prompt {what}.", "prompt");
}
