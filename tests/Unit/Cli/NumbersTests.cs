using AgentSim.Cli;

namespace AgentSim.Tests.Cli;

public class NumbersTests
{
    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("-3", -3.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData(".5", 0.5)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("-INF", double.NegativeInfinity)]
    [InlineData("infinity", double.PositiveInfinity)]
    [InlineData("nan", double.NaN)]
    [InlineData("1e999", double.PositiveInfinity)]
    public void Reals_read_as_the_reference_reads_them(string text, double value)
    {
        Assert.True(Numbers.TryReal(text, out double real));
        Assert.Equal(value, real);
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("1.234,5")]
    [InlineData("1 000")]
    [InlineData("")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("x")]
    public void Other_texts_are_no_numbers(string text)
    {
        Assert.False(Numbers.TryReal(text, out _));
        Assert.False(Numbers.TryWhole(text, out _));
    }

    [Fact]
    public void Whole_numbers_have_no_point() => Assert.False(Numbers.TryWhole("16.0", out _));

    [Fact]
    public void Whole_numbers_reach_beyond_64_bits_so_that_a_range_check_can_name_them()
    {
        Assert.True(Numbers.TryWhole("18446744073709551616", out Int128 value));
        Assert.Equal((Int128)ulong.MaxValue + 1, value);
    }
}
