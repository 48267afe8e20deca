using System.Buffers;
using System.Globalization;
using System.Text;
using AgentSim.Json;
using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>Writes reports as CSV: a line of metric names in ascending order, then one line per report. No cell is a formula.</summary>
public static class ReportCsvWriter
{
    /// <summary>Writes the reports, UTF-8 with line feeds; a metric that a report does not have, or has no samples of, is empty.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="reports">The metrics of each report.</param>
    /// <param name="labels">Names of the reports, which become the first column; null: no such column.</param>
    public static void Write(Stream stream, IReadOnlyList<IReadOnlyList<Metric>> reports, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(reports);
        string[] names = [.. reports.SelectMany(report => report.Select(metric => metric.Name)).Distinct().Order(StringComparer.Ordinal)];
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(string.Join(',', labels is null ? names : ["name", .. names]));
        for (int report = 0; report < reports.Count; report++)
        {
            Dictionary<string, Metric> metrics = reports[report].ToDictionary(metric => metric.Name);
            IEnumerable<string> cells = names.Select(name => metrics.TryGetValue(name, out Metric? metric)
                && metric.HasSamples ? Number(metric) : "");
            text.WriteLine(string.Join(',', labels is null ? cells : [CsvText.Cell(labels[report]), .. cells]));
        }
    }

    private static string Number(Metric metric)
    {
        if (metric.IsWhole) return FormattableString.Invariant($"{(long)metric.Value}");
        Span<byte> text = stackalloc byte[JsonDouble.MaxLength];
        return Encoding.ASCII.GetString(text[..JsonDouble.Format(metric.Value, text)]);
    }
}

/// <summary>Text in the cells of CSV files.</summary>
internal static class CsvText
{
    /// <summary>A value as text, numbers alike on every machine; nothing for null.</summary>
    public static string Of(object? value) =>
        value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : value?.ToString() ?? "";

    // Spreadsheets take a cell that begins with one of these for a formula, also in full width.
    private const string FormulaStarts = "=+-@\t\r\n＝＋－＠";

    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",;\"\t\r\n");

    /// <summary>A text as a cell: quoted where it has to be, with an apostrophe before what a spreadsheet would compute, and without
    /// characters that drive a terminal.</summary>
    public static string Cell(string text)
    {
        // Tabs and line ends are part of the format, and quoted.
        text = string.Join('\t', text.Split('\t').Select(part => string.Join('\r', part.Split('\r').Select(Quote.Lines))));
        if (text.Length > 0 && FormulaStarts.Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny(NeedQuotes) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
