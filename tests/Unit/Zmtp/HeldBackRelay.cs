using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace AgentSim.Tests.Zmtp;

/// <summary>A way to an endpoint on which everything takes a while, as over a long line; also that a side has ended.</summary>
internal sealed class HeldBackRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly TimeSpan _delay;
    private readonly Task _accepting;

    public HeldBackRelay(string target, TimeSpan delay)
    {
        (_target, _delay) = (IPEndPoint.Parse(target["tcp://".Length..]), delay);
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public string Address => $"tcp://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket near = await _listener.AcceptSocketAsync();
                var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(_target);
                _ = PassAsync(near, far);
                _ = PassAsync(far, near);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var held = Channel.CreateUnbounded<(long Due, byte[] Bytes)>();
        Task reading = Task.Run(async () =>
        {
            var buffer = new byte[64 << 10];
            int count;
            do
            {
                count = await ReceiveAsync(from, buffer);
                held.Writer.TryWrite((Environment.TickCount64 + (long)_delay.TotalMilliseconds, buffer[..count]));
            }
            while (count > 0);
            held.Writer.Complete();
        });
        try
        {
            await foreach ((long due, byte[] bytes) in held.Reader.ReadAllAsync())
            {
                await Task.Delay((int)Math.Max(0, due - Environment.TickCount64));
                if (bytes.Length == 0) to.Shutdown(SocketShutdown.Send);
                for (int sent = 0; sent < bytes.Length;) sent += await to.SendAsync(bytes.AsMemory(sent));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side has gone.
        }

        await reading;
    }

    private static async Task<int> ReceiveAsync(Socket from, byte[] buffer)
    {
        try
        {
            return await from.ReceiveAsync(buffer);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
