using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>
/// Asks for the usage of a stream on behalf of a client that did not: changes <c>stream_options</c> of a request, and
/// nothing else of its text.
/// </summary>
internal static class UsageRequest
{
    private const int MaxDepth = 512;

    /// <summary>The request with <c>include_usage</c>; null if it cannot be asked for: stream options are no object, or text is
    /// none.</summary>
    /// <param name="body">A JSON object with at least one key.</param>
    public static byte[]? Add(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Change(body);
        }
        catch (InvalidOperationException)
        {
            return null;   // half a surrogate pair; the request passes as it is
        }
    }

    private static byte[]? Change(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        int start = (int)reader.BytesConsumed;   // behind the brace
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMeant = reader.ValueTextEquals("stream_options"u8);
            reader.Read();
            int valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isMeant) continue;
            return Options(body[valueStart..(int)reader.BytesConsumed]) is { } options
                ? [.. body.Span[..valueStart], .. options, .. body.Span[(int)reader.BytesConsumed..]]
                : null;
        }

        return [.. body.Span[..start], .. "\"stream_options\":{\"include_usage\":true},"u8, .. body.Span[start..]];
    }

    private static byte[]? Options(ReadOnlyMemory<byte> options)
    {
        using JsonDocument old = JsonDocument.Parse(options, new JsonDocumentOptions { MaxDepth = MaxDepth });
        if (old.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null)) return null;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (old.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty option in old.RootElement.EnumerateObject())
                {
                    if (!option.NameEquals("include_usage"u8)) option.WriteTo(json);
                }
            }

            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
