using System.Text;

namespace AgentSim.Reports;

/// <summary>Tables in box characters, as the reference prints them (behaviour 06#8).</summary>
internal static class TextTable
{
    /// <summary>Appends a table; the first column is left-aligned, the others right-aligned. Every line ends with a line feed.</summary>
    /// <param name="text">Where it goes.</param>
    /// <param name="rows">The header and the rows below it, all of the same number of cells.</param>
    public static void Append(StringBuilder text, IReadOnlyList<string[]> rows)
    {
        rows = [.. rows.Select(row => Array.ConvertAll(row, Quote.Shown))];   // names are of others
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        AppendRule(text, widths, '┏', '┳', '┓');
        AppendRow(text, widths, rows[0]);
        AppendRule(text, widths, '┡', '╇', '┩');
        foreach (string[] row in rows.Skip(1)) AppendRow(text, widths, row);
        AppendRule(text, widths, '└', '┴', '┘');
    }

    private static void AppendRule(StringBuilder text, int[] widths, char left, char middle, char right)
    {
        for (int column = 0; column < widths.Length; column++)
        {
            text.Append(column == 0 ? left : middle).Append('━', widths[column] + 2);
        }

        text.Append(right).Append('\n');
    }

    private static void AppendRow(StringBuilder text, int[] widths, string[] cells)
    {
        for (int column = 0; column < widths.Length; column++)
        {
            string cell = column == 0 ? cells[column].PadRight(widths[column]) : cells[column].PadLeft(widths[column]);
            text.Append("┃ ").Append(cell).Append(' ');
        }

        text.Append("┃\n");
    }
}
