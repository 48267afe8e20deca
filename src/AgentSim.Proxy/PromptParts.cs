using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>
/// The parts of a prompt in the order in which models get them: tools, then instructions, then the messages. A further turn of a
/// conversation continues the prompt of the turn before.
/// </summary>
internal static class PromptParts
{
    // A line that Claude Code puts before its instructions and changes with every request. Servers take it out of the prompt.
    private const string BillingLine = "x-anthropic-billing-header:";

    /// <summary>The prompt of a request that was found to be recorded.</summary>
    /// <exception cref="InvalidOperationException">It holds text that is none.</exception>
    public static Prompt Of(JsonElement body, Api api, string? model)
    {
        using var text = new PromptText();
        if (api == Api.Completions)
        {
            JsonElement prompt = body.GetProperty("prompt");
            if (TokenIds(prompt) is { } ids) return new Prompt(text.Pieces(ids), model) { Ids = ids };
            text.AddOpenText(OnlyText(prompt)!);
            text.End();
            return new Prompt(text.Segments, model);
        }

        AddHead(body, text);
        int head = text.Segments.Count;
        if (api == Api.Responses) AddInput(body, text);
        else AddMessages(body.GetProperty("messages"), text);
        text.End();
        string? previous = api == Api.Responses && body.Text("previous_response_id") is { Length: > 0 } id ? id : null;
        return new Prompt(text.Segments, model, head)
        {
            PreviousId = previous,
            IsPartial = api == Api.Responses && (previous is not null || Has(body, "conversation") || Has(body, "prompt")),
        };
    }

    /// <summary>The text of a prompt that is one text, alone or in a list; null for anything else.</summary>
    public static string? OnlyText(JsonElement prompt)
    {
        if (prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() == 1) prompt = prompt[0];
        return prompt.ValueKind == JsonValueKind.String ? prompt.GetString() : null;
    }

    /// <summary>The tokens of a prompt that is one list of them, alone or in a list; null for anything else.</summary>
    public static uint[]? TokenIds(JsonElement prompt)
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

    private static void AddHead(JsonElement body, PromptText text)
    {
        foreach (string name in (ReadOnlySpan<string>)["tools", "functions"])
        {
            if (!body.TryGetProperty(name, out JsonElement tools) || tools.ValueKind != JsonValueKind.Array) continue;
            foreach (JsonElement tool in tools.EnumerateArray()) Add(text, "tool", tool);
        }

        if (body.TryGetProperty("system", out JsonElement system))
        {
            // One text and a list with it are the same.
            if (system.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement block in system.EnumerateArray().Where(block => !IsBillingLine(block))) Add(text, "system", block);
            }
            else
            {
                Add(text, "system", system);
            }
        }

        if (body.TryGetProperty("instructions", out JsonElement instructions)) Add(text, "instructions", instructions);
        text.End();
    }

    private static void AddMessages(JsonElement messages, PromptText text)
    {
        foreach (JsonElement message in messages.EnumerateArray()) Add(text, "", message);
    }

    private static void AddInput(JsonElement body, PromptText text)
    {
        if (!body.TryGetProperty("input", out JsonElement input)) return;
        if (input.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in input.EnumerateArray()) Add(text, "", item);
        }
        else if (input.ValueKind == JsonValueKind.String)
        {
            // As the message it stands for.
            text.Begin("");
            text.AddText("user");
            text.AddText(input.GetString()!);
        }
    }

    private static void Add(PromptText text, string role, JsonElement value)
    {
        text.Begin(role);
        text.AddValue(value);
    }

    private static bool IsBillingLine(JsonElement block) =>
        block.Text("text")?.StartsWith(BillingLine, StringComparison.Ordinal) == true;

    private static bool Has(JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;
}
