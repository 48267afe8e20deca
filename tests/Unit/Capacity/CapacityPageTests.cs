using System.Text;
using AgentSim.Capacity;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Tests.Reports.Html;
using AgentSim.Workload;

namespace AgentSim.Tests.Capacity;

/// <summary>The page shows the answers, draws every picture, and runs nothing but its own scripts.</summary>
public class CapacityPageTests
{
    private static readonly ReplayWorkload Load = SyntheticLoad.Create(
        new SyntheticOptions { InputTokens = 600, OutputTokens = 8, RequestCount = 30, ArrivalIntervalMs = 4, SharedPrefixRatio = 0.5,
            NumPrefixGroups = 3 },
        EngineConfig.Default.BlockSize);

    private static string Page(CapacityQuestion question)
    {
        var grid = new SweepGrid { Engines = [EngineConfig.Default, EngineConfig.Parse("""{"max_num_seqs":4}""", "e")] };
        SweepPoint[] configurations = [.. grid.Points(new ReplaySettings()).Select(settings => new SweepPoint(Load, settings))];
        using var stream = new MemoryStream();
        CapacityPage.Write(stream, CapacityFinder.Find(question, configurations, 2));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static CapacityQuestion Workers => new() { Limits = [LimitRule.Parse("p99_ttft_ms=40"), LimitRule.Parse("mean_itl_ms=9")],
        Maximum = 4, FindsFront = true };

    [Fact]
    public void A_page_says_the_verdict_and_has_every_value()
    {
        string page = Page(Workers);
        Assert.Contains("uncalibrated", page, StringComparison.Ordinal);
        Assert.Contains("Timing: built-in", page, StringComparison.Ordinal);
        foreach (string id in (string[])["plot-limit-0", "plot-limit-1", "plot-front"])
            Assert.Contains($"id=\"{id}\"", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("Every value that was replayed: ").Length - 1);
        Assert.DoesNotContain("https://", page.Split("<script>")[0], StringComparison.Ordinal);
    }

    [ChromiumFact]
    public void A_page_draws_everything_without_complaints()
    {
        foreach ((CapacityQuestion question, int plots) in new[] { (Workers, 3),
            (new CapacityQuestion { Target = CapacityTarget.KvBlocks, KvBytesPerToken = 1000 }, 2) })
        {
            using var browser = new Chromium();
            browser.Open(Page(question));
            Assert.Equal("true", browser.Run("return document.documentElement.dataset.ready").GetString());
            Assert.Empty(browser.Complaints());
            Assert.Equal(plots, browser.Run("return document.querySelectorAll('.plot canvas').length").GetInt32());
        }
    }
}
