using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AgentSim.Tests.Zmtp;

/// <summary>A peer that sends the bytes it is told to.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly TcpClient _client = new();

    public RawPeer(string address)
    {
        _client.Connect(IPEndPoint.Parse(address["tcp://".Length..]));
        _client.ReceiveTimeout = 60_000;
    }

    public static byte[] Hello { get; } = MakeHello(3, "NULL");

    public static byte[] Ready { get; } = Command("READY", Property("Socket-Type", "PUSH"));

    public static byte[] MakeHello(byte version, string mechanism) =>
        [0xff, 1, 2, 3, 4, 5, 6, 7, 8, 0x7f, version, 0, .. Encoding.ASCII.GetBytes(mechanism.PadRight(20, '\0')), 0, .. new byte[31]];

    public static byte[] Property(string name, string value) =>
        [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0, 0, 0, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    public static byte[] Command(string name, byte[] data) =>
        [4, (byte)(1 + name.Length + data.Length), (byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. data];

    /// <summary>A frame of a message, long if it has to be or is told to.</summary>
    public static byte[] Frame(string body, bool more, bool asLong = false)
    {
        byte flags = more ? (byte)1 : (byte)0;
        byte[] content = Encoding.Latin1.GetBytes(body);
        if (content.Length <= 255 && !asLong) return [flags, (byte)content.Length, .. content];
        byte[] size = BitConverter.GetBytes(IPAddress.HostToNetworkOrder((long)content.Length));
        return [(byte)(flags | 2), .. size, .. content];
    }

    public static byte[] Message(params string[] frames) => [.. frames.SelectMany((frame, i) => Frame(frame, i < frames.Length - 1))];

    public RawPeer Send(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces) _client.GetStream().Write(piece);
        return this;
    }

    /// <summary>Sends as much as is taken before the connection ends.</summary>
    public void TrySend(byte[] piece)
    {
        try
        {
            Send(piece);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            // It was closed.
        }
    }

    public RawPeer Connect() => Send(Hello, Ready);

    public byte[] Read(int count)
    {
        var bytes = new byte[count];
        _client.GetStream().ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Everything until the connection ends.</summary>
    public byte[] ReadToEnd()
    {
        var bytes = new MemoryStream();
        try
        {
            _client.GetStream().CopyTo(bytes);
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // It was closed before it had read everything.
        }

        return bytes.ToArray();
    }

    public void Dispose() => _client.Dispose();
}
