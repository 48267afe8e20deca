using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy.Serving;

/// <summary>What a request to the model asks for.</summary>
internal sealed record ModelRequest
{
    private const int DefaultCompletion = 16;   // as OpenAI has it
    private const int DefaultChat = 256;

    // What changes the form of an answer in a way that is not simulated.
    private static readonly string[] Unserved = ["logprobs", "top_logprobs", "prompt_logprobs", "echo", "suffix", "prompt_embeds",
        "use_beam_search"];

    public required bool IsChat { get; init; }
    public required ulong[] Prompt { get; init; }
    public required int Output { get; init; }
    public required bool Streams { get; init; }
    public required bool HasUsage { get; init; }

    /// <summary>Whether every chunk of a stream has the usage so far.</summary>
    public required bool HasContinuousUsage { get; init; }

    /// <summary>Whether tokens come with their ids.</summary>
    public required bool HasTokenIds { get; init; }
    public required int Priority { get; init; }
    public required string? Salt { get; init; }

    /// <summary>Reads a request.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="isChat">Whether it is a chat.</param>
    /// <param name="model">The model that is served.</param>
    /// <exception cref="ApiProblem">It cannot be answered.</exception>
    public static ModelRequest Read(ReadOnlyMemory<byte> body, bool isChat, string model)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return Of(document.RootElement, isChat, model);
        }
        catch (JsonException error)
        {
            throw ApiProblem.Bad($"The body is not JSON: {error.Message}");
        }
        catch (InvalidOperationException)
        {
            throw ApiProblem.Bad("The body holds text that is not Unicode.");   // half of a surrogate pair
        }
    }

    private static ModelRequest Of(JsonElement root, bool isChat, string model)
    {
        if (root.ValueKind != JsonValueKind.Object) throw ApiProblem.Bad("The body must be a JSON object.");
        if (Given(root, "model") is { } name && (name.ValueKind != JsonValueKind.String || name.GetString() != model))
        {
            throw new ApiProblem(
                StatusCodes.Status404NotFound, $"The model {name.GetRawText()} does not exist; this server has {model}.", "model");
        }

        foreach (string unserved in Unserved)
        {
            if (Given(root, unserved) is { } value && value.ValueKind != JsonValueKind.False)
                throw ApiProblem.Bad($"{unserved} is not served: the tokens are simulated.", unserved);
        }

        foreach (string count in (ReadOnlySpan<string>)["n", "best_of"])
        {
            if (Whole(root, count, 1, int.MaxValue) is not (null or 1)) throw ApiProblem.Bad($"{count} must be 1.", count);
        }

        int? most = (isChat ? Whole(root, "max_completion_tokens", 1, int.MaxValue) : null) ?? Whole(root, "max_tokens", 1, int.MaxValue);
        int output = most ?? (isChat ? DefaultChat : DefaultCompletion);
        if (Whole(root, "min_tokens", 0, int.MaxValue) is { } least && least > output)
            throw ApiProblem.Bad($"min_tokens ({least}) must not be above max_tokens ({output}).", "min_tokens");
        bool streams = Flag(root, "stream");
        JsonElement options = Given(root, "stream_options") ?? default;
        bool hasOptions = options.ValueKind != JsonValueKind.Undefined;
        if (hasOptions && (!streams || options.ValueKind != JsonValueKind.Object))
            throw ApiProblem.Bad("stream_options must be an object, and is for streams.", "stream_options");
        if (Given(root, "cache_salt") is { } salt && (salt.ValueKind != JsonValueKind.String || salt.GetString()!.Length == 0))
            throw ApiProblem.Bad("cache_salt must be a text that is not empty.", "cache_salt");
        return new ModelRequest
        {
            IsChat = isChat,
            Prompt = isChat ? PromptTokens.OfChat(root) : PromptTokens.OfCompletion(root),
            Output = output,
            Streams = streams,
            HasUsage = hasOptions && Flag(options, "include_usage"),
            HasContinuousUsage = hasOptions && Flag(options, "include_usage") && Flag(options, "continuous_usage_stats"),
            HasTokenIds = Flag(root, "return_token_ids"),
            Priority = Whole(root, "priority", int.MinValue + 1, int.MaxValue) ?? 0,
            Salt = root.Text("cache_salt"),
        };
    }

    private static JsonElement? Given(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool Flag(JsonElement root, string name) => Given(root, name)?.ValueKind switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw ApiProblem.Bad($"{name} must be true or false.", name),
    };

    private static int? Whole(JsonElement root, string name, int least, int most)
    {
        if (Given(root, name) is not { } value) return null;
        bool isWhole = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _);
        if (isWhole && value.GetInt32() is var number && number >= least && number <= most) return number;
        throw ApiProblem.Bad($"{name} must be a whole number from {least}.", name);
    }
}
