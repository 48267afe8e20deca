using System.Text;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Tests.Json;

/// <summary>The cursor takes and refuses what the reader of the framework does, token by token and with the same words.</summary>
public class JsonCursorTests
{
    private static readonly string[] Texts =
    [
        """{"a":1,"bc":[1,2.5,-3e+7,0,-0,10E-2],"d":{"e":null,"f":true,"g":false},"h":"plain","i":"","j":{},"k":[]}""",
        """ { "long enough to fill a vector" : "sixteen bytes, then an escape \" \\ \/ \b\f\n\r\t \ud83d\ude00" , "ü" : [ [ ] , { } ] } """,
        """[[1,[2,[3,{"a":[{"b":[]}]}]]],"x",12345678901234567890123,1.0,0.5]""",
        "12", "-0.5e3 ", "\"text\"", "true", " null", "", " ", "[1]]", "{}{}", "01", "1.", "1e", "-", "tru", "nul",
        "\"open", "\"\\u12g4\"", "\"\\x\"",
        "{\"a\"}", "{\"a\":}", "{,}", "[,]", "[1,]", "{\"a\":1,}", "[1 2]", "{1:2}",
        "[1/2]", "1/", "[truex]", "[}", "{]", "[1e5,2]/", "\"tab\there\"",
    ];

    [Fact]
    public void It_agrees_with_the_reader_of_the_framework()
    {
        foreach (string text in Texts) Compare(Encoding.UTF8.GetBytes(text), JsonRow.AnyDepth);
    }

    [Fact]
    public void It_agrees_on_damaged_text()
    {
        var random = new Random(7);
        byte[] alphabet = Encoding.UTF8.GetBytes("{}[]\":,\\/ \t\r\n0123456789.eE+-truefalsnu\u0001xé");
        for (int round = 0; round < 30_000; round++)
        {
            List<byte> text = [.. Encoding.UTF8.GetBytes(Texts[random.Next(4)])];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                int at = random.Next(text.Count);
                byte other = alphabet[random.Next(alphabet.Length)];
                switch (random.Next(4))
                {
                    case 0: text.RemoveAt(at); break;
                    case 1: text.Insert(at, other); break;
                    case 2: text[at] = other; break;
                    default: text.RemoveRange(at, text.Count - at); break;
                }

                if (text.Count == 0) break;
            }

            Compare([.. text], maxDepth: random.Next(1, 9));
        }
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(129)]
    [InlineData(1000)]
    public void It_agrees_on_deep_text(int depth)
    {
        var text = new StringBuilder();
        for (int i = 0; i < depth; i++) text.Append(i % 3 == 0 ? "{\"a\":" : "[1,");
        text.Append('2');
        for (int i = depth - 1; i >= 0; i--) text.Append(i % 3 == 0 ? ",\"b\":3}" : ",4]");
        byte[] whole = Encoding.UTF8.GetBytes(text.ToString());

        Compare(whole, JsonRow.AnyDepth);
        Compare(whole, depth);
        Compare(whole, depth - 1);
        Compare(whole[..^1], JsonRow.AnyDepth);
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", true)]
    [InlineData("""{"a":1, "b": 2}""", true)]
    [InlineData("""{"a":1,  "b":2}""", false)]
    [InlineData("""{"a":1,"bc":2}""", false)]
    [InlineData("""{"a":1}""", false)]
    [InlineData("{\"a\":\"x\"", false)]
    [InlineData("""["a","b":2]""", false)]
    public void A_key_is_taken_only_where_it_comes_next(string text, bool isTaken)
    {
        var cursor = new JsonCursor(Encoding.UTF8.GetBytes(text), JsonRow.AnyDepth);
        cursor.Read();
        while (cursor.TokenType is not (JsonTokenType.Number or JsonTokenType.String)) cursor.Read();
        (int before, JsonTokenType type) = (cursor.Position, cursor.TokenType);

        Assert.Equal(isTaken, cursor.TryKey("\"b\":"u8));
        Assert.Equal(isTaken ? JsonTokenType.PropertyName : type, cursor.TokenType);
        if (isTaken) Assert.Equal("b"u8.ToArray(), cursor.Value.ToArray());
        else Assert.Equal(before, cursor.Position);
    }

    private static void Compare(byte[] text, int maxDepth)
    {
        string shown = Encoding.UTF8.GetString(text);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = maxDepth });
        var cursor = new JsonCursor(text, maxDepth);
        while (true)
        {
            bool hasMore;
            try
            {
                hasMore = reader.Read();
            }
            catch (JsonException expected)
            {
                JsonException? fault = null;
                try
                {
                    cursor.Read();
                }
                catch (JsonException error)
                {
                    fault = error;
                }

                Assert.True(fault is not null, $"taken: {shown}");
                Assert.Equal(expected.Message, fault.InnerException!.Message);
                return;
            }

            Assert.True(hasMore == cursor.Read(), shown);
            if (!hasMore) return;
            Assert.Equal(reader.TokenType, cursor.TokenType);
            Assert.Equal(reader.CurrentDepth, cursor.Depth);
            Assert.Equal(reader.BytesConsumed, cursor.Position);
            Assert.Equal(reader.TokenStartIndex, cursor.Start);
            Assert.Equal(reader.ValueIsEscaped, cursor.IsEscaped);
            Assert.True(reader.ValueSpan.SequenceEqual(cursor.Value), shown);
            if (cursor.TokenType != JsonTokenType.Number) continue;
            Assert.Equal(!reader.ValueSpan.ContainsAnyExceptInRange((byte)'0', (byte)'9'), cursor.IsDigits);
            Assert.Equal(reader.TryGetUInt64(out ulong whole), cursor.TryUInt64(out ulong value));
            Assert.Equal(whole, value);
        }
    }
}
