using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>What a request to a model asks for, as far as it is recorded.</summary>
internal sealed class PromptRequest : IDisposable
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 512 };

    private readonly JsonDocument _body;

    private PromptRequest(JsonDocument body, Api api) => (_body, Api) = (body, api);

    /// <summary>The interface it speaks.</summary>
    public Api Api { get; }

    /// <summary>The model asked for.</summary>
    public string? Model { get; private init; }

    /// <summary>Whether the answer is to be a stream without usage, so that usage has to be asked for.</summary>
    public bool LacksUsage { get; private init; }

    /// <summary>Reads a request.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="api">The interface it speaks.</param>
    /// <param name="skip">One of <see cref="SkipKinds"/> if it is not recorded (behaviour 07#A6).</param>
    /// <returns>Null if it is not recorded.</returns>
    public static PromptRequest? Read(ReadOnlyMemory<byte> body, Api api, out string skip)
    {
        JsonDocument? document = null;
        skip = SkipKinds.NotUnderstood;
        try
        {
            document = JsonDocument.Parse(body, Options);
            PromptRequest? request = Read(document, api, ref skip);
            if (request is not null) document = null;
            return request;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            document?.Dispose();
        }
    }

    /// <summary>The prompt; null if its text is malformed.</summary>
    public Prompt? Prompt()
    {
        try
        {
            return PromptParts.Of(_body.RootElement, Api, Model);
        }
        catch (InvalidOperationException)
        {
            return null;   // text that is none; the request is on its way and the server decides
        }
    }

    /// <summary>Frees the body.</summary>
    public void Dispose() => _body.Dispose();

    private static PromptRequest? Read(JsonDocument document, Api api, ref string skip)
    {
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) return null;
        if (Skip(root, api) is { } reason)
        {
            skip = reason;
            return null;
        }

        return new PromptRequest(document, api)
        {
            Model = root.Name("model"),
            LacksUsage = api is Api.Chat or Api.Completions
                && root.TryGetProperty("stream", out JsonElement stream) && stream.ValueKind == JsonValueKind.True && !HasUsage(root),
        };
    }

    private static string? Skip(JsonElement root, Api api)
    {
        switch (api)
        {
            case Api.Messages:
                return root.Child("messages", JsonValueKind.Array) is null ? SkipKinds.NotUnderstood : null;
            case Api.Responses:
                bool hasInput = root.TryGetProperty("input", out JsonElement input)
                    && input.ValueKind is JsonValueKind.String or JsonValueKind.Array;
                bool hasHistory = root.TryGetProperty("prompt", out _) || root.TryGetProperty("previous_response_id", out _);
                return hasInput || hasHistory ? null : SkipKinds.NotUnderstood;
        }

        if (IsMany(root, "n") || IsMany(root, "best_of")) return SkipKinds.ManyAnswers;
        bool hasEmbeds = root.TryGetProperty("prompt_embeds", out JsonElement embeds) && embeds.ValueKind != JsonValueKind.Null;
        if (hasEmbeds) return SkipKinds.Embeddings;
        if (!root.TryGetProperty(api == Api.Chat ? "messages" : "prompt", out JsonElement prompt)) return SkipKinds.NotUnderstood;
        if (api == Api.Chat) return ChatSkip(prompt);
        if (PromptParts.OnlyText(prompt) is not null || PromptParts.TokenIds(prompt) is not null) return null;
        return prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() > 1 ? SkipKinds.ManyPrompts : SkipKinds.NotUnderstood;
    }

    // Nothing but text is recorded of chats (behaviour 07#A6).
    private static string? ChatSkip(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array) return SkipKinds.NotUnderstood;
        foreach (JsonElement message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object) return SkipKinds.NotUnderstood;
            if (!message.TryGetProperty("content", out JsonElement content) || content.ValueKind != JsonValueKind.Array) continue;
            foreach (JsonElement part in content.EnumerateArray())
            {
                if (part.ValueKind != JsonValueKind.Object) return SkipKinds.NotUnderstood;
                if (!IsText(part, "text") && !IsText(part, "refusal")) return SkipKinds.Media;
            }
        }

        return null;
    }

    private static bool IsText(JsonElement part, string name) => part.Child(name, JsonValueKind.String) is not null;

    private static bool IsMany(JsonElement root, string name) =>
        root.Child(name, JsonValueKind.Number) is { } value && !(value.TryGetInt32(out int count) && count <= 1);

    private static bool HasUsage(JsonElement root) =>
        root.TryGetProperty("stream_options", out JsonElement options) && options.ValueKind == JsonValueKind.Object
        && options.TryGetProperty("include_usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.True;
}
