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
    public static SampleSet Ttft(ReplayResult result) => Of(result, static request => request.TtftMs);

    public static SampleSet Ttst(ReplayResult result) => Of(result, static request => request.TtstMs);

    public static SampleSet Tpot(ReplayResult result) => Of(result, static request => request.ItlMs);

    public static SampleSet E2eLatency(ReplayResult result) => Of(result, static request => request.E2eLatencyMs);

    private static SampleSet Of(ReplayResult result, Func<RequestResult, double?> value) => SampleSet.Of(
        from request in result.Requests
        where request.TerminalStatus == TerminalStatus.Completed && request.FirstAdmitMs is not null
        let sample = value(request)
        where sample is not null
        select sample.Value);
}
