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

    [Theory]
    [InlineData("8,9,10,11,12]")]
    [InlineData("98,99,100,101,102,103]")]
    [InlineData("0,1,2,3,4,5,6,7,8,9,10,11]")]
    [InlineData("1234567,1234568,1234569,1234570]")]
    [InlineData("12345678,12345679,12345680]")]
    [InlineData("7, 8, 9, 10]")]
    [InlineData("98, 99, 100, 101, 102, 103]    ")]
    [InlineData("5,6,7, 8, 9, 10,  11, 12, 13,\n14]    ")]
    [InlineData("123456, 123457, 123458, 123459, 123460, 123461]")]
    [InlineData("7 ,8 ,9 ,10 ,11]")]
    [InlineData("7\t,8\t,9\t,10\t,11]")]
    [InlineData("4,5,6]      ")]
    [InlineData("1234567812345678,1234567812345679,5,6,7,1234567812345680]")]
    public void Numbers_that_follow_each_other_are_read(string text) => Plain_integers_are_read(text);

    [Fact]
    public void Damage_between_numbers_that_follow_each_other_is_seen() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(
            ArbMap.Default.ArbFor<(uint First, byte Digits, byte Count, byte At)>(),
            Gen.Elements('0', '1', '9', ',', ']', ' ', '-', '.', 'e', '5', '/', ':').ToArbitrary(),
            (run, damage) =>
            {
                string between = run.Count % 2 == 0 ? "," : ", ";
                ulong first = run.First % (ulong)Math.Pow(10, 1 + (run.Digits % 9));
                char[] text = [.. string.Join(between, Enumerable.Range(0, 2 + (run.Count % 40)).Select(i => first + (ulong)i)), ']'];
                text[run.At * text.Length / 256] = damage;
                return IsReadAlike(Encoding.UTF8.GetBytes(text));
            }));

    [Fact]
    public void Damage_between_hashes_is_seen() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(
            ArbMap.Default.ArbFor<(ulong Seed, byte Count, byte At)>(),
            Gen.Elements('0', '1', '9', ',', ']', ' ', '-', '.', 'e', '5', '/', ':').ToArbitrary(),
            (hashes, damage) =>
            {
                // Numbers of 15 to 20 digits, the largest among them, with or without a space between them.
                ulong state = hashes.Seed;
                ulong Next() => (state = (state * 6364136223846793005) + 1442695040888963407) >> (int)(state >> 59) / 4;
                string between = hashes.Count % 3 == 0 ? ", " : ",";
                ulong[] values = [.. Enumerable.Range(0, 1 + (hashes.Count % 9)).Select(i => i == 4 ? ulong.MaxValue : Next())];
                byte[] text = Encoding.UTF8.GetBytes(string.Join(between, values) + "]");
                if (!IsReadAlike(text)) return false;
                text[hashes.At * text.Length / 256] = (byte)damage;
                return IsReadAlike(text);
            }));

    // As by a reader of JSON, or not at all; and all that is plain is read.
    private static bool IsReadAlike(byte[] text)
    {
        ulong[]? wanted = null;
        int end = text.AsSpan().IndexOf((byte)']');
        try
        {
            if (end >= 0) wanted = JsonSerializer.Deserialize<ulong[]>([(byte)'[', .. text[..(end + 1)]]);
        }
        catch (JsonException)
        {
            // Not valid, or not integers.
        }

        ulong[] values = [];
        bool isRead = IntegerArray.TryParse(text, ref values, out int count, out int length);
        return isRead == wanted is not null && (!isRead || (length == end && values.AsSpan(0, count).SequenceEqual(wanted)));
    }
}
