using AgentSim.Engines;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Metrics;

/// <summary>A name that does not exist is an error in languages that bind names late, never null (findings, A6).</summary>
public class StrictNamesTests
{
    private static readonly ReplayResult Result = Replay.Run(
        SyntheticLoad.Create(new SyntheticOptions { InputTokens = 100, OutputTokens = 8, RequestCount = 5, ArrivalIntervalMs = 10 },
            EngineConfig.Default.BlockSize), new ReplaySettings());

    [Fact]
    public void Names_that_exist_are_found_late_too()
    {
        dynamic result = Result;
        Assert.Equal(Result.Summary.P99TtftMs, (double)result.Summary.P99TtftMs);
        Assert.Equal(Result.Summary.P99TtftMs, (double)result.Summary["p99_ttft_ms"]);
        Assert.Equal(Result.Summary.Ttft.P99, (double)result.Summary.Ttft.P99);
        Assert.Null(result.Summary["goodput_request_throughput_rps"]);
        Assert.Null(result.Summary.GoodputRequestThroughputRps);
    }

    [Fact]
    public void An_index_that_is_no_metric_says_what_was_meant()
    {
        dynamic summary = Result.Summary;
        AgentSimException error = Assert.Throws<AgentSimException>(() => (object?)summary["p99_tft_ms"]);
        Assert.Equal(("MetricUnknown", "there is no metric 'p99_tft_ms'; did you mean 'p99_ttft_ms'?"), (error.ErrorId, error.Message));
        Assert.Throws<AgentSimException>(() => (object?)summary[null]);
        Assert.Throws<AgentSimException>(() => (object?)summary[0]);
    }
}
