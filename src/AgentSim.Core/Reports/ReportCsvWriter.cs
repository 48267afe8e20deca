using System.Text;
using AgentSim.Json;

namespace AgentSim.Reports;

/// <summary>Writes reports as CSV: a line of metric names in ascending order, then one line per report.</summary>
public static class ReportCsvWriter
{
    /// <summary>Writes the reports, UTF-8 with line feeds; a metric that a report does not have is empty.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="reports">The metrics of each report.</param>
    public static void Write(Stream stream, IReadOnlyList<IReadOnlyList<Metric>> reports)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(reports);
        string[] names = [.. reports.SelectMany(report => report.Select(metric => metric.Name)).Distinct().Order(StringComparer.Ordinal)];
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(string.Join(',', names));
        foreach (IReadOnlyList<Metric> report in reports)
        {
            Dictionary<string, Metric> metrics = report.ToDictionary(metric => metric.Name);
            text.WriteLine(string.Join(',', names.Select(name => metrics.TryGetValue(name, out Metric? metric) ? Number(metric) : "")));
        }
    }

    private static string Number(Metric metric)
    {
        if (metric.IsWhole) return FormattableString.Invariant($"{(long)metric.Value}");
        Span<byte> text = stackalloc byte[JsonDouble.MaxLength];
        return Encoding.ASCII.GetString(text[..JsonDouble.Format(metric.Value, text)]);
    }
}
