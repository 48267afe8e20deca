using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.Reports;

/// <summary>
/// The samples that plots draw: of the requests that the statistics of the report are of (behaviour 06#3), which
/// <see cref="ReplayReportBuilder"/> makes.
/// </summary>
internal static class PlottedSamples
{
    /// <summary>The samples of a distribution by its name in the catalog; null for a metric of which there are none to plot.</summary>
    public static PlotSamples? Of(ReplayResult result, string name) => name switch
    {
        "ttft_ms" => Of(result, static request => request.TtftMs),
        "ttst_ms" => Of(result, static request => request.TtstMs),
        "tpot_ms" => Of(result, static request => request.ItlMs),
        "e2e_latency_ms" => Of(result, static request => request.E2eLatencyMs),
        "itl_ms" => result.Gaps.GapSamples,
        "output_token_throughput_per_user" => result.Gaps.RateSamples,
        _ => null,
    };

    private static PlotSamples Of(ReplayResult result, Func<RequestResult, double?> value) => PlotSamples.Of(
        from request in result.Requests
        where request.TerminalStatus == TerminalStatus.Completed && request.FirstAdmitMs is not null
        let sample = value(request)
        where sample is not null
        select sample.Value);
}
