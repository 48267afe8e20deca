using System.Net;
using System.Net.Sockets;
using System.Text;
using AgentSim.Capture;

namespace AgentSim.Proxy;

/// <summary>
/// Lets a few requests pass through a proxy of their own to a server in this process, so that the first real ones need not wait for
/// code to be compiled and are not recorded late for it.
/// </summary>
internal static class WarmUp
{
    private const int Rounds = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly (string Path, string Body, string Answer, bool IsStream)[] Requests =
    [
        ("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"warm up"}]}""",
            """{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9}}""", false),
        ("/v1/chat/completions", """{"model":"m","stream":true,"messages":[{"role":"user","content":"warm up"}]}""",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}],\"usage\":null}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n", true),
        ("/v1/messages",
            """{"model":"m","stream":true,"max_tokens":9,"tools":[{"name":"t"}],"messages":[{"role":"user","content":"warm up"}]}""",
            "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9}}}\n\n"
            + "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n"
            + "data: {\"type\":\"message_stop\"}\n\n", true),
        ("/v1/responses",
            """{"model":"m","stream":true,"instructions":"i","input":[{"type":"message","role":"user","content":"warm up"}]}""",
            "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n"
            + "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"," +
            "\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n", true),
    ];

    /// <summary>Does it; when it cannot be done, nothing is lost but time.</summary>
    public static async Task RunAsync()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            server.Start();
            Task serving = ServeAsync(server, patience.Token);
            var options = new ProxyOptions { Upstream = new Uri($"http://{server.LocalEndpoint}"), Listen = "http://127.0.0.1:0" };
            await using RecordingProxy proxy =
                await RecordingProxy.StartAsync(options, _ => { }, _ => { }, connections: Rounds + 1).ConfigureAwait(false);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            for (int i = 0; i < Rounds * Requests.Length; i++)
            {
                (string path, string body, _, _) = Requests[i % Requests.Length];
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await client.PostAsync(new Uri(proxy.Address + path), content, patience.Token)
                    .ConfigureAwait(false);
            }

            await patience.CancelAsync().ConfigureAwait(false);
            await serving.ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or HttpRequestException or OperationCanceledException
            or AgentSimException)
        {
            // The first requests will be a little late.
        }
    }

    // Requests come one after the other, over one connection or several.
    private static async Task ServeAsync(TcpListener server, CancellationToken cancel)
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(AnswerAsync(await server.AcceptSocketAsync(cancel).ConfigureAwait(false), cancel));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections).ConfigureAwait(false);
        }
    }

    private static async Task AnswerAsync(Socket socket, CancellationToken cancel)
    {
        using Socket connection = socket;
        var buffer = new byte[16 << 10];
        try
        {
            for (int filled = 0, count; (count = await connection.ReceiveAsync(buffer.AsMemory(filled), cancel).ConfigureAwait(false)) > 0;)
            {
                filled += count;
                string text = Encoding.Latin1.GetString(buffer, 0, filled);
                (string Path, string Body, string Answer, bool IsStream) request = Array.Find(
                    Requests, each => text.StartsWith($"POST {each.Path} ", StringComparison.Ordinal)
                        && text.Contains("\"stream\":true", StringComparison.Ordinal) == each.IsStream);
                if (request.Body is null || !text.EndsWith(request.Body[^1]) || !text.Contains("warm up", StringComparison.Ordinal))
                    continue;
                string type = request.IsStream ? "text/event-stream" : "application/json";
                string head = $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {request.Answer.Length}\r\n\r\n";
                await connection.SendAsync(Encoding.Latin1.GetBytes(head + request.Answer), cancel).ConfigureAwait(false);
                filled = 0;
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The proxy is gone.
        }
    }
}
