using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Statistics;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Reports;

public class SparklineTests
{
    [Fact]
    public void Bars_grow_with_the_samples_and_none_vanish()
    {
        string line = Sparkline.Of(PlotSamples.Of([.. Enumerable.Repeat(1.0, 1000), 1.5, .. Enumerable.Repeat(2.0, 500)]));
        Assert.Equal('█', line[0]);
        Assert.Equal('▄', line[23]);
        Assert.Single(line, '▁');
        Assert.Equal(27, line.Length);
    }

    [Fact]
    public void A_logarithmic_scale_and_samples_left_out_are_marked()
    {
        Assert.EndsWith(" ~ ", Sparkline.Of(PlotSamples.Of([1, 10, 100])));
        Assert.EndsWith("  +", Sparkline.Of(PlotSamples.Of([.. Enumerable.Range(0, 999).Select(i => 5 + i * 0.001), 500])));
        Assert.Equal("N/A", Sparkline.Of(PlotSamples.Of([])));
    }

    [Fact]
    public void The_table_with_plots_is_the_table_with_one_more_column()
    {
        ReplayResult result = Sim.Run("""{"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}""" + "\n", Sim.Settings());
        string[] plain = MetricTable.Render(result).Split('\n'), plots = MetricTable.RenderWithPlots(result).Split('\n');
        Assert.Equal(plain.Length + 1, plots.Length);
        for (int line = 2; line < 12; line++) Assert.StartsWith(plain[line][..^1], plots[line]);
        Assert.Contains(Sparkline.Legend, plots);
    }
}
