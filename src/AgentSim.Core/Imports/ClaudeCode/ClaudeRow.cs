using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace AgentSim.Imports.ClaudeCode;

/// <summary>What matters of a row after its text is gone.</summary>
internal sealed class ClaudeRow
{
    public required SourcePlace Place { get; init; }

    /// <summary>The conversation it belongs to.</summary>
    public required ClaudeContext Context { get; set; }

    /// <summary>The row before it on the chain of messages; null at its beginning.</summary>
    public ClaudeRow? Parent { get; set; }

    public long? TimeMs { get; init; }

    /// <summary>What it adds to prompts, of a user's row.</summary>
    public IReadOnlyList<PromptSegment> Added { get; set; } = [];

    /// <summary>Ids of the tool calls whose results it holds.</summary>
    public IReadOnlyList<string> Results { get; set; } = [];

    /// <summary>The answer it is a part of.</summary>
    public ClaudeResponse? Response { get; set; }

    /// <summary>Whether the history was summarised here.</summary>
    public bool IsCompaction { get; set; }

    /// <summary>Whether it is a person's, a tool's or the model's and not one of the program's own.</summary>
    public bool IsMessage { get; set; }

    /// <summary>Whether it is one of many rows with the same time, which is that of their copying.</summary>
    public bool IsRestamped { get; set; }
}

/// <summary>A conversation within a file: the session's own, or that of a sub-agent.</summary>
internal sealed class ClaudeContext(SourceSession session)
{
    public SourceSession Session { get; } = session;

    public string? Cwd { get; set; }

    public string? Version { get; set; }

    /// <summary>Its last row so far.</summary>
    public ClaudeRow? Last { get; set; }

    public int Compactions { get; set; }

    /// <summary>The last place where its history was summarised.</summary>
    public ClaudeCompaction? Compaction { get; set; }
}

/// <summary>Values of rows, read with whatever patience they need.</summary>
internal static class ClaudeJson
{
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool Flag(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.True;

    public static JsonElement Value(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>A count; null if there is none or it is no possible one.</summary>
    public static long? Count(JsonElement element, string name)
    {
        JsonElement value = Value(element, name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && number is >= 0 and < 1e12 ? (long)number : null;
    }

    /// <summary>A time as milliseconds since 1970: ISO text, or a number of seconds or milliseconds.</summary>
    public static long? Time(JsonElement element, string name)
    {
        JsonElement value = Value(element, name);
        if (value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out DateTimeOffset time)
            && time.ToUnixTimeMilliseconds() is >= 0 and var milliseconds)
            return milliseconds;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number is >= 0 and < 1e14
            ? (long)(number < 1e11 ? number * 1000 : number)
            : null;
    }

    /// <summary>A short stand-in for an id.</summary>
    public static ulong Key(string id) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(id));
}
