using System.Text;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Rows;

/// <summary>Large files, which several threads read, give the same rows, warnings and faults as small ones.</summary>
public sealed class RowBatchTests : IDisposable
{
    private const string Header = """{"schema":"dynamo.agentic_mooncake","version":2,"block_size":16,"hash_id_scope":"local",""" + Source;

    private const string Source = """ "source":{"format":"x","digest":"y"}}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TraceFormat.Mooncake)]
    [InlineData(TraceFormat.MooncakeDelta)]
    [InlineData(TraceFormat.AgenticMooncake)]
    public void Files_are_read_as_line_by_line_whatever_is_in_them(TraceFormat format)
    {
        var random = new Random(29);
        for (int round = 0; round < 40; round++)
        {
            string path = Made(random, $"{round}.jsonl", format);
            int? size = random.Next(3) == 0 ? 16 : null;

            List<string> one = Shown((warn, progress) => OneByOne(path, format, size, warn, progress)), many = Shown((warn, progress) =>
                RowBatch.Rows(path, format, size, warn, progress, torn: null, CancellationToken.None));

            Assert.Equal(one, many);
        }
    }

    [Fact]
    public void A_large_file_is_read_in_batches_and_a_small_one_or_a_missing_one_not()
    {
        string line = """{"input_length":16,"output_length":1,"hash_ids":[7],"timestamp":0.0}""" + "\n";
        Assert.False(RowBatch.IsWorthThreads(_folder.Write("small", line)));
        Assert.False(RowBatch.IsWorthThreads(_folder.File("missing")));
        Assert.False(RowBatch.IsWorthThreads("\0"));
        string large = _folder.Write("large", new StringBuilder().Insert(0, line, 10_000).ToString());
        Assert.Equal(Environment.ProcessorCount > 1, RowBatch.IsWorthThreads(large));
        Assert.Equal(10_000, WorkloadLoader.Load([large], new WorkloadOptions()).RequestCount);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(20_000)]
    public void Dropping_dependencies_that_all_are_there_changes_no_prompt(int rows)
    {
        string path = _folder.Write("rows", string.Join('\n', Enumerable.Range(0, rows).Select(i =>
            $$"""{"request_id":"r{{i}}","session_id":"s{{i % 7}}","input_length":{{32 + (i % 5)}},"output_length":2,"""
                + $$""" "hash_ids":[{{i % 3}},{{i % 11}},{{i}}],"timestamp":{{i}}.0}""")));
        var options = new WorkloadOptions { Format = TraceFormat.AgenticMooncake, TraceBlockSize = 16 };
        ReplayWorkload kept = WorkloadLoader.Load([path], options), dropped = WorkloadLoader.Load([path], options with
        {
            MissingDependency = MissingDependency.Drop,
        });
        Assert.Equal(kept.Columns.Trie.Nodes.Count, dropped.Columns.Trie.Nodes.Count);
        Assert.Equal(kept.Columns.PathStart, dropped.Columns.PathStart);
        Assert.Equal(kept.Columns.PathEnd, dropped.Columns.PathEnd);
    }

    // A file of the size that is read line by line in one thread.
    private static IEnumerable<AtLine<MooncakeRow>> OneByOne(
        string path, TraceFormat format, int? size, Action<RunWarning> warn, IProgress<long> progress) =>
        MooncakeRowReader.Rows(path, format, true, size ?? 512, size is not null, null, warn, progress, null, CancellationToken.None);

    private string Made(Random random, string name, TraceFormat format)
    {
        bool isAgentic = format == TraceFormat.AgenticMooncake, isPlay = isAgentic && random.Next(2) == 0;
        string[] lines = [.. Enumerable.Range(0, random.Next(2000)).Select(i => random.Next(40) switch
        {
            0 => " \t",
            1 => "",
            _ => Row(random, i, isAgentic, isPlay) + (random.Next(9) == 0 ? "\r" : ""),
        })];
        string[] faults =
        [
            "{broken", "{}", """{"input_length":-1,"output_length":1,"hash_ids":[1]}""", """{"hash_ids":["x"],"output_length":1}""", Header,
        ];
        if (random.Next(2) == 0 && lines.Length > 0) lines[random.Next(lines.Length)] = faults[random.Next(faults.Length)];
        string[] blank = random.Next(3) == 0 ? ["", "\t"] : [];
        if (isPlay) lines = [.. blank, random.Next(8) == 0 ? Header.Replace("16", "0", StringComparison.Ordinal) : Header, .. lines];
        string begin = random.Next(5) == 0 ? "\uFEFF" : "", end = random.Next(2) == 0 ? "\n" : "";
        byte[] text = Encoding.UTF8.GetBytes(begin + string.Join('\n', lines) + end);
        if (random.Next(6) == 0 && text.Length > 0) text[random.Next(text.Length)] = 0xff;
        return _folder.Write(name, random.Next(3) > 0 ? text : TempFolder.Gzip(Encoding.UTF8.GetString(text)));
    }

    private static string Row(Random random, int i, bool isAgentic, bool isPlay)
    {
        int blocks = 1 + random.Next(60);
        string ids = string.Join(random.Next(9) == 0 ? ", " : ",", Enumerable.Range(0, blocks).Select(_ => random.Next(5000)));
        string prompt = $"\"input_length\":{blocks * 16},\"output_length\":{random.Next(50)},\"hash_ids\":[{ids}]";
        if (isPlay)
            return $"{{\"request_id\":\"r{i}\",\"play_id\":\"p\",\"session_id\":\"s\",\"model\":\"m\",{prompt},\"not_before_ms\":{i}.5}}";
        string wait = random.Next(20) == 0 ? ",\"wait_for\":[\"r1\"]" : "", chat = random.Next(20) == 0 ? ",\"chat_id\":1,\"turn\":2" : "";
        return $"{{{(isAgentic ? $"\"request_id\":\"r{i}\"," : "")}{prompt},\"timestamp\":{i}.25{wait}{(isAgentic ? "" : chat)}}}";
    }

    // The rows, what was warned of, and what is wrong with what comes behind them.
    private static List<string> Shown(Func<Action<RunWarning>, IProgress<long>, IEnumerable<AtLine<MooncakeRow>>> read)
    {
        var shown = new List<string>();
        var progress = new Last();
        try
        {
            foreach (AtLine<MooncakeRow> at in read(warning => shown.Add($"{warning}"), progress))
            {
                MooncakeRow row = at.Value;
                shown.Add($"{at.Line} {row.RequestId} {row.PlayId} {row.InputLength} {row.OutputLength} {row.Timestamp} {row.NotBeforeMs} "
                    + $"{row.TraceBlockSize} {row.AgenticVersion} {string.Join(' ', row.WaitFor)}: {string.Join(' ', row.HashIds!)}");
            }

            shown.Add($"{progress.Value} bytes");
        }
        catch (AgentSimException error)
        {
            shown.Add($"{error.ErrorId} {error.Message}");
        }

        return shown;
    }

    private sealed class Last : IProgress<long>
    {
        public long Value { get; private set; }

        public void Report(long value) => Value = value;
    }
}
