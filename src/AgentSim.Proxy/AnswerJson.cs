using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>Reads members of answers; what has another form than expected is absent.</summary>
internal static class AnswerJson
{
    private const int LongestName = 1024;   // a name beyond that is none
    private const int LongestCode = 64;
    private const long MostTokens = 1L << 53;   // a count beyond that is none, so that sums of counts have room

    public static JsonElement? Child(this JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement child) && child.ValueKind == kind
            ? child : null;

    public static string? Text(this JsonElement parent, string name) => parent.Child(name, JsonValueKind.String)?.GetString();

    public static string? Name(this JsonElement parent, string name) =>
        parent.Text(name) is { Length: > 0 and <= LongestName } text ? text : null;

    public static long? Count(this JsonElement parent, string name) =>
        parent.Child(name, JsonValueKind.Number) is { } number && number.TryGetInt64(out long value) && value is >= 0 and <= MostTokens
            ? value : null;

    public static int? Index(this JsonElement parent, string name = "index") =>
        parent.Child(name, JsonValueKind.Number) is { } number && number.TryGetInt32(out int value) && value >= 0 ? value : null;

    public static IEnumerable<JsonElement> Items(this JsonElement parent, string name) =>
        parent.Child(name, JsonValueKind.Array) is { } list
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object) : [];

    /// <summary>What kind of error is reported: a word of the interface, never a message, which may quote a prompt.</summary>
    public static string ErrorText(this JsonElement error)
    {
        string? word = Code(error, "type") is { } type and not "error" ? type : Code(error, "code");
        return word is null ? "error: reported by the server" : $"error: {word}";
    }

    private static string? Code(JsonElement error, string name) =>
        error.Text(name) is { Length: > 0 and <= LongestCode } text && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? text : null;
}
