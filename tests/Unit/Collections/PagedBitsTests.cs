using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class PagedBitsTests
{
    [Fact]
    public void Runs_behave_like_a_set_across_words_and_pages()
    {
        var random = new Random(5);
        var bits = new PagedBits();
        var expected = new HashSet<int>();
        for (int step = 0; step < 2_000; step++)
        {
            int first = random.Next(20_000), count = random.Next(1, random.Next(2) == 0 ? 100 : 9_000);
            if (random.Next(2) == 0)
            {
                bits.AddRun(first, count);
                expected.UnionWith(Enumerable.Range(first, count));
            }
            else
            {
                bits.RemoveRun(first, count);
                expected.ExceptWith(Enumerable.Range(first, count));
            }

            int at = random.Next(20_000), limit = random.Next(10_000), length = 0;
            while (length < limit && expected.Contains(at + length)) length++;
            Assert.Equal(length, bits.LeadingRun(at, limit));
        }
    }
}
