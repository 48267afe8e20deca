using AgentSim.Capacity;

namespace AgentSim.Tests.Capacity;

/// <summary>The search finds what a plain look at every value finds, whether or not what passes is monotone.</summary>
public class CapacitySearchTests
{
    private static int Run(CapacitySearch search, CapacityOutcome[] outcomes)
    {
        int evaluated = 0;
        while (search.Next() is { Count: > 0 } wanted)
        {
            foreach (int index in wanted)
            {
                search.Add(index, outcomes[index]);
                evaluated++;
            }
        }

        return evaluated;
    }

    private static bool AllPass(CapacityOutcome[] outcomes) => outcomes.All(outcome => outcome == CapacityOutcome.Passed);

    // The definition, word for word: every value is tried as the answer.
    private static int? Plain(CapacityOutcome[] outcomes, bool isMoreBetter)
    {
        int[] holding = [.. Enumerable.Range(0, outcomes.Length).Where(n => AllPass(isMoreBetter ? outcomes[n..] : outcomes[..(n + 1)]))];
        return holding.Length == 0 ? null : isMoreBetter ? holding.Min() : holding.Max();
    }

    private static CapacityOutcome[] Monotone(Random random, int count, bool isMoreBetter)
    {
        int turn = random.Next(count + 1);
        return [.. Enumerable.Range(0, count).Select(index => (isMoreBetter ? index >= turn : index < turn) ? CapacityOutcome.Passed
            : CapacityOutcome.Failed)];
    }

    private static CapacityOutcome[] Any(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(10) switch
        {
            < 6 => CapacityOutcome.Passed,
            < 9 => CapacityOutcome.Failed,
            _ => CapacityOutcome.Mixed,
        })];

    [Fact]
    public void Up_to_64_values_give_the_plain_answer_on_200_random_cases_half_of_them_not_monotone()
    {
        var random = new Random(7);
        int notMonotone = 0;
        for (int i = 0; i < 200; i++)
        {
            bool isMoreBetter = random.Next(2) == 0;
            int count = i % 2 == 1 ? random.Next(3, 65) : random.Next(1, 65);
            CapacityOutcome[] outcomes = i % 2 == 0 ? Monotone(random, count, isMoreBetter) : Any(random, count);
            var search = new CapacitySearch(new CapacityRange(1, count, 1), isMoreBetter);
            Assert.Equal(count, Run(search, outcomes));
            int? answer = Plain(outcomes, isMoreBetter);
            Assert.Equal(answer, search.Answer);
            int[] breaks = [.. Enumerable.Range(0, count).Where(index => outcomes[index] == CapacityOutcome.Passed
                && !(answer is { } found && (isMoreBetter ? index >= found : index <= found)))];
            Assert.Equal(breaks, search.Breaks);
            if (breaks.Length > 0) notMonotone++;
        }

        Assert.InRange(notMonotone, 90, 100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_more_values_few_are_evaluated_and_what_is_monotone_gives_the_plain_answer(bool isMoreBetter)
    {
        var random = new Random(11);
        for (int i = 0; i < 100; i++)
        {
            int count = random.Next(65, 5000);
            CapacityOutcome[] outcomes = Monotone(random, count, isMoreBetter);
            var search = new CapacitySearch(new CapacityRange(1, count, 1), isMoreBetter);
            Assert.InRange(Run(search, outcomes), 1, 32);
            Assert.Equal(Plain(outcomes, isMoreBetter), search.Answer);
            Assert.Empty(search.Breaks);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_more_values_the_answer_holds_for_all_that_were_evaluated_and_both_neighbours_were(bool isMoreBetter)
    {
        var random = new Random(13);
        for (int i = 0; i < 100; i++)
        {
            int count = random.Next(65, 400);
            CapacityOutcome[] outcomes = Any(random, count);
            var search = new CapacitySearch(new CapacityRange(1, count, 1), isMoreBetter);
            Run(search, outcomes);
            if (search.Answer is not { } answer) continue;
            Assert.All(search.Known, point => Assert.True(
                (isMoreBetter ? point.Key < answer : point.Key > answer) || point.Value == CapacityOutcome.Passed));
            foreach (int neighbour in (int[])[answer - 1, answer + 1])
                if (neighbour >= 0 && neighbour < count) Assert.True(search.Known.ContainsKey(neighbour), $"{answer} of {count}");
        }
    }

    [Fact]
    public void A_neighbour_that_fails_sends_the_search_on()
    {
        CapacityOutcome[] outcomes = [.. Enumerable.Repeat(CapacityOutcome.Passed, 100)];
        Array.Fill(outcomes, CapacityOutcome.Failed, 0, 5);
        outcomes[6] = CapacityOutcome.Failed;
        var search = new CapacitySearch(new CapacityRange(1, 100, 1), isMoreBetter: true);
        Run(search, outcomes);
        Assert.Equal(7, search.Answer);
        Assert.Equal([5], search.Breaks);
    }

    [Fact]
    public void What_else_is_known_moves_the_answer_and_its_neighbour_is_evaluated()
    {
        CapacityOutcome[] outcomes = [.. Enumerable.Repeat(CapacityOutcome.Passed, 200)];
        Array.Fill(outcomes, CapacityOutcome.Failed, 0, 3);
        outcomes[150] = CapacityOutcome.Failed;
        var search = new CapacitySearch(new CapacityRange(1, 200, 1), isMoreBetter: true);
        search.Add(150, CapacityOutcome.Failed);
        search.Add(199, CapacityOutcome.Passed);
        Run(search, outcomes);
        Assert.Equal(151, search.Answer);
        Assert.True(search.Known.ContainsKey(150));
    }

    [Fact]
    public void Values_are_those_that_their_text_says()
    {
        var range = new CapacityRange(1, 4, 0.1);
        Assert.Equal(31, range.Count);
        Assert.Equal([1, 1.1, 1.2, 1.3], Enumerable.Range(0, 4).Select(index => range[index]));
        Assert.Equal(4, range[30]);
        Assert.Equal(2, range[range.Doubled(0)]);
        Assert.Equal(30, range.Doubled(29));
        var blocks = new CapacityRange(1000, 64000, 1);
        Assert.Equal([2000, 4000], new[] { blocks[blocks.Doubled(0)], blocks[blocks.Doubled(1000)] });
    }
}
