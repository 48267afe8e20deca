using System.Globalization;
using System.Text;
using AgentSim.Json;

namespace AgentSim.Tests.Json;

/// <summary>Numbers of few digits are read as the general way reads them, to the last bit.</summary>
public class ShortDecimalTests
{
    [Fact]
    public void Numbers_of_up_to_fifteen_digits_are_those_nearest_to_their_text()
    {
        var random = new Random(5);
        for (int i = 0; i < 200_000; i++)
        {
            int length = random.Next(1, 16);
            string digits = string.Concat(Enumerable.Range(0, length).Select(_ => (char)('0' + random.Next(10))));
            int fraction = random.Next(length);
            string text = digits[..^fraction].TrimStart('0') is { Length: > 0 } whole ? whole : "0";
            if (fraction > 0) text += $".{digits[^fraction..]}";
            if (text.Count(char.IsDigit) > 15) continue;
            Assert.True(ShortDecimal.TryParse(Encoding.ASCII.GetBytes(text), out double value), text);
            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), value);
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("1e3")]
    [InlineData("1.5E-7")]
    [InlineData("1234567890123456")]
    [InlineData("123456789012345.6")]
    [InlineData("0.1234567890123456")]
    public void What_needs_the_general_way_is_left_to_it(string text) =>
        Assert.False(ShortDecimal.TryParse(Encoding.ASCII.GetBytes(text), out _));
}
