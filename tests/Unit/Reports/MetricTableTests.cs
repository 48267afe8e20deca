using System.Numerics;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Statistics;

namespace AgentSim.Tests.Reports;

public class MetricTableTests
{
    [Fact]
    public void An_empty_run_shows_no_numbers_where_it_has_no_samples()
    {
        ReplayReport report = ReplayReportBuilder.Build([], new GapStatistics(), new RunCosts { WallTimeMs = 0.16 }, null);
        string expected = """
            NVIDIA AIPerf | LLM Metrics
            ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━┳━━━━━┳━━━━━┳━━━━━┳━━━━━┳━━━━━┳━━━━━┓
            ┃ Metric                                             ┃  avg ┃ min ┃ max ┃ p99 ┃ p90 ┃ p75 ┃ std ┃
            ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━╇━━━━━╇━━━━━╇━━━━━╇━━━━━╇━━━━━╇━━━━━┩
            ┃ Time to First Token (ms)                           ┃  N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            ┃ Time to Second Token (ms)                          ┃  N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            ┃ Request Latency (ms)                               ┃  N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            ┃ Inter Token Latency (ms)                           ┃  N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            ┃ Output Token Throughput Per User (tokens/sec/user) ┃  N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            ┃ Output Token Throughput (tokens/sec)               ┃  N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            ┃ Request Throughput (requests/sec)                  ┃  N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            ┃ Request Count (requests)                           ┃ 0.00 ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃ N/A ┃
            └━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┴━━━━━━┴━━━━━┴━━━━━┴━━━━━┴━━━━━┴━━━━━┴━━━━━┘
            Wall Time (ms): 0.16
            Prefix Cache Reused Ratio: N/A
            First Admission Prefix Cache Reused Ratio: N/A

            """;
        Assert.Equal(expected, MetricTable.Render(report));
    }

    [Fact]
    public void Columns_widen_for_thousands()
    {
        RequestOutcome[] requests = [Sample.Outcome(0, 0, [12.5, 7708.0], input: 10), Sample.Outcome(0, 0, [33.96], input: 10)];
        string table = MetricTable.Render(ReplayReportBuilder.Build(requests, new GapStatistics(), default, null));
        Assert.Contains(
            "┃ Request Latency (ms)                               ┃ 3,870.98 ┃    33.96 ┃ 7,708.00 ┃ 7,708.00 ┃ 7,708.00 ┃ " +
                "7,708.00 ┃ 3,837.02 ┃\n",
            table);
        Assert.Contains("┃      avg ┃", table);
    }

    [Theory]
    [InlineData(0.125, "0.12")]
    [InlineData(0.375, "0.38")]
    [InlineData(2.675, "2.67")]
    [InlineData(1.005, "1.00")]
    [InlineData(0.005, "0.01")]
    [InlineData(999.995, "1,000.00")]
    [InlineData(1234567.891, "1,234,567.89")]
    [InlineData(1e22, "10,000,000,000,000,000,000,000.00")]
    public void Numbers_round_from_the_exact_value(double value, string text) => Assert.Equal(text, MetricTable.Number(value));

    [Fact]
    public void Exact_ties_go_to_the_even_digit()
    {
        // Two decimals can only tie at an odd number of eighths.
        for (long eighths = 1; eighths < 100_000; eighths += 2)
        {
            long hundredths = (long)BigInteger.Divide(eighths * 100, 8);
            if (hundredths % 2 != 0) hundredths++;
            Assert.Equal($"{hundredths / 100:N0}.{hundredths % 100:00}", MetricTable.Number(eighths / 8.0));
        }
    }
}
