namespace AgentSim.Metrics;

// The distributions' statistics under the flat names that the report file uses, for callers that select columns.
public sealed partial class ReplayReport
{
    /// <summary>Mean: time to first token, milliseconds.</summary>
    public double MeanTtftMs => Ttft.Mean;
    /// <summary>Minimum: time to first token, milliseconds.</summary>
    public double MinTtftMs => Ttft.Min;
    /// <summary>Maximum: time to first token, milliseconds.</summary>
    public double MaxTtftMs => Ttft.Max;
    /// <summary>Median: time to first token, milliseconds.</summary>
    public double MedianTtftMs => Ttft.Median;
    /// <summary>75th percentile: time to first token, milliseconds.</summary>
    public double P75TtftMs => Ttft.P75;
    /// <summary>90th percentile: time to first token, milliseconds.</summary>
    public double P90TtftMs => Ttft.P90;
    /// <summary>95th percentile: time to first token, milliseconds.</summary>
    public double P95TtftMs => Ttft.P95;
    /// <summary>99th percentile: time to first token, milliseconds.</summary>
    public double P99TtftMs => Ttft.P99;
    /// <summary>Population standard deviation: time to first token, milliseconds.</summary>
    public double StdTtftMs => Ttft.Std;

    /// <summary>Mean: time from the first to the second token, milliseconds.</summary>
    public double MeanTtstMs => Ttst.Mean;
    /// <summary>Minimum: time from the first to the second token, milliseconds.</summary>
    public double MinTtstMs => Ttst.Min;
    /// <summary>Maximum: time from the first to the second token, milliseconds.</summary>
    public double MaxTtstMs => Ttst.Max;
    /// <summary>Median: time from the first to the second token, milliseconds.</summary>
    public double MedianTtstMs => Ttst.Median;
    /// <summary>75th percentile: time from the first to the second token, milliseconds.</summary>
    public double P75TtstMs => Ttst.P75;
    /// <summary>90th percentile: time from the first to the second token, milliseconds.</summary>
    public double P90TtstMs => Ttst.P90;
    /// <summary>95th percentile: time from the first to the second token, milliseconds.</summary>
    public double P95TtstMs => Ttst.P95;
    /// <summary>99th percentile: time from the first to the second token, milliseconds.</summary>
    public double P99TtstMs => Ttst.P99;
    /// <summary>Population standard deviation: time from the first to the second token, milliseconds.</summary>
    public double StdTtstMs => Ttst.Std;

    /// <summary>Mean: per-request mean gap between tokens, milliseconds.</summary>
    public double MeanTpotMs => Tpot.Mean;
    /// <summary>Minimum: per-request mean gap between tokens, milliseconds.</summary>
    public double MinTpotMs => Tpot.Min;
    /// <summary>Maximum: per-request mean gap between tokens, milliseconds.</summary>
    public double MaxTpotMs => Tpot.Max;
    /// <summary>Median: per-request mean gap between tokens, milliseconds.</summary>
    public double MedianTpotMs => Tpot.Median;
    /// <summary>75th percentile: per-request mean gap between tokens, milliseconds.</summary>
    public double P75TpotMs => Tpot.P75;
    /// <summary>90th percentile: per-request mean gap between tokens, milliseconds.</summary>
    public double P90TpotMs => Tpot.P90;
    /// <summary>95th percentile: per-request mean gap between tokens, milliseconds.</summary>
    public double P95TpotMs => Tpot.P95;
    /// <summary>99th percentile: per-request mean gap between tokens, milliseconds.</summary>
    public double P99TpotMs => Tpot.P99;
    /// <summary>Population standard deviation: per-request mean gap between tokens, milliseconds.</summary>
    public double StdTpotMs => Tpot.Std;

