using System.Net.ServerSentEvents;
using System.Text.Json;

namespace AgentSim.Live;

/// <summary>Reads the events of an answer and notes when each token came.</summary>
internal sealed class AnswerStream(LiveClock clock)
{
    private readonly List<double> _tokens = [];
    private readonly List<int> _ids = [];
    private double _emptyEnd = double.NaN;   // when an event without text ended the output
    private bool _isDone;

    /// <summary>When the tokens came, event by event.</summary>
    public IReadOnlyList<double> TokenTimes => _tokens;

    /// <summary>The ids of the tokens, where the server gives them.</summary>
    public IReadOnlyList<int> TokenIds => _ids;

    public int? PromptTokens { get; private set; }

    public int? OutputTokens { get; private set; }

    public int? CachedTokens { get; private set; }

    public string? FinishReason { get; private set; }

    /// <summary>What the server said went wrong in the midst of its answer.</summary>
    public string? ErrorText { get; private set; }

    /// <summary>Whether the answer came to its end.</summary>
    public bool IsWhole => _isDone || FinishReason is not null;

    /// <summary>Reads an answer to its end.</summary>
    /// <exception cref="JsonException">An event is no JSON, or not as events of answers are.</exception>
    public async Task Read(Stream stream, CancellationToken cancellation)
    {
        SseParser<bool> events = SseParser.Create(stream, (_, data) => Take(data));
        await foreach (SseItem<bool> _ in events.EnumerateAsync(cancellation).ConfigureAwait(false))
        {
            if (_isDone || ErrorText is not null) break;
        }

        // A last token without text, as a special one, comes in the event that ends the output.
        if (OutputTokens == _tokens.Count + 1 && !double.IsNaN(_emptyEnd)) _tokens.Add(_emptyEnd);
    }

    private bool Take(ReadOnlySpan<byte> data)
    {
        double now = clock.Now;
        if (data.SequenceEqual("[DONE]"u8)) return _isDone = true;
        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new JsonException("an event is no object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("choices"u8)) ReadChoices(ref json, now);
            else if (json.ValueTextEquals("usage"u8)) ReadUsage(ref json);
            else if (json.ValueTextEquals("error"u8)) ReadError(ref json);
            else Skip(ref json);
        }

        return true;
    }

    private void ReadChoices(ref Utf8JsonReader json, double now)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        bool isFirst = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject && isFirst) ReadChoice(ref json, now);
            else json.Skip();
            isFirst = false;
        }
    }

    private void ReadChoice(ref Utf8JsonReader json, double now)
    {
        bool hasText = false, isEmpty = false, hasRole = false, isEnd = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("text"u8)) Text(ref json, ref hasText, ref isEmpty);
            else if (json.ValueTextEquals("delta"u8)) ReadDelta(ref json, ref hasText, ref isEmpty, ref hasRole);
            else if (json.ValueTextEquals("token_ids"u8)) ReadIds(ref json);
            else if (json.ValueTextEquals("finish_reason"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.String) continue;
                FinishReason = json.GetString();
                isEnd = true;
            }
            else Skip(ref json);
        }

        if (hasText || (isEmpty && !hasRole && !isEnd)) _tokens.Add(now);
        else if (isEnd) _emptyEnd = now;
    }

    private void ReadIds(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int id)) _ids.Add(id);
            else json.Skip();
        }
    }

    // The first event of a chat has the role alone.
    private static void ReadDelta(ref Utf8JsonReader json, ref bool hasText, ref bool isEmpty, ref bool hasRole)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("content"u8) || json.ValueTextEquals("reasoning_content"u8) || json.ValueTextEquals("reasoning"u8))
            {
                Text(ref json, ref hasText, ref isEmpty);
            }
            else
            {
                hasRole |= json.ValueTextEquals("role"u8);
                Skip(ref json);
            }
        }
    }

    private static void Text(ref Utf8JsonReader json, ref bool hasText, ref bool isEmpty)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String && json.ValueSpan.Length > 0) hasText = true;
        else if (json.TokenType == JsonTokenType.String) isEmpty = true;
        else json.Skip();
    }

    private void ReadUsage(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("prompt_tokens"u8)) PromptTokens = Count(ref json);
            else if (json.ValueTextEquals("completion_tokens"u8)) OutputTokens = Count(ref json);
            else if (json.ValueTextEquals("prompt_tokens_details"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.StartObject) continue;
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                {
                    if (json.ValueTextEquals("cached_tokens"u8)) CachedTokens = Count(ref json);
                    else Skip(ref json);
                }
            }
            else Skip(ref json);
        }
    }

    private void ReadError(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return;
        using JsonDocument error = JsonDocument.ParseValue(ref json);
        ErrorText = error.RootElement.ToString();
    }

    private static int? Count(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int count) && count >= 0) return count;
        json.Skip();
        return null;
    }

    private static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }
}
