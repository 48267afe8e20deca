using System.Text.Json;

namespace AgentSim.Imports.Table;

/// <summary>
/// Tables with a row for each request, as CSV or JSON: published traces (Azure, BurstGPT, Bailian, TraceLab), LiteLLM's spend logs,
/// results of vLLM's benchmark, and anything else whose columns are named.
/// </summary>
internal sealed class TableFormat : ISourceFormat
{
    // Of a file as a whole: no other line of it would be better.
    private static readonly ErrorCode[] WholeFile =
        [Errors.ImportUnitMissing, Errors.ImportStartMissing, Errors.ImportColumnsUnknown, Errors.ImportColumnUnknown];

    public string Name => "table";

    public string Title => "Tables";

    public bool Recognizes(SourceHead head) => Detect(head) is not null;

    public void Read(IReadOnlyList<string> files, ImportSink sink, CancellationToken cancel)
    {
        TablePreset? asked = null;
        if (sink.Options.Preset is { } name)
            asked = TablePreset.Find(name) ?? throw Errors.ImportFormatUnknown.Usage(
                $"there is no preset {Quote.Of(name)} for tables; there are {string.Join(", ", TablePreset.Names)}");
        var rounds = new TraceLabRounds(this, sink);
        foreach (string path in files)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                Read(path, asked, rounds, sink, cancel);
            }
            catch (AgentSimException error) when (Array.IndexOf(WholeFile, error.Code) >= 0)
            {
                // Of no use without being told more; other files may be.
                if (files.Count == 1) throw;
                sink.BadFile(path, error);
            }
        }

        rounds.Finish();
    }

    private void Read(string path, TablePreset? asked, TraceLabRounds rounds, ImportSink sink, CancellationToken cancel)
    {
        SourceHead head = SourceHead.Read(path);
        if (head.IsBlank)
        {
            sink.Refuse(path, "the file is empty");
            return;
        }

        TablePreset? preset = asked ?? Detect(head);
        if (preset is null && sink.Options.Columns.Count == 0)
        {
            throw Errors.ImportColumnsUnknown.At(path, 1,
                $"these columns are of no known table ({string.Join(", ", TablePreset.Names)}); say which hold what (input=COLUMN " +
                    "output=COLUMN start=COLUMN, and session, cached, …)");
        }

        sink.NoteVersion(this, preset?.Name);
        if (preset?.Name == TablePreset.TraceLab)
        {
            SourceObjects.ForEach(path, sink, rounds.Add, cancel);
            return;
        }

        var requests = new TableRequests(this, preset, sink);
        if (preset?.Name == TablePreset.VllmBench)
        {
            var results = new List<TableRow>();
            int number = 0;
            SourceObjects.ForEach(path, sink, (result, place) => AddResult(result, place, number++), cancel);
            requests.Add(path, results);
            return;

            // Several runs can stand in one file.
            void AddResult(JsonElement result, SourcePlace place, int run)
            {
                foreach (TableRow row in VllmBenchFile.Rows(result, place, sink)) results.Add(run == 0 ? row : row.InRun(run));
            }
        }

        var reader = new TableRowReader(preset, new TableColumns(path, preset, sink.Options.Columns), sink);
        bool isCsv = head.Objects.Count == 0;
        if (isCsv)
        {
            CsvTable.ForEach(path, sink, reader.Add, cancel);
        }
        else
        {
            var cells = new JsonCells();
            SourceObjects.ForEach(path, sink, (row, place) =>
            {
                cells.Row = row;
                reader.Add(cells, place);
            }, cancel);
        }

        reader.Finish(path, isCsv);
        requests.Add(path, reader.Rows);
    }

    private static TablePreset? Detect(SourceHead head)
    {
        if (head.Objects is [var first, ..]) return TablePreset.Detect(first.Has);
        IReadOnlyList<string> columns = CsvTable.Header(head);
        return columns.Count == 0 ? null : TablePreset.Detect(name => columns.Contains(name, StringComparer.OrdinalIgnoreCase));
    }
}