    /// <summary>Mean: request latency, milliseconds.</summary>
    public double MeanE2eLatencyMs => E2eLatency.Mean;
    /// <summary>Minimum: request latency, milliseconds.</summary>
    public double MinE2eLatencyMs => E2eLatency.Min;
    /// <summary>Maximum: request latency, milliseconds.</summary>
    public double MaxE2eLatencyMs => E2eLatency.Max;
    /// <summary>Median: request latency, milliseconds.</summary>
    public double MedianE2eLatencyMs => E2eLatency.Median;
    /// <summary>75th percentile: request latency, milliseconds.</summary>
    public double P75E2eLatencyMs => E2eLatency.P75;
    /// <summary>90th percentile: request latency, milliseconds.</summary>
    public double P90E2eLatencyMs => E2eLatency.P90;
    /// <summary>95th percentile: request latency, milliseconds.</summary>
    public double P95E2eLatencyMs => E2eLatency.P95;
    /// <summary>99th percentile: request latency, milliseconds.</summary>
    public double P99E2eLatencyMs => E2eLatency.P99;
    /// <summary>Population standard deviation: request latency, milliseconds.</summary>
    public double StdE2eLatencyMs => E2eLatency.Std;

    /// <summary>Mean: gap between tokens, milliseconds.</summary>
    public double MeanItlMs => InterTokenLatency.Mean;
    /// <summary>Minimum: gap between tokens, milliseconds.</summary>
    public double MinItlMs => InterTokenLatency.Min;
    /// <summary>Maximum: gap between tokens, milliseconds.</summary>
    public double MaxItlMs => InterTokenLatency.Max;
    /// <summary>Median: gap between tokens, milliseconds.</summary>
    public double MedianItlMs => InterTokenLatency.Median;
    /// <summary>75th percentile: gap between tokens, milliseconds.</summary>
    public double P75ItlMs => InterTokenLatency.P75;
    /// <summary>90th percentile: gap between tokens, milliseconds.</summary>
    public double P90ItlMs => InterTokenLatency.P90;
    /// <summary>95th percentile: gap between tokens, milliseconds.</summary>
    public double P95ItlMs => InterTokenLatency.P95;
    /// <summary>99th percentile: gap between tokens, milliseconds.</summary>
    public double P99ItlMs => InterTokenLatency.P99;
    /// <summary>Population standard deviation: gap between tokens, milliseconds.</summary>
    public double StdItlMs => InterTokenLatency.Std;

    /// <summary>Mean: tokens per second and user, 1000 / gap.</summary>
    public double MeanOutputTokenThroughputPerUser => OutputTokenThroughputPerUser.Mean;
    /// <summary>Minimum: tokens per second and user, 1000 / gap.</summary>
    public double MinOutputTokenThroughputPerUser => OutputTokenThroughputPerUser.Min;
    /// <summary>Maximum: tokens per second and user, 1000 / gap.</summary>
    public double MaxOutputTokenThroughputPerUser => OutputTokenThroughputPerUser.Max;
    /// <summary>Median: tokens per second and user, 1000 / gap.</summary>
    public double MedianOutputTokenThroughputPerUser => OutputTokenThroughputPerUser.Median;
    /// <summary>75th percentile: tokens per second and user, 1000 / gap.</summary>
    public double P75OutputTokenThroughputPerUser => OutputTokenThroughputPerUser.P75;
    /// <summary>90th percentile: tokens per second and user, 1000 / gap.</summary>
    public double P90OutputTokenThroughputPerUser => OutputTokenThroughputPerUser.P90;
    /// <summary>95th percentile: tokens per second and user, 1000 / gap.</summary>
    public double P95OutputTokenThroughputPerUser => OutputTokenThroughputPerUser.P95;
    /// <summary>99th percentile: tokens per second and user, 1000 / gap.</summary>
    public double P99OutputTokenThroughputPerUser => OutputTokenThroughputPerUser.P99;
    /// <summary>Population standard deviation: tokens per second and user, 1000 / gap.</summary>
    public double StdOutputTokenThroughputPerUser => OutputTokenThroughputPerUser.Std;
}
