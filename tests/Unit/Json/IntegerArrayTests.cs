using System.Text;
using System.Text.Json;
using AgentSim.Json;
using FsCheck.Fluent;

namespace AgentSim.Tests.Json;

public class IntegerArrayTests
{
    [Theory]
    [InlineData("]")]
    [InlineData(" ] ")]
    [InlineData("0]")]
    [InlineData("1,22,333]}")]
    [InlineData(" 1 ,\t22\r\n, 12345678 ]")]
    [InlineData("18446744073709551615,1234567,123456789012345678,9999999999999999999]")]
    [InlineData("0,10,12345678,123456789]")]
    [InlineData("1234567812345678,12345678123456789,1844674407370955161,10000000000000000000,18446744073709551609]")]
    public void Plain_integers_are_read(string text)
    {
        ulong[] values = [];

        Assert.True(IntegerArray.TryParse(Encoding.UTF8.GetBytes(text), ref values, out int count, out int length));

        Assert.Equal(text.IndexOf(']'), length);
        Assert.Equal(JsonSerializer.Deserialize<ulong[]>("[" + text[..(length + 1)]), values[..count]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1,")]
    [InlineData("1,]")]
    [InlineData(",1]")]
    [InlineData("1,,2]")]
    [InlineData("1 2]")]
    [InlineData("01]")]
    [InlineData("00]")]
    [InlineData("-1]")]
    [InlineData("+1]")]
    [InlineData("1.0]")]
    [InlineData("1e3]")]
    [InlineData("\"1\"]")]
    [InlineData("1,null]")]
    [InlineData("[1]]")]
    [InlineData("18446744073709551616]")]
    [InlineData("99999999999999999999]")]
    [InlineData("18446744073709560000]")]
    [InlineData("01234567812345678]")]
    [InlineData("100000000000000000000]")]
    [InlineData("1234567890123456789012345678901234567890]")]
    [InlineData("1}")]
    public void Everything_else_is_left_to_the_json_reader(string text)
    {
        ulong[] values = [];

        Assert.False(IntegerArray.TryParse(Encoding.UTF8.GetBytes(text), ref values, out _, out _));
    }

    [Fact]
    public void Any_list_of_integers_comes_back() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(ArbMap.Default.ArbFor<(ulong, byte)[]>(), items =>
        {
            ulong[] wanted = [.. items.Select(item => item.Item1 * 0x9E3779B97F4A7C15 >> item.Item2 % 64)];
            ulong[] values = [];
            byte[] text = Encoding.UTF8.GetBytes(string.Join(",", wanted) + "]");
            return IntegerArray.TryParse(text, ref values, out int count, out int length)
                && length == text.Length - 1 && values.AsSpan(0, count).SequenceEqual(wanted);
        }));

    [Fact]
    public void Whatever_is_read_from_damaged_text_is_what_a_json_reader_reads() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(Gen.ListOf(Gen.Elements('0', '1', '9', ',', ']', ' ', '-', '.', 'e', '5', '7')).ToArbitrary(), characters =>
        {
            string text = string.Concat(characters) + "]";
            ulong[] values = [];
            if (!IntegerArray.TryParse(Encoding.UTF8.GetBytes(text), ref values, out int count, out int length)) return true;
            return JsonSerializer.Deserialize<ulong[]>("[" + text[..(length + 1)])!.AsSpan().SequenceEqual(values.AsSpan(0, count));
        }));
}
