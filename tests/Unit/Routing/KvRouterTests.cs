using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class KvRouterTests
{
    private static int[] Ids(int from, int to) => [.. Enumerable.Range(from, to - from + 1)];

    [Theory]
    [InlineData(2, "101110010101")]
    [InlineData(3, "121202001020")]
    [InlineData(4, "312301012312")]
    public void Successive_ties_of_all_targets_follow_the_published_draws(int targets, string expected)
    {
        var bench = new RouterBench("{}", targets);
        string chosen = "";
        for (int i = 1; i <= expected.Length; i++)
        {
            chosen += bench.Place(i, 0, 16, [1]);
            bench.Ended(i);
        }

        Assert.Equal(expected, chosen);
    }

    [Fact]
    public void Example_1_pending_tokens_overlap_and_shared_blocks_decide()
    {
        var bench = new RouterBench("{}", 2);
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        bench.Cache(1, 1);
        Assert.Equal(0, bench.Place(2, 1, 60, [1, 2, 3, 5]));       // 6.75 against 8.75
        bench.Cache(0, 2);
        Assert.Equal(0, bench.Place(3, 2, 40, [7, 8, 9]));          // 11.25 against 12.5
        bench.Prefilled(1);
        bench.Prefilled(2);
        bench.Cache(0, 3);
        bench.Ended(1);
        bench.Prefilled(3);
        bench.Ended(2);
        bench.Ended(3);
        Assert.Equal(1, bench.Place(4, 100, 80, [1, 2, 3, 4, 6]));  // 7 against 6
        Assert.Equal(4, bench.Overlap(4));
        Assert.Equal(0, bench.Place(5, 101, 33, [7, 8, 10]));       // 2.0625 against 10.0625
        Assert.Equal(2, bench.Overlap(5));
    }

    [Fact]
    public void Example_2_a_queue_drains_by_strict_priority_then_priority_then_age()
    {
        var bench = new RouterBench("""{"router_queue_threshold":0.2}""", 2, budget: 256);
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        Assert.Equal(0, bench.Place(2, 0, 128, Ids(11, 18)));
        Assert.Equal(-1, bench.Place(3, 0, 64, [1, 2, 3, 5]));
        bench.Cache(1, 1);
        Assert.Equal(-1, bench.Place(4, 1, 48, [1, 2, 6], strict: 1));
        Assert.Equal(-1, bench.Place(5, 2, 32, [21, 22], priority: 5));
        Assert.Equal(3, bench.Queued);
        Assert.Equal("4>1 5>1 3>1", bench.Prefilled(1));
        Assert.Equal(0, bench.Queued);
        Assert.Equal(0, bench.Overlap(3));
        Assert.Equal(2, bench.Overlap(4));
    }

    [Fact]
    public void Example_3_the_credit_decays_with_pending_tokens()
    {
        var bench = new RouterBench("""{"overlap_score_credit_decay":1.0}""", 2);
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        bench.Cache(1, 1);
        bench.Prefilled(1);
        bench.Ended(1);
        Assert.Equal(1, bench.Place(2, 100, 64, [1, 2, 3, 4]));     // fully cached: no pending tokens
        Assert.Equal(1, bench.Place(3, 101, 128, Ids(1, 8)));       // 16 against 12
        bench.Cache(1, 3);
        foreach (int request in (int[])[2, 3])
        {
            bench.Prefilled(request);
            bench.Ended(request);
        }

        Assert.Equal(1, bench.Place(4, 200, 160, [.. Ids(1, 8), 11, 12]));
        Assert.Equal(1, bench.Place(5, 201, 144, [.. Ids(1, 8), 13]));   // 18 against 15.4545
    }

    [Theory]
    [InlineData("{}", true)]                                         // 9 + 10 - 8 + 10 against 18
    [InlineData("""{"overlap_score_credit_decay":100}""", false)]    // hardly any credit is left
    public void Decay_can_outweigh_the_overlap(string config, bool staysWithCache)
    {
        var bench = new RouterBench(config, 2);
        Assert.Equal(1, bench.Place(1, 0, 128, Ids(1, 8)));
        bench.Cache(1, 1);
        bench.Ended(1);
        Assert.Equal(1, bench.Place(2, 20, 160, [.. Ids(1, 8), 20, 21]));
        Assert.Equal(staysWithCache ? 1 : 0, bench.Place(3, 21, 144, [.. Ids(1, 8), 30]));
    }

    [Fact]
    public void Example_4_prefill_pools_count_requests_but_no_blocks()
    {
        RouterSettings settings = RouterSettings.Default with { DecodeActiveRequestWeight = 0.5 };
        var bench = new RouterBench("", 2, settings: settings.Resolve("router").ForPrefillPool());
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        bench.Cache(1, 1);
        Assert.Equal(0, bench.Place(2, 1, 60, [1, 2, 3, 5]));       // 3.75 against 5.25
        Assert.Equal(0, bench.Place(3, 2, 40, [7, 8, 9]));          // 6.75 against 7.0
        foreach (int request in (int[])[1, 2, 3])
        {
            bench.Prefilled(request);
            bench.Ended(request);
        }

        bench.Cache(0, 2);
        Assert.Equal(1, bench.Place(4, 100, 80, [1, 2, 3, 4, 6]));  // 2 against 1
        Assert.Equal(4, bench.Overlap(4));
    }

    [Fact]
    public void Example_4_decode_pools_share_nothing_and_never_queue()
    {
        RouterSettings settings = RouterSettings.Default with { DecodeActiveRequestWeight = 0.5, RouterQueueThreshold = 0 };
        var bench = new RouterBench("", 2, settings: settings.Resolve("router").ForDecodePool(), cacheless: true);
        Assert.Equal(1, bench.Place(1, 17, 64, [1, 2, 3, 4]));
        Assert.Equal(0, bench.Place(2, 35, 60, [1, 2, 3, 5]));      // 3 against 7.5
        Assert.Equal(0, bench.Place(3, 35, 40, [7, 8, 9]));         // 5.5 against 6.5
        Assert.Equal(0, bench.Overlap(3));
        foreach (int request in (int[])[1, 2, 3]) bench.Ended(request);
        Assert.Equal(0, bench.Place(4, 116, 80, [1, 2, 3, 4, 6]));  // second tie
    }

    [Fact]
    public void Example_5_sampling_by_temperature_follows_the_published_draws()
    {
        var bench = new RouterBench("""{"router_temperature":0.7}""", 3, blockSize: 64);
        int[] tokens = [64, 100, 200, 64, 150, 90, 64, 333, 64, 10];
        string chosen = "";
        for (int i = 0; i < tokens.Length; i++) chosen += bench.Place(i + 1, 0, tokens[i], Ids(i * 10, i * 10 + 9));
        Assert.Equal("0110222021", chosen);
    }

    [Fact]
    public void A_tiny_temperature_that_breaks_the_weights_takes_the_last_target()
    {
        var bench = new RouterBench("""{"router_temperature":5e-324}""", 3);
        bench.Place(1, 0, 160, Ids(1, 10));
        Assert.Equal(2, bench.Place(2, 0, 160, Ids(11, 20)));
    }

    [Fact]
    public void Blocks_of_active_requests_stay_until_their_last_owner_ends()
    {
        var bench = new RouterBench("""{"prefill_load_scale":0}""", 2);      // only blocks count
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        Assert.Equal(0, bench.Place(2, 0, 48, [9, 10, 11]));            // 3 against 7
        Assert.Equal(1, bench.Place(3, 0, 64, [1, 2, 3, 4]));           // 7 against 4
        bench.Ended(1);
        Assert.Equal(1, bench.Place(4, 6, 80, [1, 2, 3, 4, 5]));        // 8 against 5
        bench.Ended(3);
        bench.Ended(4);
        Assert.Equal(1, bench.Place(5, 8, 16, [30]));                   // 4 against 1
    }

    [Fact]
    public void A_partly_shared_run_of_blocks_counts_only_what_is_new()
    {
        var bench = new RouterBench("""{"prefill_load_scale":0}""", 2);
        Assert.Equal(1, bench.Place(1, 0, 160, Ids(1, 10)));
        Assert.Equal(0, bench.Place(2, 0, 96, Ids(21, 26)));
        Assert.Equal(1, bench.Place(3, 0, 192, [.. Ids(1, 7), .. Ids(41, 45)]));    // 6 + 12 against 10 + 5
        Assert.Equal(0, bench.Place(4, 0, 144, [.. Ids(21, 23), .. Ids(51, 56)]));  // 6 + 6 against 15 + 9
    }

    [Fact]
    public void Without_reuse_every_request_counts_all_its_blocks()
    {
        var bench = new RouterBench("""{"prefill_load_scale":0,"router_assume_kv_reuse":false}""", 2);
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        Assert.Equal(0, bench.Place(2, 0, 64, [1, 2, 3, 4]));
        bench.Ended(1);
        Assert.Equal(1, bench.Place(3, 2, 64, [1, 2, 3, 4]));
    }

    [Fact]
    public void Without_tracked_blocks_only_prefill_counts()
    {
        var bench = new RouterBench("""{"router_track_active_blocks":false}""", 2);
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        Assert.Equal(0, bench.Place(2, 0, 32, [5, 6]));
        bench.Prefilled(1);
        Assert.Equal(1, bench.Place(3, 6, 64, [7, 8, 9, 10]));   // 6 against 4, although worker 1 has more blocks
    }

    [Fact]
    public void A_request_that_ends_with_its_first_token_frees_its_pending_prompt()
    {
        var bench = new RouterBench("""{"router_track_active_blocks":false}""", 2);
        Assert.Equal(1, bench.Place(1, 0, 64, [1, 2, 3, 4]));
        Assert.Equal(0, bench.Place(2, 0, 32, [5, 6]));
        bench.Ended(1);
        bench.Ended(1);            // unknown by now: nothing happens
        bench.Ended(77);
        Assert.Equal(1, bench.Place(3, 2, 64, [1, 2, 3, 4]));
    }

    [Theory]
    [InlineData("fcfs", "2 3 4 5")]
    [InlineData("lcfs", "4 5 3 2")]
    [InlineData("wspt", "3 4 5 2")]
    public void Queue_policies_order_waiting_requests(string policy, string expected)
    {
        // One target, busy with a single token; 4 and 5 arrive together.
        var bench = new RouterBench($$"""{"router_queue_threshold":0,"router_queue_policy":"{{policy}}"}""", 1);
        bench.Place(1, 0, 1, []);
        Assert.Equal(-1, bench.Place(2, 10, 160, Ids(1, 10)));
        Assert.Equal(-1, bench.Place(3, 20, 16, [11]));
        Assert.Equal(-1, bench.Place(4, 30, 32, [12, 13]));
        Assert.Equal(-1, bench.Place(5, 30, 32, [14, 15]));
        var order = new List<string>();
        for (int ended = 1; bench.Queued > 0;)
        {
            string released = bench.Ended(ended);
            Assert.Equal(3, released.Length);   // one at a time: it makes the target busy again
            order.Add(released[..1]);
            ended = released[0] - '0';
        }

        Assert.Equal(expected, string.Join(' ', order));
    }

    [Fact]
    public void A_request_behind_a_backlog_waits_even_when_a_target_is_free()
    {
        var bench = new RouterBench("""{"router_queue_threshold":0.01}""", 2, budget: 3200);   // busy above 32 tokens
        bench.Place(1, 0, 48, [1, 2, 3]);
        bench.Place(2, 0, 48, [4, 5, 6]);
        Assert.Equal(-1, bench.Place(3, 1, 48, [7, 8, 9]));
        Assert.Equal(-1, bench.Place(4, 1, 16, [10]));
        Assert.Equal("3>1", bench.Prefilled(1));
        Assert.Equal(-1, bench.Place(5, 3, 16, [11]));
        Assert.Equal("4>0 5>0", bench.Prefilled(2));
        Assert.Equal(0, bench.Place(6, 4, 16, [12]));
    }

    [Fact]
    public void A_waiting_request_that_ends_leaves_the_queue()
    {
        var bench = new RouterBench("""{"router_queue_threshold":0}""", 1);
        for (int i = 1; i <= 4; i++) bench.Place(i, 0, 16, [i]);
        bench.Ended(3);
        Assert.Equal(2, bench.Queued);
        Assert.Equal("2>0", bench.Ended(1));
        Assert.Equal("4>0", bench.Ended(2));
    }

    [Fact]
    public void Without_tracked_prefill_nothing_waits()
    {
        var bench = new RouterBench("""{"router_queue_threshold":0,"router_track_prefill_tokens":false}""", 1);
        for (int i = 1; i < 5; i++) Assert.Equal(0, bench.Place(i, 0, 16, [i]));
    }

    [Fact]
    public void An_empty_prompt_cannot_be_placed()
    {
        var bench = new RouterBench("{}", 2);
        Assert.Equal("PromptEmpty", Assert.Throws<AgentSimException>(() => bench.Place(1, 0, 0, [])).ErrorId);
    }
}
