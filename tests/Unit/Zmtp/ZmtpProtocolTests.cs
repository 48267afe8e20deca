using System.Text;
using AgentSim.Zmtp;
using static AgentSim.Tests.Zmtp.RawPeer;

namespace AgentSim.Tests.Zmtp;

public sealed class ZmtpProtocolTests : IAsyncLifetime
{
    private const string Anywhere = "tcp://127.0.0.1:0";

    private readonly Collector _collector = new();
    private PullFront _endpoint = null!;

    public Task InitializeAsync()
    {
        Bind(new PullLimits());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    private void Bind(PullLimits limits) => _endpoint = PullFront.Bind(Anywhere, _collector, limits);

    private async Task Rebind(PullLimits limits)
    {
        await _endpoint.DisposeAsync();
        Bind(limits);
    }

    private string[] Texts => [.. _collector.Messages.Select(message => string.Join('|', message.Frames))];

    [Fact]
    public async Task It_greets_says_ready_and_takes_messages()
    {
        using var peer = new RawPeer(_endpoint.Address);
        // In steps: a peer of the protocol may wait for the answer to each before it goes on.
        peer.Send(Hello[..10]);
        Assert.Equal([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f], peer.Read(10));
        peer.Send(Hello[10..11]);
        Assert.Equal([3, 0, .. "NULL"u8, .. new byte[16], 0, .. new byte[31]], peer.Read(54));
        peer.Send(Hello[11..], Ready);
        Assert.Equal([4, 26, 5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 4, .. "PULL"u8], peer.Read(28));
        peer.Send(Message("a", "b", ""), Message("alone"));

        await _collector.Until(c => c.Messages.Length == 2);
        Assert.Equal(["a|b|", "alone"], Texts);
        Assert.Equal((1, 1, 2), (_endpoint.Counters.Peers, _endpoint.Counters.Connections, _endpoint.Counters.Messages));
    }

    [Fact]
    public async Task Long_frames_and_metadata_of_any_case_are_understood()
    {
        string big = new('x', 70_000);
        byte[] ready = Command("READY", [.. Property("Identity", ""), .. Property("X-Any", "thing"), .. Property("SOCKET-TYPE", "PUSH")]);
        using RawPeer peer = new RawPeer(_endpoint.Address).Send(Hello, ready, Frame("short", more: true, asLong: true),
            Frame(big, more: false));

        await _collector.Until(c => c.Messages.Length == 1);
        Assert.Equal(["short|" + big], Texts);
    }

    [Fact]
    public async Task Bytes_may_come_one_by_one()
    {
        using var peer = new RawPeer(_endpoint.Address);
        foreach (byte each in (byte[])[.. Hello, .. Ready, .. Message("topic", new string('y', 300), "z"), .. Message("next")])
            peer.Send([each]);

        await _collector.Until(c => c.Messages.Length == 2);
        Assert.Equal(["topic|" + new string('y', 300) + "|z", "next"], Texts);
    }

    [Fact]
    public async Task A_ping_is_answered_with_its_context_also_between_the_frames_of_a_message()
    {
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect();
        peer.Read(64 + 28);
        peer.Send(Frame("a", more: true), Command("PING", [0, 0, .. "context"u8]), Frame("b", more: false));
        Assert.Equal([4, 12, 4, .. "PONG"u8, .. "context"u8], peer.Read(14));

        await _collector.Until(c => c.Messages.Length == 1);
        Assert.Equal(["a|b"], Texts);
    }

    [Fact]
    public void The_longest_context_a_ping_may_have_comes_back_however_its_length_is_written()
    {
        byte[] context = Encoding.ASCII.GetBytes(new string('p', 16));
        byte[] ping = [6, 0, 0, 0, 0, 0, 0, 0, 23, 4, .. "PING"u8, 0, 0, .. context];
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect().Send(ping);
        peer.Read(64 + 28);
        Assert.Equal(Command("PONG", context), peer.Read(2 + 5 + 16));
    }

    [Fact]
    public async Task A_peer_is_closed_when_its_time_to_live_is_over_and_not_before_there_is_one()
    {
        using RawPeer quiet = new RawPeer(_endpoint.Address).Connect();
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect().Send(Command("PING", [0, 2]));
        peer.ReadToEnd();
        quiet.Send(Message("still here"));
        await _collector.Until(c => c.Messages.Length == 1);
    }

    [Fact]
    public async Task Time_that_messages_wait_to_be_taken_does_not_count_as_silence()
    {
        await Rebind(new PullLimits { WaitingBytes = 0 });
        _collector.Hold();
        // In one piece, so that the endpoint never waits for the peer.
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect()
            .Send([.. Command("PING", [0, 3]), .. Message("held"), .. Message("next")]);
        await _collector.Until(c => c.Came == 1);
        await Task.Delay(1200);   // four times its time to live
        Assert.Equal((1, 0), (_endpoint.Counters.Connections, _endpoint.Counters.Refused));
        _collector.Release();
        await _collector.Until(c => c.Messages.Length == 2);
    }

    [Fact]
    public async Task Commands_it_does_not_know_are_ignored()
    {
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect()
            .Send(Command("SUBSCRIBE", [1]), Command("READY", []), Command("NEW", [2]), Message("m"));
        await _collector.Until(c => c.Messages.Length == 1);
    }

    public static TheoryData<string, byte[]> Violations => new()
    {
        { "does not speak ZMTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray() },
        { "does not speak ZMTP", [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "does not speak ZMTP", [1, 0] },   // version 1.0: an identity that is empty
        { "does not speak ZMTP", [12, 0, .. "an identity"u8, 1, 0] },
        { "old version of ZMTP (0)", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 0, 8] },
        { "old version of ZMTP (1)", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 8, 0, 0] },   // version 2.0, a pushing socket
        { "old version of ZMTP (1)", MakeHello(1, "NULL") },
        { "security mechanism", MakeHello(3, "CURVE") },
        { "security mechanism", MakeHello(3, "NULLL") },
        { "before it is ready", [.. Hello, .. Message("m")] },
        { "another command than READY", [.. Hello, .. Command("PING", [0, 0])] },
        { "is a PUB socket", [.. Hello, .. Command("READY", Property("Socket-Type", "PUB"))] },
        { "is a REQ socket", [.. Hello, .. Command("READY", [.. Property("Socket-Type", "REQ"), .. Property("Identity", "")])] },
        { "is a DEALER socket", [.. Hello, .. Command("READY", Property("Socket-Type", "DEALER")), .. Message("m")] },
        { "is a PUSH? socket", [.. Hello, .. Command("READY", Property("Socket-Type", "PUSH\0"))] },
        { "is a nameless socket", [.. Hello, .. Command("READY", [])] },
        { "READY is malformed", [.. Hello, .. Command("READY", [.. Property("Socket-Type", "PUSH"), 3, 1])] },
        { "READY is malformed", [.. Hello, .. Command("READY", [11, .. "Socket-Type"u8, 0xff, 0xff, 0xff, 0xff, 1])] },
        { "READY is malformed", [.. Hello, .. Command("READY", [0, 0, 0, 0, 0])] },
        { "reports an error: go away", [.. Hello, .. Command("ERROR", [7, .. "go away"u8])] },
        { "reports an error: ?[2J?", [.. Hello, .. Command("ERROR", [5, 0x1b, .. "[2J"u8, 0xe9])] },
        { "reports an error: no reason", [.. Hello, .. Ready, .. Command("ERROR", [9])] },
        { "invalid flags 0x08", [.. Hello, .. Ready, 8, 0] },
        { "invalid flags 0x05", [.. Hello, .. Ready, 5, 0] },
        { "invalid size", [.. Hello, .. Ready, 2, 0x80, 0, 0, 0, 0, 0, 0, 0] },
        { "a command has no name", [.. Hello, .. Ready, 4, 0] },
        { "a command has no name", [.. Hello, .. Ready, 4, 2, 2, 65] },
        { "a command is too long", [.. Hello, .. Ready, 6, 0, 0, 0, 0, 0, 1, 0, 0] },
        { "a PING is cut short", [.. Hello, .. Ready, .. Command("PING", [0])] },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task A_peer_that_breaks_the_protocol_is_closed_and_the_others_go_on(string reason, byte[] bytes)
    {
        using RawPeer good = new RawPeer(_endpoint.Address).Connect();
        using RawPeer bad = new RawPeer(_endpoint.Address).Send(bytes);
        bad.ReadToEnd();
        good.Send(Message("good"));
        await _collector.Until(c => c.Messages.Length == 1);
        await Wait.Until(() => _endpoint.Counters.Peers == 1);

        Assert.Equal(["good"], Texts);
        Assert.Equal(1, _endpoint.Counters.Refused);
        Assert.Contains(reason, _endpoint.Counters.LastRefusal);
    }

    [Fact]
    public void A_socket_of_the_wrong_type_is_told_so()
    {
        using RawPeer peer = new RawPeer(_endpoint.Address).Send(Hello, Command("READY", Property("Socket-Type", "DEALER")));
        byte[] answer = peer.ReadToEnd();
        Assert.Equal(Command("ERROR", [19, .. "Invalid socket type"u8]), answer[64..]);
    }

    [Fact]
    public async Task A_peer_that_leaves_when_it_has_seen_the_greeting_is_counted_and_one_that_only_looks_is_not()
    {
        using (new RawPeer(_endpoint.Address))
        using (RawPeer leaving = new RawPeer(_endpoint.Address).Send(Hello))
            leaving.Read(64);
        await Wait.Until(() => _endpoint.Counters is { Connections: 2, Peers: 0 });
        Assert.Equal(1, _endpoint.Counters.Refused);
        Assert.Contains("left during the handshake", _endpoint.Counters.LastRefusal);
    }

    [Fact]
    public async Task A_peer_that_does_not_finish_its_handshake_is_closed()
    {
        await Rebind(new PullLimits { Handshake = TimeSpan.FromMilliseconds(300) });
        using RawPeer half = new RawPeer(_endpoint.Address).Send(Hello[..20]);
        half.ReadToEnd();
        Assert.Contains("in time", _endpoint.Counters.LastRefusal);
    }

    [Fact]
    public async Task A_message_cut_off_by_its_peer_is_none_and_the_peer_forgotten()
    {
        using (RawPeer half = new RawPeer(_endpoint.Address).Connect())
        {
            half.Send(Frame("a", more: true), Frame("bcdef", more: false)[..4]);
            half.Read(64 + 28);
            await Wait.Until(() => _endpoint.Counters.Peers == 1);
        }

        await _collector.Until(c => c.Forgotten == 1);
        Assert.Empty(_collector.Messages);
        Assert.Equal((0, 0), (_endpoint.Counters.Peers, _endpoint.Counters.Refused));
    }

    [Fact]
    public async Task A_peer_that_stops_half_way_through_a_frame_does_not_hold_up_others()
    {
        using RawPeer half = new RawPeer(_endpoint.Address).Connect().Send(Frame("abc", more: false)[..3]);
        using RawPeer other = new RawPeer(_endpoint.Address).Connect().Send(Message("other"));
        await _collector.Until(c => c.Messages.Length == 1);
        half.Send(Frame("abc", more: false)[3..]);
        await _collector.Until(c => c.Messages.Length == 2);
        Assert.Equal(["other", "abc"], Texts);
    }

    [Theory]
    [InlineData(1000, 1)]       // one frame over the limit
    [InlineData(400, 3)]        // all frames together
    [InlineData(5, 17)]         // too many frames
    [InlineData(300_000, 4)]    // far more than the buffer
    public async Task A_message_over_the_limits_is_passed_over_and_counted(int length, int frames)
    {
        await Rebind(new PullLimits { MessageBytes = 1000 });
        string[] large = [.. Enumerable.Repeat(new string('l', length), frames)];
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect().Send(Message("before"), Message(large), Message("after"));

        await _collector.Until(c => c.Messages.Length == 2);
        Assert.Equal(["before", "after"], Texts);
        Assert.Equal((1, 2, 0), (_endpoint.Counters.TooLong, _endpoint.Counters.Messages, _endpoint.Counters.Refused));
    }

    [Fact]
    public async Task A_flood_of_commands_inside_a_message_takes_no_memory()
    {
        await Rebind(new PullLimits { MessageBytes = 1000 });
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect().Send(Frame("a", more: true));
        for (int i = 0; i < 200; i++) peer.Send(Command("NOISE", new byte[100]));
        peer.Send(Frame("b", more: false), Message("after"));

        await _collector.Until(c => c.Messages.Length == 1);
        Assert.Equal(["after"], Texts);
        Assert.Equal(1, _endpoint.Counters.TooLong);
    }

    [Fact]
    public async Task A_claim_to_send_a_huge_frame_holds_up_nobody()
    {
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect().Send([2, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
        using RawPeer other = new RawPeer(_endpoint.Address).Connect().Send(Message("other"));
        await _collector.Until(c => c.Messages.Length == 1);
        Assert.Equal(2, _endpoint.Counters.Peers);
    }

    [Fact]
    public async Task Connections_over_the_limit_are_closed()
    {
        await Rebind(new PullLimits { Peers = 1 });
        using RawPeer first = new RawPeer(_endpoint.Address).Connect();
        await Wait.Until(() => _endpoint.Counters.Peers == 1);
        using var second = new RawPeer(_endpoint.Address);
        Assert.Empty(second.ReadToEnd());
        first.Send(Message("first"));
        await _collector.Until(c => c.Messages.Length == 1);
    }

    [Fact]
    public async Task Six_hundred_connections_leave_those_alone_that_were_there_and_make_room_when_they_go()
    {
        using RawPeer first = new RawPeer(_endpoint.Address).Connect();
        first.Read(64 + 28);
        var flood = new List<RawPeer>();
        try
        {
            while (flood.Count < 600)
            {
                flood.Add(new RawPeer(_endpoint.Address));
                flood[^1].TrySend([.. Hello, .. Ready]);
            }

            Assert.Empty(flood[^1].ReadToEnd());
            first.Send(Message("first"));
            await _collector.Until(c => c.Messages.Length == 1);
            Assert.Equal(new PullLimits().Peers, _endpoint.Counters.Peers);
            Assert.Equal("there are 256 connections already", _endpoint.Counters.LastRefusal);
        }
        finally
        {
            flood.ForEach(peer => peer.Dispose());
        }

        await Wait.Until(() => _endpoint.Counters.Peers == 1);
        using RawPeer next = new RawPeer(_endpoint.Address).Connect().Send(Message("next"));
        await _collector.Until(c => c.Messages.Length == 2);
    }

    [Fact]
    public async Task Closing_hands_over_what_has_arrived()
    {
        await Rebind(new PullLimits { Closing = TimeSpan.FromMinutes(1) });
        _collector.Hold();
        RawPeer peer = new RawPeer(_endpoint.Address).Connect();
        for (int i = 0; i < 1000; i++) peer.Send(Message($"m{i}"));
        await Wait.Until(() => _endpoint.Counters.Peers == 1);
        ValueTask closing = _endpoint.DisposeAsync();
        // The peer closes when it is asked to.
        Task leaving = Task.Run(() =>
        {
            peer.ReadToEnd();
            peer.Dispose();
        });
        _collector.Release();
        await closing;
        await leaving;

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"m{i}"), Texts);
        await _collector.Until(c => c.Forgotten == 1);
    }

    [Fact]
    public async Task Closing_asks_peers_to_close_and_takes_what_is_on_its_way_until_they_do()
    {
        await Rebind(new PullLimits { Closing = TimeSpan.FromMinutes(1) });
        ValueTask closing;
        using (RawPeer peer = new RawPeer(_endpoint.Address).Connect())
        {
            peer.Read(64 + 28);
            closing = _endpoint.DisposeAsync();
            Assert.Empty(peer.ReadToEnd());
            // The answer to the first cannot be sent any more.
            peer.Send(Command("PING", [0, 0, 1]), Message("late"));
        }

        await closing;
        Assert.Equal(["late"], Texts);
    }

    [Fact]
    public async Task Closing_does_not_wait_for_a_handler_that_hangs()
    {
        await Rebind(new PullLimits { Closing = TimeSpan.FromMilliseconds(200) });
        _collector.Hold();
        using RawPeer peer = new RawPeer(_endpoint.Address).Connect().Send(Message("held"));
        peer.Read(64 + 28);
        await _endpoint.DisposeAsync();
        Assert.Empty(_collector.Messages);
        Assert.Equal(1, _endpoint.Counters.Lost);
    }

    [Fact]
    public async Task A_peer_that_is_cut_off_in_the_middle_of_a_message_is_counted()
    {
        await Rebind(new PullLimits { Closing = TimeSpan.FromMilliseconds(200) });
        using RawPeer idle = new RawPeer(_endpoint.Address).Connect();
        using RawPeer half = new RawPeer(_endpoint.Address).Connect().Send(Message("m"), Frame("abc", more: false)[..3]);
        await _collector.Until(c => c.Messages.Length == 1);
        await Wait.Until(() => _endpoint.Counters.Peers == 2);
        await _endpoint.DisposeAsync();
        Assert.Equal((1, 0), (_endpoint.Counters.CutOff, _endpoint.Counters.Lost));
    }

    [Fact]
    public async Task The_same_port_can_be_bound_again_at_once()
    {
        string address = _endpoint.Address;
        using RawPeer peer = new RawPeer(address).Connect();
        peer.Read(64 + 28);
        await _endpoint.DisposeAsync();
        _endpoint = PullFront.Bind(address, _collector, new PullLimits());
        Assert.Equal(address, _endpoint.Address);
    }

    [Fact]
    public void A_port_in_use_is_an_error_that_says_so()
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => PullFront.Bind(_endpoint.Address, _collector, new PullLimits()));
        Assert.Equal("EndpointUnavailable", error.ErrorId);
        Assert.Contains("another program listens there", error.Message);
    }
}
