using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AgentSim.Live;

/// <summary>
/// Goes once through everything that sends and reads a request, with a listener of its own in place of the server: what is compiled or
/// loaded at its first use would otherwise delay the first requests of the run.
/// </summary>
internal static class Rehearsal
{
    private const int Rounds = 20;

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk(
            "data: {\"choices\":[{\"index\":0,\"text\":\" a\",\"finish_reason\":null}],\"usage\":null}\n\n") + Chunk(
            "data: {\"choices\":[{\"index\":0,\"text\":\" a\",\"finish_reason\":\"length\"}],\"usage\":null}\n\n") + Chunk(
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\n"
            + "data: [DONE]\n\n") + "0\r\n\r\n");

    public static void Run(LiveSettings settings, RequestBody bodies, CancellationToken cancellation)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = Serve(listener, cancellation);
        var clock = new LiveClock();
        LiveSettings here = settings with
        {
            Endpoint = LiveEndpoint.Parse($"http://{listener.LocalEndpoint}"),
            Key = null,
        };
        using (var client = new LiveClient(here, clock))
        {
            for (int round = 0; round < Rounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                client.Send(bodies.Path, bodies.Of([new PromptPiece(0, 8)], 2), new LiveAnswer(0, clock.Now), cancellation)
                    .GetAwaiter().GetResult();
            }
        }

        listener.Stop();
        serving.GetAwaiter().GetResult();
    }

    private static async Task Serve(TcpListener listener, CancellationToken cancellation)
    {
        try
        {
            using Socket socket = await listener.AcceptSocketAsync(cancellation).ConfigureAwait(false);
            socket.NoDelay = true;
            var request = new byte[16 << 10];
            int used = 0;
            for (int count; (count = await socket.ReceiveAsync(request.AsMemory(used), cancellation).ConfigureAwait(false)) > 0;)
            {
                used += count;
                // Bodies end with the only such pair.
                if (used < 2 || request[used - 1] != (byte)'}') continue;
                used = 0;
                await socket.SendAsync(Answer, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It is over.
        }
    }

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";
}
