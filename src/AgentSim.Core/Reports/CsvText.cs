using System.Buffers;

namespace AgentSim.Reports;

/// <summary>Text in the cells of CSV files.</summary>
internal static class CsvText
{
    // Spreadsheets take a cell that begins with one of these for a formula, also in full width.
    private const string FormulaStarts = "=+-@\t\r\n＝＋－＠";

    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",;\"\t\r\n");

    /// <summary>A text as a cell: quoted where it has to be, and with an apostrophe before what a spreadsheet would compute.</summary>
    public static string Cell(string text)
    {
        if (text.Length > 0 && FormulaStarts.Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny(NeedQuotes) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
