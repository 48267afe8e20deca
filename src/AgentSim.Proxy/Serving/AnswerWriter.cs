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
/// <param name="context">The exchange.</param>
/// <param name="asked">What was asked for.</param>
/// <param name="served">The request in the engines.</param>
/// <param name="id">Of the answer.</param>
/// <param name="modelJson">The name of the model.</param>
/// <param name="left">Told whenever tokens of a stream have been sent, and when they were due.</param>
internal sealed class AnswerWriter(
    HttpContext context, ModelRequest asked, ServedRequest served, string id, string modelJson, Action<double> left)
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
        byte[] close = asked.IsChat ? [(byte)'"', (byte)'}'] : [(byte)'"'];
        byte[] before = Encoding.UTF8.GetBytes(Before()), after = After("null"), last = After("\"length\"");
        while (await due.WaitToReadAsync().ConfigureAwait(false))
        {
            if (_tokens == 0) Begin(body);
            double lastDue = 0.0;
            while (due.TryRead(out DueTokens tokens))
            {
                lastDue = tokens.Time;
                for (int i = 0; i < tokens.Tokens; i++)
                {
                    body.Write(before);
                    body.Write(Word(_tokens));
                    body.Write(close);
                    if (asked.HasTokenIds) body.Write(Encoding.ASCII.GetBytes($",\"token_ids\":[{Id(_tokens)}]"));
                    _tokens++;
                    body.Write(_tokens == asked.Output ? last : after);
                    if (asked.HasContinuousUsage) body.Write(Encoding.ASCII.GetBytes($",\"usage\":{Usage}}}\n\n"));
                }
            }

            await body.FlushAsync().ConfigureAwait(false);
            left(lastDue);
        }

        if (asked.HasUsage) body.Write(Encoding.UTF8.GetBytes($"{Head()}[],\"usage\":{Usage}}}\n\n"));
        body.Write("data: [DONE]\n\n"u8);
        await body.FlushAsync().ConfigureAwait(false);
    }

    private async Task WholeAsync()
    {
        var text = new StringBuilder();
        var ids = new List<int>();
        while (await served.Due.WaitToReadAsync().ConfigureAwait(false))
        {
            while (served.Due.TryRead(out DueTokens tokens))
            {
                for (int i = 0; i < tokens.Tokens; i++)
                {
                    if (asked.HasTokenIds) ids.Add(Id(_tokens));
                    text.Append(Encoding.ASCII.GetString(Word(_tokens++)));
                }
            }
        }

        context.Response.ContentType = "application/json";
        string what = asked.IsChat ? $$"""{"index":0,"message":{"role":"assistant","content":"{{text}}"}"""
            : $"{{\"index\":0,\"text\":\"{text}\"";
        if (asked.HasTokenIds) what += $",\"token_ids\":[{string.Join(',', ids)}]";
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
        return Encoding.ASCII.GetBytes($",\"logprobs\":null,\"finish_reason\":{reason}}}]{end}");
    }

    private int Id(int index) => TextTokens.IdOf(ServedRequest.WordOf(served.Seed, index, s_words.Length));

    // A chat begins without a space.
    private ReadOnlySpan<byte> Word(int index)
    {
        byte[] word = s_words[ServedRequest.WordOf(served.Seed, index, s_words.Length)];
        return asked.IsChat && index == 0 ? word.AsSpan(1) : word;
    }
}
