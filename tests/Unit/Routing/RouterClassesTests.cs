using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class RouterClassesTests
{
    private static RouterPolicyProfile Profile(params RouterPolicyClass[] explicitClasses)
    {
        RouterPolicyClass rest = new("rest", "f", "all", RouterQueuePolicy.Fcfs, 1);
        return new RouterPolicyProfile("f", [new RouterPolicyBucket(0, "all")], [.. explicitClasses, rest]);
    }

    private static RouterPolicyClass Queueing(string name, long quantum = 1) =>
        new(name, null, null, RouterQueuePolicy.Fcfs, quantum, BusyTokens: 0);

    [Fact]
    public void Classes_drain_in_proportion_to_their_quanta()
    {
        // Requests cost 16 and are served one by one, as each makes the target busy again.
        var bench = new RouterBench("{}", 1, profile: Profile(Queueing("a", 32), Queueing("b", 16)));
        bench.Place(1, 0, 1, [], policyClass: "a");
        for (int i = 2; i <= 5; i++) Assert.Equal(-1, bench.Place(i, 0, 16, [i], policyClass: "a"));
        for (int i = 6; i <= 7; i++) Assert.Equal(-1, bench.Place(i, 0, 16, [i], policyClass: "b"));
        string order = "";
        for (int ended = 1; bench.Queued > 0; ended = order[^1] - '0') order += bench.Ended(ended)[0];
        Assert.Equal("263745", order);   // a drain that finds the target busy passes the turn on
    }

    [Fact]
    public void A_class_without_thresholds_never_waits()
    {
        var bench = new RouterBench("{}", 1, profile: Profile(Queueing("a")));
        for (int i = 1; i <= 3; i++) Assert.Equal(0, bench.Place(i, 0, 16, [i]));
        Assert.Equal(-1, bench.Place(4, 0, 16, [4], policyClass: "a"));
        Assert.Equal(0, bench.Place(5, 0, 16, [5]));
    }

    [Fact]
    public void A_profile_replaces_the_threshold_and_the_policy_of_the_settings()
    {
        var bench = new RouterBench("""{"router_queue_threshold":0,"router_queue_policy":"lcfs"}""", 1, profile: Profile());
        for (int i = 1; i <= 3; i++) Assert.Equal(0, bench.Place(i, 0, 16, [i]));
    }

    [Fact]
    public void Only_the_class_with_a_free_target_drains()
    {
        var strict = Queueing("strict");
        var lenient = new RouterPolicyClass("lenient", null, null, RouterQueuePolicy.Fcfs, 1, BusyTokens: 20);
        var bench = new RouterBench("{}", 1, profile: Profile(strict, lenient));
        bench.Place(1, 0, 16, [1]);
        bench.Place(2, 0, 16, [2]);
        Assert.Equal(-1, bench.Place(3, 0, 16, [3], policyClass: "strict"));
        Assert.Equal(-1, bench.Place(4, 0, 16, [4], policyClass: "lenient"));
        Assert.Equal("4>0", bench.Ended(1));    // 16 pending: busy for one class only
        Assert.Equal("", bench.Ended(2));
        Assert.Equal("3>0", bench.Ended(4));
    }

    [Theory]
    [InlineData(2L, null, null, "4 waiting requests, limit 4 (2 per target)")]
    [InlineData(null, 20L, null, "48 waiting prompt tokens, limit 40 (20 per target)")]
    [InlineData(null, null, 16L, "32 waiting cached prompt tokens, limit 32 (16 per target)")]
    [InlineData(0L, 0L, 0L, "0 waiting requests, limit 0 (0 per target)")]
    public void A_full_class_ends_the_run(long? requests, long? promptTokens, long? cachedTokens, string expected)
    {
        RouterPolicyClass limited = Queueing("a") with { RequestLimit = requests, PromptTokenLimit = promptTokens,
            CachedTokenLimit = cachedTokens };
        var bench = new RouterBench("{}", 2, profile: Profile(limited));
        bench.Place(1, 0, 16, [1]);
        bench.Place(2, 0, 16, [2]);
        bench.Cache(1, 1);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
        {
            for (int i = 3; i < 100; i++) bench.Place(i, 0, 16, [1], policyClass: "a");
        });
        Assert.Equal("RouterQueueFull", error.ErrorId);
        Assert.Contains("class 'a' is full: " + expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_does_not_matter_while_nothing_has_to_wait()
    {
        var bench = new RouterBench("{}", 2, profile: Profile(Queueing("a") with { RequestLimit = 0 }));
        Assert.Equal(1, bench.Place(1, 0, 16, [1], policyClass: "a"));
    }
}
