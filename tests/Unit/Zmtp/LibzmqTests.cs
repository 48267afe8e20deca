using AgentSim.Zmtp;

namespace AgentSim.Tests.Zmtp;

public sealed class LibzmqTests : IAsyncLifetime
{
    private readonly Collector _collector = new();
    private PullFront _endpoint = null!;

    public Task InitializeAsync()
    {
        _endpoint = PullFront.Bind("tcp://127.0.0.1:0", _collector, new PullLimits());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    // The numbers in the second frames, by connection.
    private Dictionary<long, int[]> Sequences => _collector.Messages.GroupBy(message => message.Peer).ToDictionary(
        peer => peer.Key, peer => peer.Select(message => message.Frames[1].Aggregate(0, (number, digit) => (number << 8) | digit))
            .ToArray());

    [ZmqFact]
    public async Task A_hundred_thousand_events_arrive_in_order()
    {
        using ZmqClient client = ZmqClient.Start(_endpoint.Address, 100_000);
        await client.Done();
        await _collector.Until(c => c.Messages.Length == 100_000);

        Assert.All(_collector.Messages, message => Assert.Equal(3, message.Frames.Length));
        Assert.Equal(Enumerable.Range(0, 100_000), Assert.Single(Sequences).Value);
    }

    [ZmqFact]
    public async Task Many_clients_at_the_same_time_lose_nothing()
    {
        using ZmqClient client = ZmqClient.Start(_endpoint.Address, 500, "--clients", "40");
        await client.Done();
        await _collector.Until(c => c.Messages.Length == 20_000);

        Assert.Equal(40, Sequences.Count);
        Assert.All(Sequences.Values, numbers => Assert.Equal(Enumerable.Range(0, 500), numbers));
        await Wait.Until(() => _endpoint.Counters.Peers == 0);
        Assert.Equal((40, 0), (_endpoint.Counters.Connections, _endpoint.Counters.Refused));
    }

    [ZmqFact]
    public async Task A_client_finds_the_endpoint_again_after_a_restart()
    {
        using ZmqClient first = ZmqClient.Start(_endpoint.Address, 10, "--wait");
        await first.Line("sent");
        await _collector.Until(c => c.Messages.Length == 10);
        string address = _endpoint.Address;
        await _endpoint.DisposeAsync();
        using ZmqClient early = ZmqClient.Start(address, 20, "--first", "100", "--wait");   // before there is anyone to connect to
        await early.Line("sent");
        _endpoint = PullFront.Bind(address, _collector, new PullLimits());
        await _collector.Until(c => c.Messages.Length == 30);
        await Wait.Until(() => _endpoint.Counters.Peers == 2);
        first.GoOn();
        early.GoOn();
        await first.Done();
        await early.Done();
    }

    [ZmqFact]
    public async Task A_client_that_dies_is_forgotten_and_a_new_one_taken()
    {
        using (ZmqClient dying = ZmqClient.Start(_endpoint.Address, 1_000_000, "--rate", "2000"))
            await _collector.Until(c => c.Messages.Length > 100);
        await _collector.Until(c => c.Forgotten == 1);
        int before = _collector.Messages.Length;

        using ZmqClient next = ZmqClient.Start(_endpoint.Address, 10);
        await next.Done();
        await _collector.Until(c => c.Messages.Length == before + 10);
        Assert.Equal(0, _endpoint.Counters.Refused);
    }

    [ZmqFact]
    public async Task While_messages_are_not_taken_the_client_has_to_wait_and_then_loses_nothing()
    {
        _collector.Hold();
        using ZmqClient client = ZmqClient.Start(_endpoint.Address, 200_000, "--until-full", "--hwm", "100", "--pad", "2000");
        int accepted = await client.Line("full");
        Assert.InRange(accepted, 100, 100_000);
        Assert.Empty(_collector.Messages);
        _collector.Release();
        await _collector.Until(c => c.Messages.Length == accepted);
        Assert.Equal(Enumerable.Range(0, accepted), Assert.Single(Sequences).Value);
    }

    [ZmqFact]
    public async Task Clients_that_rest_are_asked_to_close_and_delay_nothing()
    {
        await _endpoint.DisposeAsync();
        _endpoint = PullFront.Bind("tcp://127.0.0.1:0", _collector, new PullLimits { Closing = TimeSpan.FromDays(1) });
        using ZmqClient one = ZmqClient.Start(_endpoint.Address, 10, "--wait");
        using ZmqClient other = ZmqClient.Start(_endpoint.Address, 10, "--wait");
        await one.Line("sent");
        await other.Line("sent");
        await _collector.Until(c => c.Messages.Length == 20);
        await _endpoint.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((0, 0), (_endpoint.Counters.Lost, _endpoint.Counters.CutOff));
    }

    [ZmqFact]
    public async Task Heartbeats_are_answered()
    {
        // Without answers libzmq would connect anew after five seconds; a busy machine is not that late.
        using ZmqClient client = ZmqClient.Start(_endpoint.Address, 40, "--rate", "5", "--heartbeat", "1000");
        await client.Done();
        await _collector.Until(c => c.Messages.Length == 40);
        Assert.Equal(1, _endpoint.Counters.Connections);
    }

    [ZmqFact]
    public async Task Long_events_arrive_and_too_long_ones_do_not_end_the_connection()
    {
        using ZmqClient large = ZmqClient.Start(_endpoint.Address, 100, "--pad", "200000");
        await large.Done();
        using ZmqClient tooLarge = ZmqClient.Start(_endpoint.Address, 100, "--pad", "3000000");
        await tooLarge.Done();
        await Wait.Until(() => _endpoint.Counters is { Messages: 100, TooLong: 100 });
        Assert.Equal((2, 0), (_endpoint.Counters.Connections, _endpoint.Counters.Refused));
    }

    [ZmqFact]
    public async Task Sockets_of_other_types_and_encrypted_ones_are_refused()
    {
        foreach (string type in (string[])["PUB", "REQ", "DEALER", "PAIR"])
        {
            long before = _endpoint.Counters.Refused;
            using ZmqClient client = ZmqClient.Start(_endpoint.Address, 1, "--type", type, "--linger", "0", "--wait");
            await client.Line("sent");
            await Wait.Until(() => _endpoint.Counters.Refused > before);
            Assert.Contains($"is a {type} socket", _endpoint.Counters.LastRefusal);
            client.GoOn();
            await client.Done();
        }

        long others = _endpoint.Counters.Refused;
        using ZmqClient secret = ZmqClient.Start(_endpoint.Address, 5, "--curve", "--linger", "500");
        await secret.Done();   // which sees itself that the endpoint offers no encryption
        await Wait.Until(() => _endpoint.Counters.Refused > others);
        await Wait.Until(() => _endpoint.Counters.Peers == 0);
        Assert.Empty(_collector.Messages);
        using ZmqClient good = ZmqClient.Start(_endpoint.Address, 10);
        await good.Done();
        await _collector.Until(c => c.Messages.Length == 10);
    }
}
