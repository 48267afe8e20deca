using System.Globalization;
using AgentSim.Yaml;

namespace AgentSim.Tests.Yaml;

public sealed class YamlReaderTests
{
    private static string Read(string text) => Show(YamlReader.Read(text, "f.yaml", "YamlInvalid"));

    private static string Show(YamlNode node) => node.Kind switch
    {
        YamlKind.Mapping => "{" + string.Join(", ", node.Entries.Select(e => $"{Show(e.Key)}: {Show(e.Value)}")) + "}",
        YamlKind.Sequence => "[" + string.Join(", ", node.Items.Select(Show)) + "]",
        _ => node.IsNull ? "~" : node.IsPlain ? node.Text : $"'{node.Text}'",
    };

    [Theory]
    [InlineData("", "~")]
    [InlineData("# only a comment\n", "~")]
    [InlineData("---\n", "~")]
    [InlineData("---\n...\n", "~")]
    [InlineData("a: 1", "{a: 1}")]
    [InlineData("\uFEFFa: 1\r\nb: 2\r\n", "{a: 1, b: 2}")]
    [InlineData("%\n", null)]
    [InlineData("a: b c  # comment\n\n# more\nb: x#y\n", "{a: b c, b: x#y}")]
    [InlineData("a:\n  b: 1\n  c:\n    d: 2\ne: 3\n", "{a: {b: 1, c: {d: 2}}, e: 3}")]
    [InlineData("a:\n- 1\n- 2\nb: 3\n", "{a: [1, 2], b: 3}")]
    [InlineData("a:\n  - 1\n  -\n    - 2\n  - - 3\n    - 4\nb:\n", "{a: [1, [2], [3, 4]], b: ~}")]
    [InlineData("- a: 1\n  b:\n    - x\n- c: 2\n", "[{a: 1, b: [x]}, {c: 2}]")]
    [InlineData("-\n- ~\n", "[~, ~]")]
    [InlineData("a: {b: 1, c: [x, 'y z', \"q\\n\\u0041\"], d: , e, }\n", "{a: {b: 1, c: [x, 'y z', 'q\nA'], d: ~, e: ~}}")]
    [InlineData("a: [1,\n  2, # two\n  {b: 3}\n  ]\nc: 4\n", "{a: [1, 2, {b: 3}], c: 4}")]
    [InlineData("{\"a\":1,\"b\":{}}", "{'a': 1, 'b': {}}")]
    [InlineData("'it''s': ''\n", "{'it's': ''}")]
    [InlineData("a: x:y\nb: -1\nc: -x\nurl: http://h/p?q\n", "{a: x:y, b: -1, c: -x, url: http://h/p?q}")]
    [InlineData("a: null\nb: 'null'\n", "{a: ~, b: 'null'}")]
    [InlineData("a: 1\n...\n# end\n", "{a: 1}")]
    public void Documents_of_the_subset_are_read(string text, string? expected)
    {
        if (expected is null) Assert.Throws<AgentSimException>(() => Read(text));
        else Assert.Equal(expected, Read(text));
    }

    [Theory]
    [InlineData("a: &x 1\n", 1, "an anchor (&)")]
    [InlineData("a: 1\nb: *x\n", 2, "an alias (*)")]
    [InlineData("a: !!str 1\n", 1, "a tag (!)")]
    [InlineData("a: |\n  text\n", 1, "a block scalar")]
    [InlineData("a: >-\n  text\n", 1, "a block scalar")]
    [InlineData("? a\n: b\n", 1, "a complex key")]
    [InlineData("a: @x\n", 1, "starts with @")]
    [InlineData("%YAML 1.2\n---\na: 1\n", 1, "directives")]
    [InlineData("a: 1\n---\nb: 2\n", 2, "only one document")]
    [InlineData("--- a\n", 1, "start it on the next line")]
    [InlineData("a: 1\na: 2\n", 2, "'a' is given twice")]
    [InlineData("a: {b: 1,\n  b: 2}\n", 2, "'b' is given twice")]
    [InlineData("a:\n\tb: 1\n", 2, "a tab in the indentation")]
    [InlineData("-\ta\n", 1, "a tab after '-'")]
    [InlineData("a: 1\n  b: 2\n", 2, "unexpected indentation")]
    [InlineData("a: text\n  goes on\n", 2, "unexpected indentation")]
    [InlineData("a:\n    b: 1\n  c: 2\n", 3, "unexpected indentation")]
    [InlineData("  a: 1\nb: 2\n", 2, "unexpected content")]
    [InlineData("a: 1\n- b\n", 2, "unexpected content")]
    [InlineData("- a\nb: 1\n", 2, "unexpected content")]
    [InlineData("a: 1\nplain\n", 2, "expected a key and a colon")]
    [InlineData("a: b: c\n", 1, "unexpected ': c'")]
    [InlineData("a: 'x' y\n", 1, "unexpected 'y'")]
    [InlineData("a: [1, 2\n", 2, "expected ',' or ']'")]
    [InlineData("a: {b: 1]\n", 1, "expected ',' or '}'")]
    [InlineData("a: [b: 1]\n", 1, "expected ',' or ']'")]
    [InlineData("a: [,]\n", 1, "unexpected ','")]
    [InlineData("a: ]\n", 1, "unexpected ']'")]
    [InlineData("a: - b\n", 1, "unexpected '-'")]
    [InlineData("a: 'x\n  y'\n", 1, "must end on the line it starts on")]
    [InlineData("a: \"\\q\"\n", 1, "unknown escape")]
    [InlineData("a: \"\\x4\"\n", 1, "unknown escape")]
    [InlineData("a: \"\\ud800\"\n", 1, "no character")]
    public void Anything_else_is_refused_with_its_line(string text, int line, string expected)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Read(text));
        Assert.Equal("YamlInvalid", error.ErrorId);
        Assert.StartsWith($"f.yaml:{line.ToString(CultureInfo.InvariantCulture)}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_refused(string open)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Read(string.Concat(Enumerable.Repeat(open, 100_000))));
        Assert.Contains("nested too deeply", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_text_is_read_or_refused_but_never_breaks_the_reader()
    {
        const string Alphabet = "ab:-,[]{}#'\"\\ \t\n~&*!|>%?0.";
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Create(random.Next(40), random, (span, r) =>
            {
                foreach (ref char c in span) c = Alphabet[r.Next(Alphabet.Length)];
            });
            Exception? error = Record.Exception(() => Read(text));
            Assert.True(error is null or AgentSimException, $"{text}: {error}");
        }
    }
}
