using AgentSim.Zmtp;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Zmtp;

public sealed class ZmtpPeerFuzzTests
{
    // A connection on which these bytes come, a few at a time, and answers go nowhere.
    private sealed class Script(byte[] bytes, int step) : MemoryStream(bytes, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }

    private static string[] Run(byte[] bytes, int step)
    {
        var collector = new Collector();
        using var script = new Script(bytes, step);
        try
        {
            new ZmtpPeer(1, script, collector, new ZmtpLimits { MessageBytes = 300, MessageFrames = 3 }, new PullTotals()).RunAsync(default).GetAwaiter().GetResult();
        }
        catch (ZmtpException)
        {
            // Refused.
        }

        return [.. collector.Messages.Select(message => string.Join('|', message.Frames))];
    }

    // Pieces of the protocol, whole and damaged, and noise.
    private static Gen<byte[]> Pieces
    {
        get
        {
            Gen<byte[]> noise = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf();
            Gen<byte[]> header = Gen.Choose(0, 7).SelectMany(flags => Gen.Choose(0, 255).ArrayOf(8).Select(size => (byte[])[(byte)flags, .. size.Select(i => (byte)i)]));
            Gen<byte[]> frame = Gen.Choose(0, 400).SelectMany(length => Gen.Elements(true, false).Select(more => RawPeer.Frame(new string('f', length), more)));
            Gen<byte[]> command = Gen.Elements("PING", "ERROR", "READY", "OTHER").SelectMany(name => noise.Select(data => RawPeer.Command(name, data.Length > 200 ? data[..200] : data)));
            return Gen.Frequency((1, noise), (1, header), (4, frame), (2, command));
        }
    }

    [Fact]
    public void Any_bytes_are_messages_or_refused_and_mean_the_same_however_they_arrive() =>
        Prop.ForAll(Arb.From(Pieces.ArrayOf()), Arb.From(Gen.Choose(1, 40)), (pieces, step) =>
        {
            byte[] bytes = [.. RawPeer.Hello, .. RawPeer.Ready, .. pieces.SelectMany(piece => piece)];
            string[] messages = Run(bytes, int.MaxValue);
            Assert.Equal(messages, Run(bytes, step));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Any_damage_to_the_handshake_is_refused_or_harmless()
    {
        byte[] good = [.. RawPeer.Hello, .. RawPeer.Ready, .. RawPeer.Message("a", "b")];
        Gen<(int, int)> change = Gen.Choose(0, good.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value)));
        Prop.ForAll(Arb.From(change.ArrayOf()), changes =>
        {
            byte[] damaged = [.. good];
            foreach ((int at, int value) in changes) damaged[at] = (byte)value;
            Run(damaged, 7);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }
}
