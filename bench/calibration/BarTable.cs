using System.Globalization;
using AgentSim.Calibration;

namespace AgentSim.CalibrationBars;

/// <summary>What was predicted, how far off it was, and whether that is within its bar.</summary>
internal sealed class BarTable
{
    private static readonly string[] Headers = ["id", "train", "predict", "metric", "real", "simulated", "error", "baseline", "bar", ""];

    private readonly List<string[]> _rows = [];

    /// <summary>Rows outside their bar.</summary>
    public int Missed { get; private set; }

    /// <summary>Adds a metric of a held-out run.</summary>
    public void Add(string id, string train, string predict, IReadOnlyList<AccuracyRow> rows, string metric, double? bar)
    {
        AccuracyRow row = rows.First(row => row.Metric == metric);
        Add(id, train, predict, metric, row.Measured, row.Simulated, row.Error, row.Baseline, bar);
    }

    /// <summary>Adds a number; a bar is the most of its relative error, either way.</summary>
    public void Add(string id, string train, string predict, string metric, double? real, double? simulated, double error, double? baseline,
        double? bar)
    {
        bool kept = bar is null || Math.Abs(error) <= bar;
        if (!kept) Missed++;
        _rows.Add([id, train, predict, metric, Number(real), Number(simulated), Percent(error), Percent(baseline),
            bar is { } most ? $"{100 * most:0.##} %" : "stated", bar is null ? "" : kept ? "kept" : "MISSED"]);
    }

    /// <summary>The table as Markdown.</summary>
    public string Render()
    {
        int[] widths = [.. Headers.Select((header, i) => Math.Max(header.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Length)))];
        string Line(string[] row) => "| " + string.Join(" | ",
            row.Select((cell, i) => i is >= 4 and <= 8 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))) + " |\n";
        return Line(Headers) + "|" + string.Join("|", widths.Select(width => new string('-', width + 2))) + "|\n"
            + string.Concat(_rows.Select(Line));
    }

    private static string Number(double? value) => value is { } number
        && double.IsFinite(number) ? number.ToString(Math.Abs(number) < 1 ? "0.######" : "N2", CultureInfo.InvariantCulture) : "";

    private static string Percent(double? share) => share is { } number && double.IsFinite(number) ? $"{100 * number:+0.0;-0.0;0.0} %" : "";
}
