using System.Text;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Tests.Json;

public class JsonRowTests
{
    [Theory]
    [InlineData("{\"a\":1}", "1")]
    [InlineData("{\"a\":0}", "0")]
    [InlineData("{\"\\u0061\":7}", "7")]
    [InlineData("{\"a\":18446744073709551615}", "18446744073709551615")]
    [InlineData("{\"a\":null}", "")]
    public void Integers_are_read(string json, string value) => Assert.Equal(value, UInt64(json)?.ToString() ?? "");

    [Theory]
    [InlineData("{\"a\":16.0}")]
    [InlineData("{\"a\":1e2}")]
    [InlineData("{\"a\":-1}")]
    [InlineData("{\"a\":-0}")]
    [InlineData("{\"a\":18446744073709551616}")]
    [InlineData("{\"a\":\"1\"}")]
    [InlineData("{\"a\":true}")]
    [InlineData("{\"a\":[1]}")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{\"a\":1,\"a\":null}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":+1}")]
    [InlineData("{\"a\":1} 2")]
    [InlineData("{\"a\":1}}")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1 /* c */}")]
    [InlineData("{'a':1}")]
    [InlineData("[1]")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"b\":\"\t\"}")]
    [InlineData("{\"b\":\"\\x\"}")]
    [InlineData("{\"b\":NaN}")]
    public void Anything_else_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => UInt64(json));

    [Theory]
    [InlineData("1", 1.0)]
    [InlineData("-0", -0.0)]
    [InlineData("760.96244491257562", 760.96244491257562)]
    [InlineData("9007199254740993", 9007199254740992.0)]
    [InlineData("123456789012345678e-3", 123456789012345.678)]
    [InlineData("1e-400", 0.0)]
    public void Decimals_are_rounded_correctly(string text, double value) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(Number($"{{\"a\":{text}}}")!.Value));

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e309")]
    [InlineData("\"1\"")]
    public void A_decimal_has_to_be_a_finite_number(string text) => Assert.ThrowsAny<JsonException>(() => Number($"{{\"a\":{text}}}"));

    [Fact]
    public void Ignored_parts_are_only_checked_for_syntax_at_any_depth()
    {
        string deep = string.Concat(Enumerable.Repeat("[{\"x\":", 20_000)) + "0" + string.Concat(Enumerable.Repeat("}]", 20_000));

        Assert.Equal(5ul, UInt64($$"""{"x":{{deep}},"y":"\ud800","z":1e999,"x":2,"a":5}"""));
        Assert.ThrowsAny<JsonException>(() => UInt64($$"""{"x":[{"y":[1,}],"a":5}"""));
    }

    [Fact]
    public void The_message_names_field_and_value()
    {
        JsonException error = Assert.ThrowsAny<JsonException>(() => UInt64("{\"a\":16.5}"));

        Assert.Equal("'a' must be an integer from 0 to 18446744073709551615, not 16.5", error.Message);
    }

    [Fact]
    public void The_place_of_an_error_behind_a_long_array_is_exact()
    {
        string json = "{\"list\":[1,2,3],\"b\":x}";

        JsonException error = Assert.ThrowsAny<JsonException>(() =>
        {
            var row = new JsonRow(Encoding.UTF8.GetBytes(json), JsonRow.AnyDepth);
            row.BeginRow();
            row.NextKey();
            ulong[] values = [];
            row.Read();
            Assert.Equal(3, row.UInt64Array(ref values, "list"));
            Assert.Equal([1ul, 2, 3], values[..3]);
            row.NextKey();
            row.Skip();
        });

        Assert.Contains($"at byte {json.IndexOf('x') + 1}:", error.Message);
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("\\ud83d\\ude00", false)]
    [InlineData("\\uD83D\\uDE00\\n\\u0041", false)]
    [InlineData("\\ud800", true)]
    [InlineData("\\udc00", true)]
    [InlineData("\\ud800x", true)]
    [InlineData("\\ud800\\n", true)]
    [InlineData("\\ud800\\ud800\\udc00", true)]
    [InlineData("\\ud800\\udc00\\udc00", true)]
    [InlineData("\\\\ud800", false)]
    public void Unpaired_surrogate_escapes_are_found(string text, bool lone) =>
        Assert.Equal(lone, Surrogates.HasLone(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("word", true)]
    [InlineData("w\\u006frd", true)]
    [InlineData("w\\u006frds", false)]
    [InlineData("\\ud800", false)]
    public void Texts_are_compared_as_decoded(string text, bool isWord)
    {
        var row = new JsonRow(Encoding.UTF8.GetBytes($"{{\"a\":\"{text}\"}}"), JsonRow.AnyDepth);
        row.BeginRow();
        row.NextKey();
        row.Read();

        Assert.Equal(isWord, row.IsText("word"u8));
    }

    private static ulong? UInt64(string json)
    {
        var row = new JsonRow(Encoding.UTF8.GetBytes(json), JsonRow.AnyDepth);
        var box = new Box();
        new JsonFields<Box, Box>().Add("a", JsonKinds.UInt64, (ref target, value) => target.Value = value, source => source.Value)
            .ReadRow(ref row, ref box);
        return box.Value;
    }

    private static double? Number(string json)
    {
        var row = new JsonRow(Encoding.UTF8.GetBytes(json), JsonRow.AnyDepth);
        row.BeginRow();
        row.NextKey();
        row.Read();
        return row.Number("a");
    }

    private sealed class Box
    {
        public ulong? Value { get; set; }
    }
}
