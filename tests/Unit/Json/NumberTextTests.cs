using AgentSim.Json;

namespace AgentSim.Tests.Json;

// Findings A2: numbers read from text are read invariant or refused.
public class NumberTextTests
{
    private static readonly string[] Texts =
        ["2,83", "29,5", "1.234,5", "1,000", "1 000", "1\u00a0000", "1\u202f000", "1'000", "\u22125", "٢٩", "1.5.2", "fast", "", " ",
            "1e999", "0x10", "5 %"];

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void Numbers_of_other_cultures_are_refused(string culture)
    {
        foreach (string text in Texts)
        {
            Assert.False(Cultures.Under(culture, () => NumberText.TryRead(text, out _)));
            AgentSimException error = Assert.Throws<AgentSimException>(() =>
                Cultures.Under(culture, () => NumberText.Read(text, "p99_ttft_ms")));
            Assert.Equal("NumberInvalid", error.ErrorId);
            Assert.StartsWith($"p99_ttft_ms: '{text}' is not a number in invariant form", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void The_invariant_form_is_read_under_every_culture(string culture)
    {
        Assert.Equal(1234.5, Cultures.Under(culture, () => NumberText.Read("1234.5", "x")));
        Assert.Equal(-0.0015, Cultures.Under(culture, () => NumberText.Read(" -1.5e-3 ", "x")));
        Assert.Equal(double.NaN, Cultures.Under(culture, () => NumberText.Read("NaN", "x")));
        Assert.Equal(double.NegativeInfinity, Cultures.Under(culture, () => NumberText.Read("-Infinity", "x")));
    }
}
