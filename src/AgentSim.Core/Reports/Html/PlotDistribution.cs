using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.Reports.Html;

/// <summary>A distribution that the page plots; what it is called and what it is says the catalog of metrics.</summary>
/// <param name="Id">Its id in the page.</param>
/// <param name="Metric">Its name in the catalog.</param>
internal sealed record PlotDistribution(string Id, string Metric)
{
    public static readonly PlotDistribution[] All =
        [new("ttft", "ttft_ms"), new("itl", "itl_ms"), new("tpot", "tpot_ms"), new("latency", "e2e_latency_ms")];

    /// <summary>What the page calls it: with its abbreviation, where it has one.</summary>
    public string Title => Row.Title == Row.Label ? Row.Title : $"{Row.Title} ({Row.Label})";

    /// <summary>What it is, as a sentence.</summary>
    public string Meaning => Row.Meaning;

    /// <summary>Its samples.</summary>
    public PlotSamples Of(ReplayResult result) => PlottedSamples.Of(result, Metric)!;

    private MetricRow Row => MetricCatalog.Current.Rows.Single(row => row.Name == Metric);
}
