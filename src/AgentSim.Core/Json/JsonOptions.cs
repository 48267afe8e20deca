using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>Strict reading of the JSON objects that options carry (engine arguments, router configuration).</summary>
internal static class JsonOptions
{
    /// <summary>Parses <paramref name="json"/>, which must be one JSON object.</summary>
    /// <param name="json">The text of the option.</param>
    /// <param name="option">The option as the user wrote it, for messages.</param>
    /// <param name="errorId">Identifier of the error when the text is refused.</param>
    public static JsonDocument ParseObject(string json, string option, ErrorCode errorId)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            string place = $"line {(e.LineNumber ?? 0) + 1}, column {(e.BytePositionInLine ?? 0) + 1}";
            string hint = json.AsSpan().TrimStart().StartsWith('{') ? ""
                : "; give the JSON text itself, such as {\"name\": value}, not a name or the path of a file";
            throw errorId.Error($"{option}: not valid JSON at {place}{hint}", inner: e);
        }

        bool isObject = document.RootElement.ValueKind == JsonValueKind.Object;
        if (isObject && !Surrogates.HasLone(text)) return document;
        document.Dispose();
        throw errorId.Error(isObject
            ? $"{option}: a string holds one half of a surrogate pair; write its character as it is"
            : $"{option}: must be a JSON object such as {{\"name\": value}}");
    }
}
