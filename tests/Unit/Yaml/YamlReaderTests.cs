using System.Globalization;
using AgentSim.Yaml;

namespace AgentSim.Tests.Yaml;

public sealed class YamlReaderTests
{
    private static YamlNode ReadNode(string text) => YamlReader.Read(text, "f.yaml", Errors.RouterPolicyInvalid);

    private static string Read(string text) => Show(ReadNode(text));

    private static string Show(YamlNode node) => node.Kind switch
    {
        YamlKind.Mapping => "{" + string.Join(", ", node.Entries.Select(e => $"{Show(e.Key)}: {Show(e.Value)}")) + "}",
        YamlKind.Sequence => "[" + string.Join(", ", node.Items.Select(Show)) + "]",
        _ => node.IsNull ? "~" : node.IsPlain ? node.Text : $"'{node.Text}'",
    };

    private static string Repeated(string text, int length) => string.Concat(Enumerable.Repeat(text, length / text.Length));

    [Theory]
    [InlineData("", "~")]
    [InlineData("# only a comment\n", "~")]
    [InlineData("---\n", "~")]
    [InlineData("---\n...\n", "~")]
    [InlineData("--- a\n", "a")]
    [InlineData("a: 1", "{a: 1}")]
    [InlineData("\uFEFFa: 1\r\nb: 2\r\n", "{a: 1, b: 2}")]
    [InlineData("%YAML 1.2\n---\na: 1\n", "{a: 1}")]
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
    [InlineData("a: [b: 1]\n", "{a: [{b: 1}]}")]
    [InlineData("? a\n: b\n", "{a: b}")]
    public void Documents_are_read(string text, string expected) => Assert.Equal(expected, Read(text));

    [Theory]
    [InlineData("a: text\n  goes on\n", "{a: text goes on}")]
    [InlineData("a: 'x\n  y'\n", "{a: 'x y'}")]
    [InlineData("a: |\n  x\n   y\nb: >-\n  z\n  z\n", "{a: 'x\n y\n', b: 'z z'}")]
    public void Text_may_take_several_lines(string text, string expected) => Assert.Equal(expected, Read(text));

    [Theory]
    [InlineData("a: &x [1, {b: 2}]\nc: *x\n", "{a: [1, {b: 2}], c: [1, {b: 2}]}")]
    [InlineData("- &x 1\n- *x\n- &x 2\n- *x\n", "[1, 1, 2, 2]")]
    [InlineData("&k a: 1\nb: {*k : 2}\n", "{a: 1, b: {a: 2}}")]
    public void Aliases_stand_for_the_value_of_the_last_anchor_before_them(string text, string expected) =>
        Assert.Equal(expected, Read(text));

    [Theory]
    [InlineData("a: !!str 1\n", "{a: '1'}")]
    [InlineData("a: ! 1\n", "{a: '1'}")]
    [InlineData("a: !!int '1'\nb: !!null x\n", "{a: 1, b: x}")]
    [InlineData("a: !!map {b: !!seq [1]}\n", "{a: {b: [1]}}")]
    public void Tags_of_YAML_itself_say_what_a_value_is(string text, string expected) => Assert.Equal(expected, Read(text));

    [Theory]
    [InlineData("a: *x\n", 1, "*x stands for nothing")]
    [InlineData("a: 1\nb: &x [*x]\n", 2, "*x stands for nothing")]
    [InlineData("a: !x 1\n", 1, "the tag !x is not supported")]
    [InlineData("a: !<tag:example.org,2026:x> 1\n", 1, "the tag tag:example.org,2026:x is not supported")]
    [InlineData("a: 1\nb: !!binary x\n", 2, "the tag tag:yaml.org,2002:binary is not supported")]
    [InlineData("a: !!seq {}\n", 1, "the tag tag:yaml.org,2002:seq is not supported")]
    [InlineData("a: 1\n---\nb: 2\n", 2, "only one document")]
    [InlineData("a: 1\na: 2\n", 2, "'a' is given twice")]
    [InlineData("a: {b: 1,\n  b: 2}\n", 2, "'b' is given twice")]
    [InlineData("a: 1\n? [b]\n: 2\n", 2, "a key must be a text")]
    [InlineData("a: 1\nb: \0", 2, "a character of value 0")]
    public void What_configuration_files_have_no_use_for_is_refused_with_its_line(string text, int line, string expected) =>
        Refused(text, line, expected);

    [Theory]
    [InlineData("%\n", 1)]
    [InlineData("%YAML 3.0\n---\na: 1\n", 1)]
    [InlineData("a: @x\n", 1)]
    [InlineData("a:\n\tb: 1\n", 2)]
    [InlineData("a: 1\n  b: 2\n", 2)]
    [InlineData("a:\n    b: 1\n  c: 2\n", 3)]
    [InlineData("  a: 1\nb: 2\n", 2)]
    [InlineData("a: 1\n- b\n", 2)]
    [InlineData("- a\nb: 1\n", 2)]
    [InlineData("a: 1\nplain\n", 2)]
    [InlineData("a: b: c\n", 1)]
    [InlineData("a: 'x' y\n", 1)]
    [InlineData("a: [1, 2\n", 2)]
    [InlineData("a: {b: 1]\n", 1)]
    [InlineData("a: {b: 1\nc: 2\n", 2)]   // the parser fails without saying why
    [InlineData("a: [,]\n", 1)]
    [InlineData("a: ]\n", 1)]
    [InlineData("a: - b\n", 1)]
    [InlineData("a: \"\\q\"\n", 1)]
    [InlineData("a: \"\\x4\"\n", 1)]
    [InlineData("a: \"\\ud800\"\n", 1)]
    [InlineData("a: 1\nb: \"x\n", 2)]
    public void What_is_not_YAML_is_refused_with_its_line(string text, int line) => Refused(text, line, "not valid YAML: ");

    private static void Refused(string text, int line, string expected)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Read(text));
        Assert.Equal("RouterPolicyInvalid", error.ErrorId);
        Assert.StartsWith($"f.yaml:{line.ToString(CultureInfo.InvariantCulture)}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("- ? ")]
    public void Deep_nesting_is_refused(string open)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Read(Repeated(open, 1 << 18)));
        Assert.Contains("nested too deeply", error.Message, StringComparison.Ordinal);
    }

    // Ten lines that stand for ten thousand million values.
    [Fact]
    public void Aliases_cannot_stand_for_more_than_could_be_written_out()
    {
        string bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + string.Concat(Enumerable.Range(1, 9)
            .Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Refused(bomb, 6, "more than 1,048,576 values");
    }

    // Each would take minutes or gigabytes if the work grew faster than the text.
    [Theory]
    [InlineData("a")]
    [InlineData("a ")]
    [InlineData("a\n")]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("\"\\n")]
    [InlineData("- a\n")]
    [InlineData("#")]
    [InlineData("%a\n")]
    [InlineData("\t")]
    [InlineData("\n")]
    [InlineData(":")]
    [InlineData(": ")]
    [InlineData("!")]
    [InlineData("&a ")]
    [InlineData("*a ")]
    [InlineData("---\n")]
    [InlineData("[a ")]
    [InlineData("|\n ")]
    public void Long_files_of_one_thing_are_read_or_refused(string repeated)
    {
        Exception? error = Record.Exception(() => ReadNode(Repeated(repeated, 1 << 20)));
        Assert.True(error is null or AgentSimException, error?.ToString());
    }

    [Fact]
    public void Random_text_is_read_or_refused_but_never_breaks_the_reader()
    {
        const string Alphabet = "ab:-,[]{}#'\"\\ \t\n~&*!|>%?0.";
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++)
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
