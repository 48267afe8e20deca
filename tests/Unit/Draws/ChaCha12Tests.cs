using AgentSim.Draws;

namespace AgentSim.Tests.Draws;

public class ChaCha12Tests
{
    [Fact]
    public void Seed_42_gives_the_described_words()
    {
        var draws = new ChaCha12(42);
        Assert.Equal(572990626u, draws.NextUInt32());
        Assert.Equal(2261546851u, draws.NextUInt32());
        Assert.Equal(1068323197u, draws.NextUInt32());
        Assert.Equal(2330987027u, draws.NextUInt32());
    }

    [Fact]
    public void The_described_output_token_words_come_out_of_their_seed()
    {
        var draws = new ChaCha12(0xD37A0A7E5EED);
        uint[] words = [.. Enumerable.Range(0, 7).Select(_ => draws.NextUInt32())];
        Assert.Equal([952584220, 694593853, 2967053780, 2932165014, 2184908278, 3971079078, 3124715654], words);
    }

    [Fact]
    public void A_long_word_is_two_words_the_low_one_first() => Assert.Equal(9713269763989775522UL, new ChaCha12(42).NextUInt64());

    [Fact]
    public void Reals_have_the_upper_53_bits_of_a_long_word()
    {
        var draws = new ChaCha12(42);
        Assert.Equal([0.5265574090027738, 0.5427252099031439, 0.6364650991438949],
            [draws.NextDouble(), draws.NextDouble(), draws.NextDouble()]);
    }

    [Theory]
    [InlineData(3, new uint[] { 0, 1, 0, 1, 2, 1, 2, 1, 2, 0, 1, 1 })]
    [InlineData(7, new uint[] { 0, 3, 1, 3, 6, 4, 6, 2, 6, 0, 4, 2, 2, 5, 1, 5, 4, 0, 3, 0, 5, 6, 4, 3, 6 })]
    public void Integers_below_a_limit_are_the_described_ones(int limit, uint[] expected)
    {
        var draws = new ChaCha12(42);
        Assert.Equal(expected, expected.Select(_ => draws.NextBelow((uint)limit)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3_000_000_000)]
    [InlineData(uint.MaxValue)]
    public void Integers_stay_below_their_limit_however_large(uint limit)
    {
        var draws = new ChaCha12(7);
        for (int i = 0; i < 20_000; i++) Assert.True(draws.NextBelow(limit) < limit);
    }

    // Where the low half of the product comes close to overflowing, a second word decides about a carry.
    [Fact]
    public void A_draw_near_a_boundary_takes_a_second_word()
    {
        const uint limit = 3_000_000_000;
        var words = new ChaCha12(11);
        var draws = new ChaCha12(11);
        int used = 0;
        for (int i = 0; i < 1000; i++)
        {
            ulong product = (ulong)words.NextUInt32() * limit;
            used++;
            UInt128 whole = (UInt128)product << 32;
            if ((uint)product > uint.MaxValue - limit + 1)
            {
                whole += (ulong)words.NextUInt32() * limit;
                used++;
            }

            Assert.Equal((uint)(whole >> 64), draws.NextBelow(limit));
        }

        Assert.True(used > 1500);
        Assert.Equal(words.NextUInt32(), draws.NextUInt32());
    }
}
