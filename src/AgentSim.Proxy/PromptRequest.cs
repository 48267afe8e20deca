using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>What a request for a completion asks for, as far as it is recorded.</summary>
internal sealed class PromptRequest : IDisposable
{
    private const int LongestName = 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 512 };

    private readonly JsonDocument _body;
    private readonly string? _text;   // of a prompt, as the next; neither: it has messages
    private readonly uint[]? _ids;

    private PromptRequest(JsonDocument body, string? text, uint[]? ids) => (_body, _text, _ids) = (body, text, ids);

    /// <summary>The model asked for.</summary>
    public string? Model { get; private init; }

    /// <summary>Whether the answer is to be a stream without usage, so that usage has to be asked for.</summary>
    public bool LacksUsage { get; private init; }

    /// <summary>Reads a request.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="isChat">Whether it has messages rather than a prompt.</param>
    /// <returns>Null if it is not recorded (behaviour 07#A6), or not a request that can be understood.</returns>
    public static PromptRequest? Read(ReadOnlyMemory<byte> body, bool isChat)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(body, Options);
            PromptRequest? request = Read(document, isChat);
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

    /// <summary>The tokens of the prompt: its own if it is given as tokens, otherwise stand-ins. Null if its text is malformed.</summary>
    public uint[]? Tokens()
    {
        try
        {
            if (_ids is not null) return _ids;
            var tokenizer = new StandInTokenizer();
            if (_text is not null) tokenizer.AddText(_text);
            else ChatPrompt.Add(_body.RootElement, tokenizer);
            return tokenizer.ToArray();
        }
        catch (InvalidOperationException)
        {
            return null;   // text that is none; the request is on its way and the server decides
        }
    }

    /// <summary>Frees the body.</summary>
    public void Dispose() => _body.Dispose();

    private static PromptRequest? Read(JsonDocument document, bool isChat)
    {
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || IsMany(root, "n") || IsMany(root, "best_of")) return null;
        if (!root.TryGetProperty(isChat ? "messages" : "prompt", out JsonElement prompt)) return null;
        if (root.TryGetProperty("prompt_embeds", out JsonElement embeds) && embeds.ValueKind != JsonValueKind.Null) return null;
        string? text = isChat ? null : OnlyText(prompt);
        uint[]? ids = isChat || text is not null ? null : TokenIds(prompt);
        if (isChat ? !ChatPrompt.IsText(prompt) : text is null && ids is null) return null;
        return new PromptRequest(document, text, ids)
        {
            Model = root.TryGetProperty("model", out JsonElement model) && model.ValueKind == JsonValueKind.String && model.GetString() is { Length: <= LongestName } name ? name : null,
            LacksUsage = root.TryGetProperty("stream", out JsonElement stream) && stream.ValueKind == JsonValueKind.True && !HasUsage(root),
        };
    }

    private static bool IsMany(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && !(value.TryGetInt32(out int count) && count <= 1);

    private static bool HasUsage(JsonElement root) =>
        root.TryGetProperty("stream_options", out JsonElement options) && options.ValueKind == JsonValueKind.Object
        && options.TryGetProperty("include_usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.True;

    // The text of a prompt that is one text, alone or in a list; null for anything else.
    private static string? OnlyText(JsonElement prompt)
    {
        if (prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() == 1) prompt = prompt[0];
        return prompt.ValueKind == JsonValueKind.String ? prompt.GetString() : null;
    }

    // The tokens of a prompt that is one list of them, alone or in a list; null for anything else.
    private static uint[]? TokenIds(JsonElement prompt)
    {
        if (prompt.ValueKind != JsonValueKind.Array || prompt.GetArrayLength() == 0) return null;
        if (prompt[0].ValueKind == JsonValueKind.Array)
        {
            if (prompt.GetArrayLength() > 1) return null;
            prompt = prompt[0];
        }

        var tokens = new uint[prompt.GetArrayLength()];
        int count = 0;
        foreach (JsonElement token in prompt.EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Number || !token.TryGetUInt32(out tokens[count++])) return null;
        }

        return tokens;
    }
}
