using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Metrics;
using AgentSim.Reports;

namespace AgentSim.Sweeps;

/// <summary>Writes the rows of a sweep to files.</summary>
public static class SweepFile
{
    /// <summary>
    /// CSV, UTF-8 with line feeds: what was combined, errors and warnings, then all metrics by name. No cell is a formula.
    /// </summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="rows">The rows.</param>
    public static void WriteCsv(Stream stream, IReadOnlyList<SweepRow> rows)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(rows);
        string[] metrics = [.. rows.SelectMany(row => row.GetMetrics().Select(metric => metric.Name)).Distinct()
            .Order(StringComparer.Ordinal)];
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            leaveOpen: true) { NewLine = "\n" };
        foreach (SweepRow row in rows)
        {
            if (row == rows[0]) text.WriteLine(string.Join(',', ["index", .. SweepColumns.Of(row).Select(column => column.Name),
                "cut_off_requests", "error_id", "error", "warnings", .. metrics]));
            var values = row.GetMetrics().ToDictionary(metric => metric.Name, metric => metric.Value);
            text.WriteLine(string.Join(',', [
                CsvText.Of(row.Index),
                .. SweepColumns.Of(row).Select(column => CsvText.Cell(CsvText.Of(column.Value))),
                CsvText.Of(row.CutOffRequests), row.ErrorId ?? "", CsvText.Cell(row.Error ?? ""), CsvText.Cell(row.Warnings ?? ""),
                .. metrics.Select(name => values.TryGetValue(name, out double value) && double.IsFinite(value) ? CsvText.Of(value) : "")]));
        }
    }

    /// <summary>JSON lines: an object per row.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="rows">The rows.</param>
    public static void WriteJsonl(Stream stream, IReadOnlyList<SweepRow> rows)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(rows);
        foreach (SweepRow row in rows)
        {
            using (var json = new Utf8JsonWriter(stream)) WriteRow(json, row);
            stream.WriteByte((byte)'\n');
        }
    }

    private static void WriteRow(Utf8JsonWriter json, SweepRow row)
    {
        json.WriteStartObject();
        json.WriteNumber("index", row.Index);
        foreach ((string name, object? value) in SweepColumns.Of(row)) JsonCells.Write(json, name, value);
        json.WriteNumber("cut_off_requests", row.CutOffRequests);
        if (row.Error is { } error)
        {
            json.WriteString("error_id", row.ErrorId);
            json.WriteString("error", error);
        }

        if (row.Warnings is { } warnings) json.WriteString("warnings", warnings);
        json.WriteStartObject("metrics");
        foreach (Metric metric in row.GetMetrics())
        {
            json.WritePropertyName(metric.Name);
            if (!double.IsFinite(metric.Value)) json.WriteNullValue();   // no request gave any sample
            else if (metric.IsWhole) json.WriteNumberValue((long)metric.Value);
            else json.WriteReal(metric.Value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }
}
