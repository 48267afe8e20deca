using System.IO.Compression;
using System.Text;
using AgentSim.Files;
using AgentSim.Lowering;
using AgentSim.Traces;

namespace AgentSim.Tests.Traces;

public sealed class RecordBatchTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Batches_hold_the_records_and_hashes_of_the_files_in_order()
    {
        string path = _folder.Write("t.jsonl", string.Join('\n', Enumerable.Range(0, 3000).Select(Line)));
        var found = new List<(string, string)>();

        foreach (RecordBatch batch in RecordBatch.Read([path], readsDependencies: false, torn: null, CancellationToken.None))
        {
            foreach (TraceRecord record in batch.Records) found.Add(Shown(record));

            batch.Dispose();
        }

        Assert.Equal(RequestTraceReader.Read([path]).Select(Shown), found);
    }

    private static (string, string) Shown(TraceRecord record) =>
        record is RequestRecord request ? (request.RequestId, string.Join(' ', request.Hashes.ToArray())) : ("tool", "");

    [Fact]
    public void A_prompt_longer_than_a_batch_is_in_one()
    {
        string hashes = string.Join(',', Enumerable.Range(0, 200_000));
        string prompt = TraceText.Request("long").Replace("\"input_length\":20", "\"input_length\":3200000")
            .Replace("[1,2]", $"[{hashes}]");
        string path = _folder.Write("t.jsonl", TraceText.Request("first") + "\n" + prompt);

        RecordBatch[] batches = [.. RecordBatch.Read([path], readsDependencies: false, torn: null, CancellationToken.None)];

        TraceRecord[] records = [.. batches.SelectMany(batch => batch.Records)];
        Assert.Equal(2, records.Length);
        ReadOnlySpan<ulong> read = ((RequestRecord)records[1]).Hashes;
        Assert.Equal(200_000, read.Length);
        Assert.Equal(199_999u, read[^1]);
    }

    [Fact]
    public void Files_are_read_as_line_by_line_whatever_is_in_them()
    {
        var random = new Random(17);
        for (int round = 0; round < 60; round++)
        {
            string[] paths = [.. Enumerable.Range(0, 1 + random.Next(2)).Select(file => Made(random, $"{round}-{file}.jsonl"))];

            Assert.Equal(ByLine(paths, isTorn: false), ByBatch(paths, isTorn: false));
            Assert.Equal(ByLine(paths, isTorn: true), ByBatch(paths, isTorn: true));
        }
    }

    // Some hundred kilobytes of lines, ended in different ways, packed or not, perhaps with a fault somewhere.
    private string Made(Random random, string name)
    {
        string[] lines = [.. Enumerable.Range(0, random.Next(2000)).Select(i => random.Next(40) switch
        {
            0 => "",
            1 => " \u00a0\t",
            2 => TraceText.Request($"{name}{i}", extra: "\"unknown\":[1, 2],"),
            3 => TraceText.Request($"{name}{i} \u00fc"),
            4 => "[]",
            _ => Line(i).Replace("\"r", $"\"{name}", StringComparison.Ordinal) + (random.Next(9) == 0 ? "\r" : ""),
        })];
        string @short = TraceText.Request("short").Replace("[1,2]", "[1]", StringComparison.Ordinal);
        string[] faults = ["{broken", @short, "{\"event_type\":\"\\ud800\"}"];
        if (random.Next(2) == 0 && lines.Length > 0) lines[random.Next(lines.Length)] = faults[random.Next(faults.Length)];
        string begin = random.Next(5) == 0 ? "\uFEFF" : "", end = random.Next(2) == 0 ? "\n" : "";
        byte[] text = Encoding.UTF8.GetBytes(begin + string.Join('\n', lines) + end);
        if (random.Next(6) == 0 && text.Length > 0) text[random.Next(text.Length)] = 0xff;
        if (random.Next(4) == 0) text = text[..random.Next(text.Length + 1)];
        if (random.Next(3) > 0) return _folder.Write(name, text);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(text);
        return _folder.Write(name, packed.ToArray()[..(random.Next(3) == 0 ? random.Next((int)packed.Length) : (int)packed.Length)]);
    }

    private static List<string> ByLine(string[] paths, bool isTorn) => Shown(isTorn, torn => RequestTraceReader.ParseShards(
        paths, readsDependencies: false, onBadRow: null, progress: null, torn, CancellationToken.None));

    private static List<string> ByBatch(string[] paths, bool isTorn) => Shown(isTorn, torn =>
        RecordBatch.Read(paths, readsDependencies: false, torn, CancellationToken.None).SelectMany(Records));

    private static IEnumerable<TraceRecord> Records(RecordBatch batch)
    {
        foreach (TraceRecord record in batch.Records) yield return record;
        batch.Dispose();
    }

    // The records, what is wrong with what comes behind them, and what is lost where torn ends are allowed.
    private static List<string> Shown(bool isTorn, Func<TornEnds?, IEnumerable<TraceRecord>> records)
    {
        TornEnds? torn = isTorn ? new TornEnds() : null;
        var shown = new List<string>();
        try
        {
            foreach (TraceRecord record in records(torn))
                shown.Add($"{record.Path}:{record.Line} {Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record))}");
        }
        catch (AgentSimException error)
        {
            return [.. shown, $"{error.ErrorId} {error.Message}"];
        }

        return [.. shown, .. torn?.Found.Select(end => $"{end}") ?? []];
    }

    [Fact]
    public void A_contradiction_is_told_before_a_malformed_line_behind_it()
    {
        string path = _folder.Write("t.jsonl", $"{TraceText.Request("a")}\n{TraceText.Request("a")}\n{{broken");

        AgentSimException error = Assert.Throws<AgentSimException>(() => new TraceLowering().AddFiles([path]));

        Assert.StartsWith($"{path}:2: request_id 'a' came before", error.Message);
    }

    // Every third a tool call.
    private static string Line(int i) => i % 3 == 0 ? TraceText.Tool($"t{i}", 1000 + i)
        : TraceText.Request($"r{i}", 1000 + i).Replace("[1,2]", $"[{i},{i + 1}]");
}
