using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AgentSim.Tests.Proxy;

/// <summary>A server that knows nothing of HTTP: it keeps the octets of each request and answers with given ones.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<byte[]> _requests = [];
    private readonly Func<byte[], (byte[] Answer, bool IsReset)> _answer;

    /// <param name="answer">The answer to a request, and whether the connection is reset behind it; it is closed in any case.</param>
    public RawServer(Func<byte[], (byte[] Answer, bool IsReset)> answer)
    {
        _answer = answer;
        _listener.Start(512);
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public IReadOnlyList<byte[]> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    /// <summary>Sends octets to an address and reads until the connection ends.</summary>
    public static async Task<byte[]> Exchange(Uri address, byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        await socket.SendAsync(request);
        using var answer = new MemoryStream();
        var buffer = new byte[64 << 10];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromMinutes(1))) > 0;)
                answer.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // Reset, as it may be.
        }

        return answer.ToArray();
    }

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket connection = socket;
        var buffer = new byte[64 << 10];
        var text = new MemoryStream();
        while (!IsWhole(text.ToArray()))
        {
            int count = await connection.ReceiveAsync(buffer);
            if (count == 0) return;
            text.Write(buffer, 0, count);
        }

        lock (_requests) _requests.Add(text.ToArray());
        (byte[] answer, bool isReset) = _answer(text.ToArray());
        await connection.SendAsync(answer);
        if (isReset) connection.LingerState = new LingerOption(true, 0);
        else connection.Shutdown(SocketShutdown.Send);
        if (!isReset) await connection.ReceiveAsync(buffer);   // until the other side closes
    }

    private static bool IsWhole(byte[] request)
    {
        string text = Encoding.Latin1.GetString(request);
        int head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0) return false;
        int at = text.IndexOf("content-length:", 0, head, StringComparison.OrdinalIgnoreCase);
        return at < 0 || text.Length >= head + 4 + int.Parse(text[(at + 15)..text.IndexOf('\r', at)],
            System.Globalization.CultureInfo.InvariantCulture);
    }
}
