using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>Takes out of a stream what only came because usage was asked for on behalf of the client.</summary>
internal static class UsageFilter
{
    /// <summary>An event as the client would have got it.</summary>
    /// <param name="whole">The event.</param>
    /// <param name="data">Its data.</param>
    /// <returns>Empty if the event would not have come at all.</returns>
    public static ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> whole, ReadOnlyMemory<byte> data)
    {
        if (data.Span.IndexOf("\"usage\""u8) < 0) return whole;
        try
        {
            return Filter(whole, data);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)   // the latter: a key with half a surrogate pair
        {
            return whole;
        }
    }

    private static ReadOnlyMemory<byte> Filter(ReadOnlyMemory<byte> whole, ReadOnlyMemory<byte> data)
    {
        var reader = new Utf8JsonReader(data.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return whole;
        bool hasNoChoices = false;
        (int Start, int End, bool IsFirst, bool IsNull)? usage = null;
        int end = (int)reader.BytesConsumed;   // of the member before
        for (bool isFirst = true; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; isFirst = false)
        {
            bool isUsage = reader.ValueTextEquals("usage"u8), isChoices = reader.ValueTextEquals("choices"u8);
            reader.Read();
            bool isNull = reader.TokenType == JsonTokenType.Null, isArray = reader.TokenType == JsonTokenType.StartArray;
            long valueStart = reader.BytesConsumed;
            reader.Skip();
            if (isChoices && isArray) hasNoChoices = data.Span[(int)valueStart..((int)reader.BytesConsumed - 1)]
                .IndexOfAnyExcept(" \t\r\n"u8) < 0;
            if (isUsage) usage = (end, (int)reader.BytesConsumed, isFirst, isNull);
            end = (int)reader.BytesConsumed;
        }

        if (usage is not { } found) return whole;
        if (!found.IsNull) return hasNoChoices ? default : whole;

        // The member goes with the comma before it, or as the first one with the comma behind it.
        int to = found.End;
        if (found.IsFirst)
        {
            int comma = to + Math.Max(0, data.Span[to..].IndexOfAnyExcept(" \t\r\n"u8));
            if (data.Span[comma] == ',') to = comma + 1;
        }

        int at = whole.Span.IndexOf(data.Span);
        return at < 0 ? whole : (byte[])[.. whole.Span[..(at + found.Start)], .. whole.Span[(at + to)..]];
    }
}
