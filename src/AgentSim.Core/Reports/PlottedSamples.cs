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
    public static PlotSamples Ttft(ReplayResult result) => Of(result, static request => request.TtftMs);

    public static PlotSamples Ttst(ReplayResult result) => Of(result, static request => request.TtstMs);

    public static PlotSamples Tpot(ReplayResult result) => Of(result, static request => request.ItlMs);

    public static PlotSamples E2eLatency(ReplayResult result) => Of(result, static request => request.E2eLatencyMs);

    private static PlotSamples Of(ReplayResult result, Func<RequestResult, double?> value) => PlotSamples.Of(
        from request in result.Requests
        where request.TerminalStatus == TerminalStatus.Completed && request.FirstAdmitMs is not null
        let sample = value(request)
        where sample is not null
        select sample.Value);
}
