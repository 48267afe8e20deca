using System.Text;

namespace AgentSim.Fuzz;

/// <summary>Values at which programs break. Texts are bytes as characters (Latin-1), so that nothing is too broken to be written.</summary>
internal static class EdgeValues
{
    public static readonly string[] Numbers =
    [
        "0", "-0", "-0.0", "1", "-1", "2", "3", "7", "0.5", "1.5", "100", "5e-324", "1e-300", "1e-9", "1e13", "1e15", "9007199254740993",
        "1e16", "1e19",
        "1.8e+19", "1e300", "1e308", "-1e308", "1.7976931348623157e308", "1e309", "-1e999", "32768", "65536", "2147483647", "2147483648",
        "2000000000", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "18446744073709551616", "340282366920938463463374607431768211456", "0.1e1", "1E2",
        "0.0000000000000000000000000001",
    ];

    public static readonly string[] NoNumbers = ["NaN", "Infinity", "-Infinity", "01", "1.", ".5", "1e", "0x10", "1_000", "+1", "--1",
        "1,5", ""];

    /// <summary>Contents of JSON strings: some with escapes of JSON, some that no JSON may have.</summary>
    public static readonly string[] Strings =
    [
        "", " ", "\\ud800", "\\ud800\\u0041", "\\udc00x", "\\ud83d", "x\\udbff", "\\ud800\\ud800", "\\u0000", "\\u001b[2J",
        "\\u001b]0;pwned\\u0007", "\\u202etxt.exe", "\\u2028", "\\u2029x", "\\u0085",
        "\\u2066x", "\\u200f", "\\ufeff", "\\uffff", "\\b\\f", "a\\nb", "a\\r\\nb", "a\\tb", "\\\"", "\\\\", "\\x", "\\u12",
        "\u001b[31mred", "\u0007", "\0", "a\nb",
        "\u00ff\u00fe", "\u00c0\u00af", "\u00ed\u00a0\u0080", Utf8("\u202egnp"), Utf8("\u0085\u2028"), Utf8("naïve 🚀"),
        "</script><script>fuzz()</script>",
        "<b>&amp;", "..", "../../x", "/", "a/b", "a:b", "a,b;c", "a|b", "'", "%s{0}$(x)`", "__proto__", "constructor", "toString", "=1+1",
        "null", "1", "-1", "1e999",
        "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "0001-01-01", new string('x', 300), new string('y', 70_000), "s", "m", "r1",
    ];

    public static readonly string[] Others =
    [
        "null", "true", "false", "[]", "{}", "[[]]", "[null]", "[1,2,3]", "[\"a\"]", "{\"a\":1}", "[1e999]", "[0,0]", "\"\"",
        "[18446744073709551615]",
        "[" + string.Join(',', Enumerable.Range(0, 3000)) + "]", Nested(80), Nested(20_000), "undefined", "[1,]", "{\"a\":1,}", "tru",
    ];

    /// <summary>Values of options, as a shell would pass them.</summary>
    public static readonly string[] Texts =
    [
        "", " ", "x", "-", "--", "0x1", "1.5", "1e3", "NaN", "Infinity", "-Infinity", "1,5", "a b", "\u001b[2J", "a\nb", "\u202etxt",
        "é🚀", "*", "[", "@x", "/",
        ".", "..", new string('x', 5000), "</script><script>fuzz()</script>", "\u0007", "=1", "a=b", "m", "\u2028",
    ];

    public static string Any(Draw draw) => draw.Below(10) switch
    {
        < 4 => draw.Of(Numbers),
        < 7 => $"\"{draw.Of(Strings)}\"",
        < 9 => draw.Of(Others),
        _ => draw.Of(NoNumbers),
    };

    private static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
