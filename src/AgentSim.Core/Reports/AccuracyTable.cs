using System.Globalization;
using System.Text;
using AgentSim.Calibration;

namespace AgentSim.Reports;

/// <summary>Measured beside simulated, as a table for the terminal.</summary>
public static class AccuracyTable
{
    private static readonly string[] Headers = ["Metric", "measured", "simulated", "error", "baseline"];

    /// <summary>The table of a run; every line ends with a line feed.</summary>
    /// <param name="title">The line above it.</param>
    /// <param name="rows">The quantities.</param>
    public static string Render(string title, IReadOnlyList<AccuracyRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder(title).Append('\n');
        // Without training data there is nothing to compare a prediction with.
        int columns = rows.Any(row => row.Baseline is not null) ? Headers.Length : Headers.Length - 1;
        TextTable.Append(text, [Headers[..columns], .. rows.Select(row => Cells(row)[..columns])]);
        return text.ToString();
    }

    /// <summary>The table of a run that was simulated; every line ends with a line feed.</summary>
    public static string Render(ProfileTestResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Render($"{result.Run}, simulated with\n{result.Timing}", result.Rows);
    }

    /// <summary>The coefficients of a profile, and the tables of what was held out; every line ends with a line feed.</summary>
    public static string Render(TimingProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return string.Concat([
            $"Timing of {profile.Deployment}\n",
            .. profile.Coefficients.Select(coefficient =>
                $"  {coefficient.Name,-7}{Number(coefficient.Value),12}{Interval(coefficient)}\n"),
            .. profile.Errors.Select(run => Render($"Held out: {run.Run}, {run.HeldOut}", run.Rows))]);
    }

    /// <summary>A metric as it is shown.</summary>
    public static string Label(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        string unit = metric == "throughput" ? " (requests/s)" : metric.EndsWith("_mape", StringComparison.Ordinal) ? " (mean of requests)"
            : " (ms)";
        return metric + unit;
    }

    private static string Number(double value) => value.ToString("0.0000000", CultureInfo.InvariantCulture);

    private static string Interval(Coefficient coefficient) =>
        coefficient is { Low: { } low, High: { } high } ? $"  ({Number(low)} to {Number(high)})" : "  (interval unknown)";

    // Of relative errors that were averaged without their signs there is no sign to show.
    private static string[] Cells(AccuracyRow row)
    {
        bool signed = !row.Metric.EndsWith("_mape", StringComparison.Ordinal);
        return [Label(row.Metric), Value(row.Measured), Value(row.Simulated), Percent(row.Error, signed), Percent(row.Baseline, signed)];
    }

    private static string Value(double? value) => value is { } number
        && double.IsFinite(number) ? number.ToString("N2", CultureInfo.InvariantCulture) : "";

    private static string Percent(double? share, bool signed) => share is { } number && double.IsFinite(number)
        ? (100 * number).ToString(signed ? "+0.0;-0.0;0.0" : "0.0", CultureInfo.InvariantCulture) + " %" : "";
}
