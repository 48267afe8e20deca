using System.Net;
using System.Net.Sockets;
using System.Text;
using AgentSim.Zmtp;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Zmtp;

public sealed class PeerGateFuzzTests
{
    // A connection on which these bytes come, a few at a time, and answers go nowhere.
    private sealed class Script(byte[] bytes, int step) : MemoryStream(bytes, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.CompletedTask;
    }

    private static readonly byte[] Mark = [1, 4, .. "mark"u8];

    // What stands in for NetMQ: takes one connection and keeps what comes.
    private static byte[] Pass(byte[] bytes, int step)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Task<byte[]> passed = Task.FromResult<byte[]>([]);
        using var script = new Script(bytes, step);
        var gate = new PeerGate(script, Connect, Mark, new PullLimits { MessageBytes = 300, MessageFrames = 3 }, new PullTotals());
        try
        {
            gate.RunAsync(default).GetAwaiter().GetResult();
        }
        catch (ZmtpException)
        {
            // Refused.
        }

        return passed.GetAwaiter().GetResult();

        async Task<NetworkStream> Connect(CancellationToken cancel)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(listener.LocalEndPoint!, cancel);
            Socket inner = await listener.AcceptAsync(cancel);
            await inner.SendAsync(RawPeer.Hello, cancel);
            passed = Task.Run(() =>
            {
                using var stream = new NetworkStream(inner, ownsSocket: true);
                using var content = new MemoryStream();
                stream.CopyTo(content);
                return content.ToArray();
            }, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    // The messages that NetMQ would take of this; nothing else may be in it.
    private static string[] Messages(byte[] passed)
    {
        if (passed.Length < 64)
        {
            Assert.Contains(passed.Length, (int[])[0, 10, 11]);
            return [];
        }

        Assert.Equal((0xff, 0x7f, true), (passed[0], passed[9], passed[10] >= 3));
        var messages = new List<string>();
        List<string>? message = null;
        for (int at = 64, end; at < passed.Length; at = end)
        {
            Assert.True(FrameHeader.TryRead(passed.AsSpan(at), out FrameHeader header));
            end = at + header.Length + (int)header.BodyLength;
            string body = Encoding.Latin1.GetString(passed[(at + header.Length)..end]);
            if (at == 64)
            {
                Assert.StartsWith("\u0005READY", body);
                Assert.True(header.IsCommand);
            }
            else if (header.IsCommand)
            {
                Assert.StartsWith("\u0004PING\0\0", body);   // without a time to live
                Assert.Null(message);
            }
            else if (message is null)
            {
                Assert.Equal(("mark", true), (body, header.HasMore));
                message = [];
            }
            else
            {
                message.Add(body);
                if (header.HasMore) continue;
                Assert.InRange(message.Count, 1, 3);
                Assert.InRange(message.Sum(frame => frame.Length), 0, 300);
                messages.Add(string.Join('|', message));
                message = null;
            }
        }

        Assert.Null(message);
        return [.. messages];
    }

    // Pieces of the protocol, whole and damaged, and noise.
    private static Gen<byte[]> Pieces
    {
        get
        {
            Gen<byte[]> noise = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf();
            Gen<byte[]> header = Gen.Choose(0, 7).SelectMany(flags => Gen.Choose(0, 255).ArrayOf(8)
                .Select(size => (byte[])[(byte)flags, .. size.Select(i => (byte)i)]));
            Gen<byte[]> frame = Gen.Choose(0, 400).SelectMany(length => Gen.Elements(true, false)
                .Select(more => RawPeer.Frame(new string('f', length), more)));
            Gen<byte[]> command = Gen.Elements("PING", "ERROR", "READY", "OTHER")
                .SelectMany(name => noise.Select(data => RawPeer.Command(name, data.Length > 200 ? data[..200] : data)));
            return Gen.Frequency((1, noise), (1, header), (4, frame), (2, command));
        }
    }

    [Fact]
    public void Any_bytes_are_messages_or_refused_and_mean_the_same_however_they_arrive() =>
        Prop.ForAll(Arb.From(Pieces.ArrayOf()), Arb.From(Gen.Choose(1, 40)), (pieces, step) =>
        {
            byte[] bytes = [.. RawPeer.Hello, .. RawPeer.Ready, .. pieces.SelectMany(piece => piece)];
            byte[] passed = Pass(bytes, int.MaxValue);
            Messages(passed);
            Assert.Equal(passed, Pass(bytes, step));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Any_damage_to_the_handshake_is_refused_or_harmless() =>
        Prop.ForAll(Arb.From(Damaged), damaged => Messages(Pass(damaged, 7))).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static Gen<byte[]> Damaged
    {
        get
        {
            byte[] good = [.. RawPeer.Hello, .. RawPeer.Ready, .. RawPeer.Message("a", "b")];
            Gen<(int At, int Value)> change = Gen.Choose(0, good.Length - 1)
                .SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value)));
            return change.ArrayOf().Select(changes =>
            {
                byte[] damaged = [.. good];
                foreach ((int at, int value) in changes) damaged[at] = (byte)value;
                return damaged;
            });
        }
    }

    [Fact]
    public async Task Whatever_peers_send_NetMQ_goes_on_receiving_from_others()
    {
        var collector = new Collector();
        await using PullFront front = PullFront.Bind("tcp://127.0.0.1:0", collector, new PullLimits());
        using RawPeer good = new RawPeer(front.Address).Connect();
        Gen<byte[]> noise = Pieces.ArrayOf().Select(pieces =>
            (byte[])[.. RawPeer.Hello, .. RawPeer.Ready, .. pieces.SelectMany(piece => piece)]);
        foreach (byte[] bytes in Gen.OneOf(noise, Damaged).Sample(30, 300))
        {
            using RawPeer bad = new RawPeer(front.Address);
            bad.TrySend(bytes);
        }

        good.Send(RawPeer.Message("good"));
        await collector.Until(c => c.Messages.Any(message => message.Frames is ["good"]));
        await Wait.Until(() => front.Counters.Peers == 1);
    }
}
