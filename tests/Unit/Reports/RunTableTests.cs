using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Tests.Reports.Html;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Reports;

/// <summary>What terminals show of a run, in their width.</summary>
public class RunTableTests
{
    // Numbers of nine digits: an overloaded run of a quarter of a million seconds.
    private static readonly ReplayResult Large = Replay.Run(
        SyntheticLoad.Create(new SyntheticOptions { InputTokens = 2_048, OutputTokens = 100, RequestCount = 800, RequestRate = 50 }, 16),
        Sim.Settings("""{"block_size":16,"speedup_ratio":0.0001}"""));

    [Theory]
    [InlineData(80, "Metric +avg +p50 +p90 +p99 +max")]
    [InlineData(100, "Metric +avg +p50 +p90 +p99 +max")]
    [InlineData(120, "Metric +avg +min +p50 +p75 +p90 +p99 +max +std")]
    public void It_fits_and_uses_the_terminal(int width, string head)
    {
        foreach (ReplayResult result in (ReplayResult[])[Large, Pages.AgenticRun(workers: 2)])
        {
            string[] lines = RunTable.Render(result, width: width).Split('\n');
            Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, $"^{head}$"));
            Assert.All(lines, line => Assert.True(line.Length <= width, line));
            Assert.Contains(lines, line => line.StartsWith("Timing   built-in: nvidia/Llama", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Numbers_of_any_size_keep_a_space_between_them()
    {
        string line = RunTable.Render(Large, width: 80).Split('\n').Single(line => line.StartsWith("Request latency (ms)", StringComparison.Ordinal));
        string[] cells = line["Request latency (ms)".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, cells.Length);
        Assert.True(Large.Summary.E2eLatency.Max > 1e8);
    }

    [Fact]
    public void Without_a_terminal_no_sentence_is_broken()
    {
        string text = RunTable.Render(Large);
        Assert.Contains($"\n{Large.Load.Sentence}. Basis: {Large.Load.Basis}.\n", text);
        Assert.Contains($"\nTiming   {Large.Run.Timing}\n", text);
    }

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void Every_culture_reads_the_same(string culture) =>
        Assert.Equal(Cultures.Under("en-US", () => RunTable.Render(Large, width: 120)),
            Cultures.Under(culture, () => RunTable.Render(Large, width: 120)));

    [Fact]
    public void Hours_without_an_end_are_left_out()
    {
        const string Rows = """
            {"timestamp":0,"input_length":16,"output_length":1,"hash_ids":[0]}
            {"timestamp":1e308,"input_length":16,"output_length":1,"hash_ids":[1]}
            """;
        string text = RunTable.Render(Sim.Run(Rows, Sim.Settings(workers: 2)), width: 80);
        Assert.Matches(@"\nTime     \S+ d simulated \(", text);
    }

    [Fact]
    public void A_run_of_which_nothing_completed_says_so()
    {
        string text = RunTable.Render(Pages.AgenticRun(settings: Sim.Settings() with { MaxSimTimeMs = 0.001 }), width: 80);
        Assert.Contains("Time     nothing completed", text);
        Assert.Matches(@"Time to first token \(ms\) +no samples\n", text);
        Assert.Contains("The time cap cut off", text);
    }
}
