using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Traces;

/// <summary>
/// What a line of a request trace holds (specification 01, 2.2): a record, plain or wrapped in <c>event</c>, or
/// something that is passed over. The whole line is decoded, unknown and skipped parts included (01, 1.2).
/// </summary>
internal static class TraceLine
{
    private const int MaxDepth = 127;

    // The value a key of interest was given.
    private enum Given
    {
        Absent,      // or null
        Other,
        Twice,
        Payload,     // "request_payload"
        Text,
        Object,
    }

    /// <summary>Finds the record of a line.</summary>
    /// <param name="line">One line.</param>
    /// <param name="arrays">Keeps the longest integer array of the line.</param>
    /// <param name="start">Offset of the record.</param>
    /// <param name="length">Its length.</param>
    /// <returns>False if the line is to be skipped.</returns>
    /// <exception cref="JsonException">The line is not valid JSON, nested too deeply, or holds a string or number that cannot be decoded.</exception>
    public static bool TryFindRecord(ReadOnlySpan<byte> line, IntegerArrayCache arrays, out int start, out int length)
    {
        (start, length) = (0, line.Length);
        arrays.Clear();
        var json = new JsonRow(line, MaxDepth);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            CheckValue(ref json, arrays);
            json.EndRow();
            return false;
        }

        bool hasType = false, hasEvent = false, hasEventType = false;
        Given type = Given.Absent, wrapped = Given.Absent, wrappedType = Given.Absent;
        while (json.NextKey())
        {
            if (json.Is("event_type"u8))
            {
                type = Type(ref json, arrays, ref hasType);
            }
            else if (json.Is("event"u8))
            {
                json.Read();
                wrapped = hasEvent ? Given.Twice : json.TokenType switch
                {
                    JsonTokenType.Null => Given.Absent,
                    JsonTokenType.StartObject => Given.Object,
                    _ => Given.Other,
                };
                hasEvent = true;
                if (wrapped != Given.Object)
                {
                    CheckValue(ref json, arrays);
                    continue;
                }

                start = json.TokenStart;
                while (json.NextKey())
                {
                    if (json.Is("event_type"u8)) wrappedType = Type(ref json, arrays, ref hasEventType);
                    else NextValue(ref json, arrays);
                }

                length = json.Position - start;
            }
            else
            {
                NextValue(ref json, arrays);
            }
        }

        json.EndRow();
        if (type is Given.Other or Given.Twice) return false;
        return wrapped switch
        {
            Given.Absent => type != Given.Payload,
            Given.Object => wrappedType is Given.Absent or Given.Text,
            _ => false,
        };
    }

    private static Given Type(ref JsonRow json, IntegerArrayCache arrays, ref bool seen)
    {
        json.Read();
        Given given = seen ? Given.Twice : json.TokenType switch
        {
            JsonTokenType.Null => Given.Absent,
            JsonTokenType.String => json.Is("request_payload"u8) ? Given.Payload : Given.Text,
            _ => Given.Other,
        };
        seen = true;
        CheckValue(ref json, arrays);
        return given;
    }

    private static void NextValue(ref JsonRow json, IntegerArrayCache arrays)
    {
        json.Read();
        CheckValue(ref json, arrays);
    }

    // Decodes the current value without keeping it.
    private static void CheckValue(ref JsonRow json, IntegerArrayCache arrays)
    {
        int depth = json.Depth;
        while (true)
        {
            switch (json.TokenType)
            {
                case JsonTokenType.StartArray when json.TrySkipIntegerArray(arrays):
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName when json.HasLoneSurrogate():
                    throw JsonRow.LoneSurrogate();
                case JsonTokenType.Number when MayOverflow(json.Raw) && !json.IsFinite(out _):
                    throw new JsonException("a number is beyond the range of a double");
            }

            if (json.Depth == depth && json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
            json.Read();
        }
    }

    private static bool MayOverflow(ReadOnlySpan<byte> number) => number.Length > 300 || number.ContainsAny((byte)'e', (byte)'E');
}
