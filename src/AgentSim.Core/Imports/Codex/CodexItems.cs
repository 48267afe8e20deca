using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AgentSim.Imports.Codex;

/// <summary>Turns the items of a conversation into segments of prompts and the facts about tool calls.</summary>
/// <param name="sink">Makes identities and knows the options.</param>
internal sealed class CodexItems(ImportSink sink)
{
    // An image is many characters and few tokens.
    private const double ImageTokens = 1000;

    /// <summary>The segment of an item as it stands in a prompt.</summary>
    public PromptSegment Segment(JsonElement item)
    {
        string kind = item.Text("type") ?? "";
        TextIdentity text = sink.Identity.Begin(item.Text("role") ?? "", kind);
        double images = 0;
        switch (kind)
        {
            case "message":
                images = Add(text, item.Get("content"));
                break;
            case "reasoning":
                foreach (JsonElement part in item.Get("summary").Items()) text.Add(part.Text("text"));
                images = Add(text, item.Get("content"));
                text.Add(item.Text("encrypted_content"));
                break;
            case "function_call" or "custom_tool_call":
                text.Add(item.Text("name")).Add(item.Text("arguments")).Add(item.Text("input"));
                break;
            case "function_call_output" or "custom_tool_call_output":
                text.Add(item.Text("call_id"));
                images = Add(text, item.Get("output"));
                break;
            default:
                foreach (JsonProperty property in item.EnumerateObject())
                {
                    // What a copy of the item may have otherwise.
                    if (property.Name is "id" or "status" or "internal_chat_message_metadata_passthrough") continue;
                    text.Add(property.Name).Add(property.Value);
                }

                break;
        }

        PromptSegment segment = text.EndSegment(sink.Options.CharactersPerToken);
        return segment with { Estimate = segment.Estimate + images };
    }

    /// <summary>A segment of plain text.</summary>
    public PromptSegment Segment(string role, string kind, string text) =>
        sink.Identity.Begin(role, kind).Add(text).EndSegment(sink.Options.CharactersPerToken);

    /// <summary>The result of a tool call.</summary>
    public CodexOutput Output(JsonElement item, string callId, CodexLine at)
    {
        JsonElement output = item.Get("output");
        if (output.Get("content") is { ValueKind: not JsonValueKind.Undefined } content) output = content;
        string text = output.ValueKind == JsonValueKind.String ? output.GetString()!
            : string.Concat(output.Items().Select(part => part.Text("text")));
        (bool isError, double? duration) = Outcome(item, text);
        return new CodexOutput
        {
            At = at,
            Segment = Segment(item),
            CallId = callId,
            Bytes = Encoding.UTF8.GetByteCount(text),
            IsError = isError,
            DurationMs = duration,
            StartedThread = StartedThread(text),
        };
    }

    // Images add a fixed estimate in place of their characters.
    private double Add(TextIdentity text, JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            text.Add(content.GetString());
            return 0;
        }

        double images = 0;
        foreach (JsonElement part in content.Items())
        {
            if (part.Text("image_url") is { } image)
            {
                text.Add(image);
                images += ImageTokens - (image.Length / sink.Options.CharactersPerToken);
            }
            else text.Add(part.Text("text") ?? part.Text("encrypted_content"));
        }

        if (content.ValueKind == JsonValueKind.Object) text.Add(content);
        return images;
    }

    // Tools say how they ended in the first lines of their text, or in an object around it.
    private static (bool IsError, double? DurationMs) Outcome(JsonElement item, string text)
    {
        bool isError = item.Get("output").Get("success") is { ValueKind: JsonValueKind.False }
            || item.Text("status") is "failed" or "error";
        if (text.StartsWith('{') && text.Contains("\"metadata\"", StringComparison.Ordinal))
        {
            try
            {
                using JsonDocument document = LenientJson.Parse(text);
                JsonElement metadata = document.RootElement.Get("metadata");
                return (isError || metadata.Number("exit_code") is not (null or 0), metadata.Real("duration_seconds") * 1000);
            }
            catch (JsonException)
            {
                return (isError, null);
            }
        }

        double? duration = null;
        foreach (ReadOnlySpan<char> line in text.AsSpan()[..Math.Min(text.Length, 400)].EnumerateLines())
        {
            if (line.StartsWith("Output:")) break;
            if (line.StartsWith("Process exited with code ") || line.StartsWith("Exit code: "))
                isError |= !line[(line.LastIndexOf(' ') + 1)..].SequenceEqual("0");
            else if (line.StartsWith("Wall time: ") && line.EndsWith(" seconds")
                && double.TryParse(line["Wall time: ".Length..^" seconds".Length], CultureInfo.InvariantCulture, out double seconds))
                duration = seconds * 1000;
        }

        return (isError, duration);
    }

    private static string? StartedThread(string text)
    {
        if (!text.StartsWith('{') || text.Length > 10_000 || !text.Contains("_id\"", StringComparison.Ordinal)) return null;
        try
        {
            using JsonDocument document = LenientJson.Parse(text);
            return document.RootElement.Text("agent_id") ?? document.RootElement.Text("thread_id");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
