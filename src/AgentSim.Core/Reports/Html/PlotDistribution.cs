using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.Reports.Html;

/// <summary>A distribution that the page plots.</summary>
/// <param name="Id">Its id in the page.</param>
/// <param name="Title">What the page calls it.</param>
/// <param name="Meaning">What it is, as a sentence.</param>
/// <param name="Metric">The end of its metrics' names.</param>
/// <param name="Of">Its samples, milliseconds.</param>
internal sealed record PlotDistribution(string Id, string Title, string Meaning, string Metric, Func<ReplayResult, PlotSamples> Of)
{
    public static readonly PlotDistribution[] All =
    [
        new("ttft", "Time to first token (TTFT)", "Milliseconds from the arrival of a request to its first token.", "ttft_ms", PlottedSamples.Ttft),
        new("itl", "Inter-token latency (ITL)", "Every gap between neighbouring tokens, in milliseconds.", "itl_ms", result => result.Gaps.GapSamples),
        new("tpot", "Time per output token (TPOT)", "Mean gap between the tokens of a request, in milliseconds.", "tpot_ms", PlottedSamples.Tpot),
        new("latency", "Request latency", "Milliseconds from the arrival of a request to its last token.", "e2e_latency_ms", PlottedSamples.E2eLatency),
    ];
}
