using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Traces.Schema;

namespace AgentSim.Traces;

/// <summary>
/// What a line of a request trace holds (behaviour 01#2.2): a record, plain or wrapped in <c>event</c>, or
/// something that is passed over. The whole line is decoded, unknown and skipped parts included (01#1.2).
/// </summary>
internal static class TraceLine
{
    /// <summary>The deepest nesting of a line.</summary>
    public const int MaxDepth = 127;

    private static readonly byte[] Event = Encoding.UTF8.GetBytes(TraceNames.Event);
    private static readonly byte[] RequestPayload = Encoding.UTF8.GetBytes(TraceNames.RequestPayload);
    private static readonly byte[] EventType = Encoding.UTF8.GetBytes(TraceNames.EventType);

    // The value a key of interest was given.
    private enum Given
    {
        Absent,      // or null
        Other,
        Twice,
        Payload,     // the text request_payload
        Text,
        Object,
    }

    /// <summary>Finds the record of a line.</summary>
    /// <param name="line">One line.</param>
    /// <param name="start">Offset of the record.</param>
    /// <param name="length">Its length.</param>
    /// <returns>False if the line is to be skipped.</returns>
    /// <exception cref="JsonException">The line is not valid JSON, nested too deeply, or holds a string or number that cannot be
    /// decoded.</exception>
    public static bool TryFindRecord(ReadOnlySpan<byte> line, out int start, out int length)
    {
        (start, length) = (0, line.Length);
        var json = new JsonRow(line, MaxDepth);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.DecodeValue();
            json.EndRow();
            return false;
        }

        bool hasType = false, hasEvent = false, hasEventType = false;
        Given type = Given.Absent, wrapped = Given.Absent, wrappedType = Given.Absent;
        while (json.NextKey())
        {
            if (json.Is(EventType))
            {
                type = Type(ref json, ref hasType);
            }
            else if (json.Is(Event))
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
                    json.DecodeValue();
                    continue;
                }

                start = json.TokenStart;
                while (json.NextKey())
                {
                    if (json.Is(EventType)) wrappedType = Type(ref json, ref hasEventType);
                    else json.SkipDecoded();
                }

                length = json.Position - start;
            }
            else
            {
                json.SkipDecoded();
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

    private static Given Type(ref JsonRow json, ref bool seen)
    {
        json.Read();
        Given given = seen ? Given.Twice : json.TokenType switch
        {
            JsonTokenType.Null => Given.Absent,
            JsonTokenType.String => json.IsText(RequestPayload) ? Given.Payload : Given.Text,
            _ => Given.Other,
        };
        seen = true;
        json.DecodeValue();
        return given;
    }
}
