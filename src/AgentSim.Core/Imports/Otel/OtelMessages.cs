using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports.Otel;

/// <summary>
/// The messages of a prompt and the tool calls of an answer, in the forms that instrumentations have written them: lists as JSON
/// (gen_ai, Vercel's AI SDK), or an attribute for each piece (OpenInference, older gen_ai).
/// </summary>
internal sealed class OtelMessages(ImportSink sink)
{
    private static readonly string[] Prompts = ["gen_ai.input.messages", "ai.prompt.messages", "gen_ai.prompt", "traceloop.entity.input"];

    private readonly TextIdentity _identity = sink.Identity;
    private readonly double _perToken = sink.Options.CharactersPerToken;

    /// <summary>The messages before the answer, in order; the system prompt among them is not meant.</summary>
    public List<OtelMessage> Prompt(OtelAttributes attributes)
    {
        foreach (string name in Prompts)
        {
            using JsonDocument? list = attributes.Json(name);
            if (list is { RootElement.ValueKind: JsonValueKind.Array }) return [.. list.RootElement.EnumerateArray().Select(Message)];
        }

        List<OtelMessage> messages = Indexed(attributes, "llm.input_messages.");
        return messages.Count > 0 ? messages : Indexed(attributes, "gen_ai.prompt.");
    }

    /// <summary>What stays the same in all prompts of an agent.</summary>
    public List<PromptSegment> Fixed(OtelAttributes attributes)
    {
        var segments = new List<PromptSegment>();
        foreach (string name in (ReadOnlySpan<string>)["gen_ai.tool.definitions", "gen_ai.system_instructions", "ai.prompt.tools",
            "llm.tools"])
        {
            if (attributes.Get(name) is { ValueKind: not JsonValueKind.Undefined } value)
                segments.Add(_identity.Begin("system", name).Add(value).EndSegment(_perToken));
        }

        string[] tools = [.. attributes.Names.Where(name => name.StartsWith("llm.tools.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        foreach (string name in tools) segments.Add(_identity.Begin("system", "llm.tools").Add(attributes.Get(name)).EndSegment(_perToken));
        return segments;
    }

    /// <summary>The tool calls of the answer.</summary>
    public static List<SourceToolCall> ToolCalls(OtelAttributes attributes)
    {
        var calls = new List<SourceToolCall>();
        using (JsonDocument? output = attributes.Json("gen_ai.output.messages"))
        {
            if (output is not null)
            {
                foreach (JsonElement message in output.RootElement.Items())
                {
                    foreach (JsonElement part in message.Get("parts").Items())
                    {
                        if (part.Text("type") == "tool_call") calls.Add(new SourceToolCall(part.Text("id"), part.Text("name")));
                    }
                }
            }
        }

        if (calls.Count > 0) return calls;
        using (JsonDocument? made = attributes.Json("ai.response.toolCalls"))
        {
            if (made is not null)
            {
                foreach (JsonElement call in made.RootElement.Items())
                    calls.Add(new SourceToolCall(call.Text("toolCallId"), call.Text("toolName")));
            }
        }

        if (calls.Count > 0) return calls;
        foreach (string prefix in (ReadOnlySpan<string>)["llm.output_messages.", "gen_ai.completion."])
        {
            foreach (string path in CallPaths(attributes, prefix))
            {
                calls.Add(new SourceToolCall(
                    attributes.Text($"{path}.tool_call.id", $"{path}.id"),
                        attributes.Text($"{path}.tool_call.function.name", $"{path}.name", $"{path}.function.name")));
            }
        }

        return calls;
    }

    private OtelMessage Message(JsonElement message)
    {
        string role = message.Text("role") ?? "user";
        _identity.Begin(Role(role), "message");
        if (message.ValueKind == JsonValueKind.Object)
        {
            // How an answer ended is not part of the text that is sent back.
            foreach (JsonProperty property in message.EnumerateObject())
            {
                if (property.Name is "role" or "finish_reason" or "providerOptions" or "providerMetadata") continue;
                _identity.Add(property.Name).Add(property.Value);
            }
        }
        else
        {
            _identity.Add(message);
        }

        return new OtelMessage(_identity.EndSegment(_perToken), IsAnswer(role));
    }

    // llm.input_messages.3.message.content: all pieces with one number are a message.
    private List<OtelMessage> Indexed(OtelAttributes attributes, string prefix)
    {
        var pieces = new SortedDictionary<int, List<string>>();
        foreach (string name in attributes.Names)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> rest = name.AsSpan(prefix.Length);
            int point = rest.IndexOf('.');
            if (point <= 0 || !int.TryParse(rest[..point], NumberStyles.None, CultureInfo.InvariantCulture, out int index)) continue;
            if (!pieces.TryGetValue(index, out List<string>? names)) pieces.Add(index, names = []);
            names.Add(name);
        }

        var messages = new List<OtelMessage>();
        foreach ((int index, List<string> names) in pieces)
        {
            names.Sort(StringComparer.Ordinal);
            string path = string.Create(CultureInfo.InvariantCulture, $"{prefix}{index}");
            string role = attributes.Text($"{path}.message.role", $"{path}.role") ?? "user";
            _identity.Begin(Role(role), "message");
            foreach (string name in names)
            {
                if (name.EndsWith(".role", StringComparison.Ordinal) || name.EndsWith(".finish_reason", StringComparison.Ordinal)) continue;
                _identity.Add(name[path.Length..]).Add(attributes.Get(name));
            }

            messages.Add(new OtelMessage(_identity.EndSegment(_perToken), IsAnswer(role)));
        }

        return messages;
    }

    private static SortedSet<string> CallPaths(OtelAttributes attributes, string prefix)
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string name in attributes.Names)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            int calls = name.IndexOf(".tool_calls.", StringComparison.Ordinal);
            if (calls < 0) continue;
            int end = name.IndexOf('.', calls + ".tool_calls.".Length);
            if (end > 0) paths.Add(name[..end]);
        }

        return paths;
    }

    private static bool IsAnswer(string role) => Role(role) == "assistant";

    private static string Role(string role) => role.ToLowerInvariant() switch
    {
        "model" or "ai" or "assistant" => "assistant",
        var other => other,
    };
}
