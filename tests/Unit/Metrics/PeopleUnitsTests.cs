using AgentSim.Metrics;

namespace AgentSim.Tests.Metrics;

/// <summary>Times and shares as people read them, the same under every culture.</summary>
public class PeopleUnitsTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.5, "0.5 ms")]
    [InlineData(5.7512, "5.75 ms")]
    [InlineData(43.239, "43.2 ms")]
    [InlineData(923.6, "924 ms")]
    [InlineData(999.6, "1 s")]
    [InlineData(2_518, "2.52 s")]
    [InlineData(59_994, "60 s")]
    [InlineData(59_996, "1 min")]
    [InlineData(724_512, "12 min 5 s")]
    [InlineData(3_599_600, "1 h")]
    [InlineData(4_587_879, "1 h 16 min")]
    [InlineData(200_000_000, "2 d 8 h")]
    [InlineData(-2_518, "-2.52 s")]
    [InlineData(1e13, "115,740 d 18 h")]
    public void Durations(double ms, string text) => Assert.Equal(text, PeopleUnits.Duration(ms));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.2, "20.0 %")]
    [InlineData(0.73357, "73.4 %")]
    [InlineData(1, "100 %")]
    [InlineData(0.99996, ">99.9 %")]
    [InlineData(0.0001, "<0.1 %")]
    public void Percent(double share, string text) => Assert.Equal(text, PeopleUnits.Percent(share));

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void Every_culture_reads_the_same(string culture) =>
        Assert.Equal("12 min 5 s|2.52 s|73.4 %|1,200 workers|1 worker", Cultures.Under(culture, () =>
            string.Join('|', PeopleUnits.Duration(724_512), PeopleUnits.Duration(2_518), PeopleUnits.Percent(0.73357),
                PeopleUnits.Count(1_200, "worker"), PeopleUnits.Count(1, "worker"))));
}
