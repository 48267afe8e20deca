using System.Text;
using System.Text.Json;

namespace AgentSim.Imports.ClaudeCode;

/// <summary>Turns blocks of content into segments of prompts.</summary>
internal sealed class ClaudeBlocks(TextIdentity identity, double charactersPerToken)
{
    private const double ImageTokens = 1600;
    private const double DocumentTokens = 3000;

    /// <summary>The segments of a user's content: a text, or an array of blocks.</summary>
    public List<PromptSegment> User(JsonElement content)
    {
        var segments = new List<PromptSegment>();
        if (content.ValueKind == JsonValueKind.String)
        {
            segments.Add(identity.Begin("user", "text").Add(content).EndSegment(charactersPerToken));
            return segments;
        }

        if (content.ValueKind != JsonValueKind.Array) return segments;
        foreach (JsonElement block in content.EnumerateArray())
        {
            switch (ClaudeJson.Text(block, "type"))
            {
                case "text":
                    segments.Add(identity.Begin("user", "text").Add(ClaudeJson.Value(block, "text")).EndSegment(charactersPerToken));
                    break;
                case "tool_result":
                    segments.Add(Result(block));
                    break;
                case "image":
                    segments.Add(Media(block, ImageTokens));
                    break;
                case "document":
                    segments.Add(Media(block, DocumentTokens));
                    break;
                default:
                    segments.Add(identity.Begin("user", "other").Add(block).EndSegment(charactersPerToken));
                    break;
            }
        }

        return segments;
    }

    /// <summary>The segment of a block of an answer.</summary>
    /// <param name="block">The block.</param>
    /// <param name="characters">Its visible characters.</param>
    public PromptSegment Answer(JsonElement block, out double characters)
    {
        string type = ClaudeJson.Text(block, "type") ?? "";
        identity.Begin("assistant", type);
        switch (type)
        {
            case "text":
                identity.Add(ClaudeJson.Value(block, "text"));
                break;
            case "thinking":
                identity.Add(ClaudeJson.Value(block, "thinking"));
                characters = identity.Characters;
                identity.Add(ClaudeJson.Value(block, "signature"));
                return new PromptSegment(identity.End(), characters / charactersPerToken);
            case "redacted_thinking":
                identity.Add(ClaudeJson.Value(block, "data"));
                characters = 0;
                return new PromptSegment(identity.End(), 0);
            case "tool_use":
                identity.Add(ClaudeJson.Value(block, "name")).Add(ClaudeJson.Value(block, "input"));
                characters = identity.Characters;
                identity.Add(ClaudeJson.Value(block, "id"));
                return new PromptSegment(identity.End(), characters / charactersPerToken);
            default:
                identity.Add(block);
                break;
        }

        characters = identity.Characters;
        return new PromptSegment(identity.End(), characters / charactersPerToken);
    }

    /// <summary>The segment of something else that goes into prompts.</summary>
    public PromptSegment Other(string kind, JsonElement content) =>
        identity.Begin("user", kind).Add(content).EndSegment(charactersPerToken);

    /// <summary>Identity of the task that a sub-agent is given.</summary>
    public ulong Task(string text) => identity.Of("user", "task", text);

    /// <summary>Bytes of the text of a result.</summary>
    public static long Bytes(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetByteCount(content.GetString()!),
        JsonValueKind.Array => content.EnumerateArray().Sum(block => Bytes(ClaudeJson.Value(block, "text"))),
        _ => 0,
    };

    private PromptSegment Result(JsonElement block)
    {
        JsonElement content = ClaudeJson.Value(block, "content");
        double media = 0;
        identity.Begin("tool", "result").Add(ClaudeJson.Text(block, "tool_use_id"));
        long before = identity.Characters;
        if (content.ValueKind == JsonValueKind.Array)
        {
            long binary = 0;
            foreach (JsonElement part in content.EnumerateArray())
            {
                bool isMedia = ClaudeJson.Text(part, "type") is "image" or "document";
                long start = identity.Characters;
                identity.Add(part);
                if (!isMedia) continue;
                binary += identity.Characters - start;
                media += ImageTokens;
            }

            before += binary;
        }
        else
        {
            identity.Add(content);
        }

        double characters = identity.Characters - before;
        return new PromptSegment(identity.End(), (characters / charactersPerToken) + media);
    }

    private PromptSegment Media(JsonElement block, double tokens) => new(identity.Begin("user", "media").Add(block).End(), tokens);
}
