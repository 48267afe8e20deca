using System.Net.Sockets;
using System.Text;
using AgentSim.Serving;

namespace AgentSim.Proxy.Serving;

/// <summary>
/// Lets a few requests be answered by a server of its own, so that the first real ones do not wait for code to be compiled.
/// </summary>
internal static class ServerWarmUp
{
    private const int Rounds = 40;
    private const double Speed = 200.0;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly (string Path, string Body)[] Requests =
    [
        ("/v1/completions", """{"prompt":[1,2,3],"max_tokens":9,"stream":true,"stream_options":{"include_usage":true}}"""),
        ("/v1/completions", """{"prompt":"warm up","max_tokens":3}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"warm up"}],"max_tokens":9,"stream":true}"""),
    ];

    /// <summary>Does it; when it cannot be done, nothing is lost but time.</summary>
    /// <param name="settings">What will be served.</param>
    public static async Task RunAsync(ServerSettings settings)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var options = new ServerOptions { Listen = "http://127.0.0.1:0", Speed = Speed };
            await using ApiServer server = await ApiServer.StartAsync(
                settings with { Options = options }, _ => { }, new ApiLimits(Connections: 8)).ConfigureAwait(false);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Address) };
            for (int round = 0; round < Rounds; round++)
                await Task.WhenAll(Requests.Select(request => PostAsync(client, request, patience.Token))).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or HttpRequestException or OperationCanceledException
            or AgentSimException)
        {
            // The first requests will be a little late.
        }
    }

    private static async Task PostAsync(HttpClient client, (string Path, string Body) request, CancellationToken cancel)
    {
        using var content = new StringContent(request.Body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri(request.Path, UriKind.Relative), content, cancel)
            .ConfigureAwait(false);
        _ = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
    }
}
