using System.Text;
using AgentSim.Files;
using nietras.SeparatedValues;

namespace AgentSim.Imports.Table;

/// <summary>
/// Tables of separated values: with commas, semicolons, tabs or bars, as the first line has it; quoted as RFC 4180 says.
/// The first line names the columns.
/// </summary>
internal static class CsvTable
{
    // Stands for bytes that are no UTF-8: a number that no character has.
    private const char NoText = '\uFDD0';

    private static readonly Encoding Utf8 = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback,
        new DecoderReplacementFallback(NoText.ToString()));

    /// <summary>The names of the columns, by the beginning of a file; none if it is no such table.</summary>
    public static IReadOnlyList<string> Header(SourceHead head)
    {
        string line = head.FirstLine;
        if (line.Length is 0 or > 1 << 16 || line[0] is '{' or '[' || line.Contains('\0', StringComparison.Ordinal)) return [];
        try
        {
            using SepReader reader = Options.FromText(line);
            return reader.Header.ColNames.Count < 2 ? [] : Names(reader);
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException or InvalidOperationException)
        {
            return [];   // e.g. two columns of one name
        }
    }

    /// <summary>Calls an action for each row of a file.</summary>
    public static void ForEach(string path, ImportSink sink, Action<ITableCells, SourcePlace> onRow, CancellationToken cancel)
    {
        using SourceBytes? source = sink.Open(path);
        if (source is null) return;
        int line = 0;
        try
        {
            using var text = new StreamReader(new SourceStream(source), Utf8);
            using SepReader reader = Options.From(text);
            string[] names = Names(reader);
            if (names.Any(name => name.Contains(NoText, StringComparison.Ordinal)))
                sink.Fault(DropReason.Malformed, Errors.EncodingInvalid.At(path, 1, EncodedText.InvalidLine));
            var cells = new CsvCells(names);
            while (reader.MoveNext())
            {
                cancel.ThrowIfCancellationRequested();
                SepReader.Row row = reader.Current;
                line = row.LineNumberFrom;
                if (row.ColCount == 1 && row[0].Span.Trim().Length == 0) continue;
                if (row.Span.Contains(NoText))
                {
                    sink.Fault(DropReason.Malformed, Errors.EncodingInvalid.At(path, line, EncodedText.InvalidLine));
                    continue;
                }

                cells.Take(row);
                onRow(cells, new SourcePlace(path, line));
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or InvalidOperationException
            or NotSupportedException)
        {
            sink.Fault(DropReason.Malformed, Errors.InputUnreadable.At(path, line,
                $"cannot be read on: {error.Message.ReplaceLineEndings(" ")}", error));
        }
    }

    private static SepReaderOptions Options => Sep.Reader(options =>
        options with { Unescape = true, DisableColCountCheck = true, ColNameComparer = StringComparer.OrdinalIgnoreCase });

    private static string[] Names(SepReader reader) => [.. reader.Header.ColNames.Select(name => name.Trim().Trim('"', '\uFEFF').Trim())];

    private sealed class CsvCells : ITableCells
    {
        private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
        private readonly string?[] _cells;

        public CsvCells(string[] names)
        {
            for (int i = 0; i < names.Length; i++) _columns.TryAdd(names[i], i);
            _cells = new string?[names.Length];
        }

        public void Take(SepReader.Row row)
        {
            for (int i = 0; i < _cells.Length; i++)
            {
                ReadOnlySpan<char> text = i < row.ColCount ? row[i].Span.Trim() : default;
                _cells[i] = text.Length == 0 ? null : text.ToString();
            }
        }

        public string? Text(string column) => _columns.TryGetValue(column, out int index) ? _cells[index] : null;

        // Lists come as JSON in a cell.
        public ulong[]? Ids(string column)
        {
            if (Text(column) is not { } text || !text.StartsWith('[')) return null;
            try
            {
                return System.Text.Json.JsonSerializer.Deserialize(text, IdsJson.Default.UInt64Array);
            }
            catch (System.Text.Json.JsonException)
            {
                return null;
            }
        }
    }
}

/// <summary>Lists of ids, in a form that programs compiled ahead of time can read.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(ulong[]))]
internal sealed partial class IdsJson : System.Text.Json.Serialization.JsonSerializerContext;
