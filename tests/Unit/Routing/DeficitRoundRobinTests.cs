using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class DeficitRoundRobinTests
{
    // Sends from queues of costs until nothing is left; returns the classes in order.
    private static string Drain(long[] quanta, params long[][] queues)
    {
        var turns = new DeficitRoundRobin(quanta);
        int[] sent = new int[queues.Length];
        string order = "";
        while (true)
        {
            int c = turns.Next([.. queues.Select((q, i) => sent[i] < q.Length ? q[sent[i]] : 0)]);
            if (c < 0) return order;
            order += (char)('a' + c);
            long cost = queues[c][sent[c]++];
            turns.Sent(c, cost, sent[c] == queues[c].Length);
        }
    }

    [Fact]
    public void Equal_classes_take_turns() => Assert.Equal("abcabc", Drain([1, 1, 1], [1, 1], [1, 1], [1, 1]));

    [Fact]
    public void A_class_goes_on_while_its_deficit_lasts() => Assert.Equal("aaabaaab", Drain([3, 1], [1, 1, 1, 1, 1, 1], [1, 1]));

    [Fact]
    public void Costs_are_paid_in_proportion_to_the_quanta() => Assert.Equal("babbab", Drain([1, 2], [10, 10], [10, 10, 10, 10]));

    [Fact]
    public void Rounds_are_skipped_until_the_first_class_can_pay() => Assert.Equal("ba", Drain([1, 1], [1_000_000_000], [999_999_000]));

    [Fact]
    public void Huge_quanta_saturate() => Assert.Equal("aaabbb", Drain([long.MaxValue, long.MaxValue], [5, 5, 5], [5, 5, 5]));

    [Fact]
    public void A_held_class_keeps_its_deficit_and_does_not_earn()
    {
        var turns = new DeficitRoundRobin([2, 2]);
        Assert.Equal(0, turns.Next([1, 1]));
        turns.Sent(0, 1, isEmpty: false);        // class 0 keeps 1 and the turn
        Assert.Equal(1, turns.Next([0, 2]));     // but may not go now
        turns.Sent(1, 2, isEmpty: true);
        Assert.Equal(-1, turns.Next([0, 0]));
        Assert.Equal(0, turns.Next([3, 0]));     // 1 + 2 earned
    }

    [Fact]
    public void A_class_that_empties_loses_its_deficit_and_its_turn()
    {
        var turns = new DeficitRoundRobin([5, 1]);
        Assert.Equal(0, turns.Next([1, 1]));
        turns.Sent(0, 1, isEmpty: false);
        turns.Emptied(0);
        Assert.Equal(1, turns.Next([3, 1]));
    }
}
