using System.Net;
using System.Net.Sockets;
using System.Text;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>
/// Goes once through everything that schedules, sends and reads requests, with a listener of its own in place of the server: what is
/// compiled or loaded at its first use would otherwise delay the first requests of the run.
/// </summary>
internal static class Rehearsal
{
    private static readonly SyntheticOptions Load = new()
    {
        InputTokens = 64, OutputTokens = 2, RequestCount = 40, ArrivalIntervalMs = 1,
    };

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk(
            "data: {\"choices\":[{\"index\":0,\"text\":\" a\",\"finish_reason\":null}],\"usage\":null}\n\n") + Chunk(
            "data: {\"choices\":[{\"index\":0,\"text\":\" a\",\"finish_reason\":\"length\"}],\"usage\":null}\n\n") + Chunk(
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2," +
            "\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\ndata: [DONE]\n\n") + "0\r\n\r\n");

    public static void Run(LiveSettings settings, RequestBody bodies, CancellationToken cancellation)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        listener.Start();
        Task serving = Accept(listener, over.Token);
        var clock = new LiveClock();
        // The key is for the server alone.
        LiveSettings here = settings with { Endpoint = LiveEndpoint.Parse($"http://{listener.LocalEndpoint}"), Key = null };
        using (var client = new LiveClient(here, clock))
        {
            WorkloadColumns load = SyntheticLoad.Create(Load, 64, cancellation).Columns;
            var usual = new ReplaySettings();
            using var dispatch = new LiveDispatch(
                load, LiveReplay.Driver(load, usual), usual, client, bodies, new PromptPieces(load), clock);
            dispatch.Run(cancellation);
        }

        cancellation.ThrowIfCancellationRequested();
        over.Cancel();
        serving.GetAwaiter().GetResult();
    }

    private static async Task Accept(TcpListener listener, CancellationToken over)
    {
        try
        {
            while (true) _ = Serve(await listener.AcceptSocketAsync(over).ConfigureAwait(false), over);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // It is over.
        }
    }

    private static async Task Serve(Socket socket, CancellationToken over)
    {
        using Socket connection = socket;
        connection.NoDelay = true;
        var request = new byte[16 << 10];
        int used = 0;
        try
        {
            for (int count; (count = await connection.ReceiveAsync(request.AsMemory(used), over).ConfigureAwait(false)) > 0;)
            {
                used += count;
                // Bodies end with the only such sign that nothing follows.
                if (request[used - 1] != (byte)'}') continue;
                used = 0;
                await connection.SendAsync(Answer, over).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // It is over.
        }
    }

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";
}
