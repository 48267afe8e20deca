using System.Globalization;
using System.Text.RegularExpressions;

namespace AgentSim.Calibration;

/// <summary>A bound on an error of a prediction, as <c>e2e_mape&gt;5%</c>: the test fails where it holds.</summary>
/// <param name="Metric">The quantity.</param>
/// <param name="Most">The relative error, either way, that is still kept; 0.05 is 5 %.</param>
public sealed partial record AccuracyLimit(string Metric, double Most)
{
    private static readonly string[] Metrics =
    [
        "e2e_mape", "e2e_mean", "e2e_p50", "e2e_p99", "tpot_mape", "tpot_mean", "tpot_p50", "tpot_p99",
        "ttft_mape", "ttft_mean", "ttft_p50", "ttft_p99", "throughput",
    ];

    /// <summary>Reads a rule.</summary>
    /// <exception cref="AgentSimException"><c>LimitInvalid</c>: it is none.</exception>
    public static AccuracyLimit Parse(string rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Match match = Rule().Match(rule);
        if (!match.Success) throw Errors.LimitInvalid.Usage($"{Quote.Of(rule)} is no rule; one is like e2e_mape>5%");
        string metric = match.Groups[1].Value;
        if (!Metrics.Contains(metric))
            throw Errors.LimitInvalid.Usage(
                $"{Quote.Of(rule)}: there is no error {Quote.Of(metric)}; those are {string.Join(", ", Metrics)}");
        return new AccuracyLimit(metric, double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) / 100);
    }

    /// <summary>Whether a run keeps it; null: the run has no such quantity.</summary>
    public bool? Keeps(ProfileTestResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        AccuracyRow? row = run.Rows.FirstOrDefault(row => row.Metric == Metric);
        return row is null ? null : Math.Abs(row.Error) <= Most;
    }

    /// <summary>The rule.</summary>
    public override string ToString() => FormattableString.Invariant($"{Metric}>{100 * Most:0.###}%");

    [GeneratedRegex(@"^\s*(\w+)\s*>\s*(\d+(?:\.\d+)?)\s*%\s*$")]
    private static partial Regex Rule();
}
