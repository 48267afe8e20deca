using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using AgentSim.Serving;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy.Serving;

/// <summary>
/// Writes the answer to a request as its tokens come due: a stream of events, one for each token, or one object at the end.
/// </summary>
internal sealed class AnswerWriter(HttpContext context, ModelRequest asked, ServedRequest served, string id, string modelJson)
{
    private static readonly byte[][] s_words = [.. TextTokens.Words.Select(word => Encoding.ASCII.GetBytes(" " + word))];

    private readonly string _id = (asked.IsChat ? "chatcmpl-" : "cmpl-") + id;
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private int _tokens;

    private string Usage
    {
        get
        {
            int prompt = asked.Prompt.Length;
            return string.Create(CultureInfo.InvariantCulture,
                $$$"""{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{_tokens}}},"total_tokens":{{{prompt + _tokens}}}"""
                + $$$""","prompt_tokens_details":{"cached_tokens":{{{served.CachedTokens}}}}}""");
        }
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="AgentSimException">The engines cannot go on with the request.</exception>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public Task WriteAsync() => asked.Streams ? StreamAsync() : WholeAsync();

    private async Task StreamAsync()
    {
        ChannelReader<DueTokens> due = served.Due;
        PipeWriter body = context.Response.BodyWriter;
        byte[] before = Encoding.UTF8.GetBytes(Before()), after = After("null"), last = After("\"length\"");
        while (await due.WaitToReadAsync().ConfigureAwait(false))
        {
            if (_tokens == 0) Begin(body);
            while (due.TryRead(out DueTokens tokens))
            {
                for (int i = 0; i < tokens.Tokens; i++)
                {
                    body.Write(before);
                    body.Write(Word(_tokens++));
                    body.Write(_tokens == asked.Output ? last : after);
                    if (asked.HasContinuousUsage) body.Write(Encoding.ASCII.GetBytes($",\"usage\":{Usage}}}\n\n"));
                }
            }

            await body.FlushAsync().ConfigureAwait(false);
        }

        if (asked.HasUsage) body.Write(Encoding.UTF8.GetBytes($"{Head()}[],\"usage\":{Usage}}}\n\n"));
        body.Write("data: [DONE]\n\n"u8);
        await body.FlushAsync().ConfigureAwait(false);
    }

    private async Task WholeAsync()
    {
        var text = new StringBuilder();
        while (await served.Due.WaitToReadAsync().ConfigureAwait(false))
        {
            while (served.Due.TryRead(out DueTokens tokens))
            {
                for (int i = 0; i < tokens.Tokens; i++) text.Append(Encoding.ASCII.GetString(Word(_tokens++)));
            }
        }

        context.Response.ContentType = "application/json";
        string what = asked.IsChat ? $$"""{"index":0,"message":{"role":"assistant","content":"{{text}}"}"""
            : $"{{\"index\":0,\"text\":\"{text}\"";
        string kind = asked.IsChat ? "chat.completion" : "text_completion";
        byte[] answer = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{_id}}","object":"{{kind}}","created":{{_created}},"model":{{modelJson}},"choices":[{{what}}""")
            + $$""","logprobs":null,"finish_reason":"length"}],"usage":{{Usage}}}""");
        context.Response.ContentLength = answer.Length;
        await context.Response.BodyWriter.WriteAsync(answer).ConfigureAwait(false);
    }

    private void Begin(PipeWriter body)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        if (!asked.IsChat) return;
        string usage = asked.HasUsage ? ",\"usage\":null" : "";
        body.Write(Encoding.UTF8.GetBytes(
            Head() + """[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]""" + usage + "}\n\n"));
    }

    private string Head()
    {
        string kind = asked.IsChat ? "chat.completion.chunk" : "text_completion";
        return string.Create(CultureInfo.InvariantCulture,
            $$"""data: {"id":"{{_id}}","object":"{{kind}}","created":{{_created}},"model":{{modelJson}},"choices":""");
    }

    private string Before() => Head() + (asked.IsChat ? "[{\"index\":0,\"delta\":{\"content\":\"" : "[{\"index\":0,\"text\":\"");

    private byte[] After(string reason)
    {
        string end = asked.HasContinuousUsage ? "" : asked.HasUsage ? ",\"usage\":null}\n\n" : "}\n\n";
        return Encoding.ASCII.GetBytes($"\"{(asked.IsChat ? "}" : "")},\"logprobs\":null,\"finish_reason\":{reason}}}]{end}");
    }

    // A chat begins without a space.
    private ReadOnlySpan<byte> Word(int index)
    {
        byte[] word = s_words[ServedRequest.WordOf(served.Seed, index, s_words.Length)];
        return asked.IsChat && index == 0 ? word.AsSpan(1) : word;
    }
}
