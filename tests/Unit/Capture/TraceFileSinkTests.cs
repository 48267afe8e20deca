using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AgentSim.Capture;
using AgentSim.Tests.Zmtp;

namespace AgentSim.Tests.Capture;

public sealed class TraceFileSinkTests : IDisposable
{
    private const int Never = 600_000;   // ms

    private readonly TempFolder _folder = new();
    private readonly List<AgentSimException> _problems = [];

    public void Dispose() => _folder.Dispose();

    private TraceSinkOptions Options(string name = "run") => new() { Path = _folder.File(name), FlushIntervalMs = Never };

    private TraceFileSink Open(TraceSinkOptions options) => TraceFileSink.Open(options, problem =>
    {
        lock (_problems) _problems.Add(problem);
    });

    private static byte[] Record(int number) => Encoding.UTF8.GetBytes($$"""{"n":{{number}}}""");

    private static void Publish(TraceFileSink sink, params IEnumerable<int> numbers)
    {
        foreach (int number in numbers) sink.Publish(Record(number));
    }

    private static string Text(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return Encoding.UTF8.GetString(bytes);
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }

    private static int[] Numbers(string path) =>
        [.. Text(path).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetProperty("n").GetInt32())];

    // Gzip members of a file, by the magic number, method and flags that start them.
    private static int Members(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return Enumerable.Range(0, bytes.Length - 3).Count(i => bytes.AsSpan(i, 4).SequenceEqual((ReadOnlySpan<byte>)[0x1f, 0x8b, 8, 0]));
    }

    [Fact]
    public void Lines_have_the_envelope_and_rising_times_since_the_start()
    {
        using (TraceFileSink sink = Open(Options())) Publish(sink, 1, 2);
        string[] lines = Text(_folder.File("run.000000.jsonl.gz")).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("", lines[2]);
        Assert.Matches("""^\{"timestamp":\d{1,6},"event":\{"n":1\}\}$""", lines[0]);
        Assert.Matches("""^\{"timestamp":\d{1,6},"event":\{"n":2\}\}$""", lines[1]);
    }

    [Theory]
    [InlineData("a", "a.000000.jsonl.gz")]
    [InlineData("a.jsonl", "a.000000.jsonl.gz")]
    [InlineData("a.jsonl.gz", "a.000000.jsonl.gz")]
    [InlineData("a.jsonl.jsonl.gz", "a.jsonl.000000.jsonl.gz")]
    [InlineData("a.gz", "a.gz.000000.jsonl.gz")]
    [InlineData("deep/er/a", "deep/er/a.000000.jsonl.gz")]
    public void Segments_are_named_by_their_prefix(string path, string file)
    {
        using (TraceFileSink sink = Open(Options(path))) Publish(sink, 1);
        Assert.Equal([1], Numbers(_folder.File(file)));
    }

    [Fact]
    public void Without_records_there_is_no_segment()
    {
        Open(Options("sub/run")).Dispose();
        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public void The_next_index_follows_the_highest_of_the_exact_pattern()
    {
        foreach (string name in (string[])["run.000003.jsonl.gz", "run.00009.jsonl.gz", "run.0000010.jsonl.gz", "run.+00011.jsonl.gz",
            "run.000012.jsonl", "run.000013.gz", "other.000014.jsonl.gz", "run.99999999999999999999.jsonl.gz", "run..jsonl.gz",
                "run.jsonl.gz"])
            _folder.Write(name, "");
        using (TraceFileSink sink = Open(Options())) Publish(sink, 1);
        Assert.True(File.Exists(_folder.File("run.000004.jsonl.gz")));

        Directory.CreateDirectory(_folder.File("run.1000000.jsonl.gz"));
        using (TraceFileSink sink = Open(Options())) Publish(sink, 2);
        Assert.Equal([2], Numbers(_folder.File("run.1000001.jsonl.gz")));
    }

    [Fact]
    public void An_index_another_process_took_meanwhile_is_passed_over()
    {
        using (TraceFileSink sink = Open(Options()))
        {
            _folder.Write("run.000000.jsonl.gz", "theirs");
            Directory.CreateDirectory(_folder.File("run.000001.jsonl.gz"));
            Publish(sink, 1);
        }

        Assert.Equal("theirs", File.ReadAllText(_folder.File("run.000000.jsonl.gz")));
        Assert.Equal([1], Numbers(_folder.File("run.000002.jsonl.gz")));
    }

    [Fact]
    public void The_next_segment_begins_at_the_number_of_lines()
    {
        using (TraceFileSink sink = Open(Options() with { RollLines = 2 })) Publish(sink, 1, 2, 3, 4, 5);
        Assert.Equal(["run.000000.jsonl.gz", "run.000001.jsonl.gz", "run.000002.jsonl.gz"], _folder.Everything);
        Assert.Equal([1, 2], Numbers(_folder.File("run.000000.jsonl.gz")));
        Assert.Equal([5], Numbers(_folder.File("run.000002.jsonl.gz")));
    }

    [Fact]
    public void The_next_segment_begins_before_the_number_of_bytes_and_a_longer_line_is_written_anyway()
    {
        int line = """{"timestamp":0,"event":{"n":1}}""".Length + 1;
        byte[] giant = Encoding.UTF8.GetBytes($$"""{"n":7,"x":"{{new string('x', 500)}}"}""");
        TraceFileSink sink = Open(Options() with { RollBytes = 2 * line + 10 });   // up to five more digits of time
        Publish(sink, 1, 2, 3);
        sink.Publish(giant);
        Publish(sink, 4);
        sink.Dispose();

        Assert.Equal([1, 2], Numbers(_folder.File("run.000000.jsonl.gz")));
        Assert.Equal([3], Numbers(_folder.File("run.000001.jsonl.gz")));
        Assert.Equal([7], Numbers(_folder.File("run.000002.jsonl.gz")));
        Assert.Equal([4], Numbers(_folder.File("run.000003.jsonl.gz")));
        Assert.Equal(4, sink.Counters.Segments.Count);
        Assert.All(sink.Counters.Segments, segment => Assert.Equal(new FileInfo(segment.Path).Length, segment.Bytes));
    }

    [Fact]
    public void A_full_buffer_is_written_at_once_as_a_member_of_its_own()
    {
        using TraceFileSink sink = Open(Options() with { BufferBytes = 1 });
        Publish(sink, 1, 2, 3);
        SpinWait.SpinUntil(() => sink.Counters.Written == 3);
        Assert.Equal([1, 2, 3], Numbers(_folder.File("run.000000.jsonl.gz")));
        Assert.Equal(3, Members(_folder.File("run.000000.jsonl.gz")));
    }

    [Fact]
    public async Task Records_are_written_when_the_interval_is_over()
    {
        using TraceFileSink sink = Open(Options() with { FlushIntervalMs = 50 });
        Publish(sink, 1);
        await Wait.Until(() => sink.Counters.Written == 1);
        Publish(sink, 2);
        await Wait.Until(() => sink.Counters.Written == 2);
        Assert.Equal([1, 2], Numbers(_folder.File("run.000000.jsonl.gz")));
        Assert.Equal(2, Members(_folder.File("run.000000.jsonl.gz")));
    }

    [Fact]
    public async Task A_producer_that_can_wait_loses_nothing_and_the_order_stays()
    {
        using (TraceFileSink sink = Open(Options() with { Capacity = 1, BufferBytes = 1 << 10 }))
        {
            for (int i = 0; i < 50_000; i++) await sink.WriteAsync(Record(i));
        }

        Assert.Equal(Enumerable.Range(0, 50_000), Numbers(_folder.File("run.000000.jsonl.gz")));
    }

    [Fact]
    public async Task Records_behind_the_end_are_dropped_and_counted()
    {
        TraceFileSink sink = Open(Options());
        Publish(sink, 1);
        sink.Dispose();
        Publish(sink, 2);
        await sink.WriteAsync(Record(3));
        sink.Dispose();
        TraceSinkCounters counters = sink.Counters;
        Assert.Equal((3, 1, 2, 0, 0), (counters.Accepted, counters.Written, counters.Dropped, counters.Lost, counters.Pending));
        Assert.Equal([1], Numbers(_folder.File("run.000000.jsonl.gz")));
    }

    [Fact]
    public async Task Failures_to_write_are_counted_reported_once_and_gone_when_it_works_again()
    {
        using TraceFileSink sink = Open(Options("folder/run") with { FlushIntervalMs = 20 });
        string blocked = _folder.Write("folder", "a file where the folder should be");
        Publish(sink, 1, 2);
        await Wait.Until(() => sink.Counters.Lost == 2);
        Publish(sink, 3);
        await Wait.Until(() => sink.Counters.Lost == 3);
        AgentSimException problem = Assert.Single(_problems);
        Assert.Equal("CaptureWriteFailed", problem.ErrorId);
        Assert.Contains("run.000000.jsonl.gz", problem.Message);

        File.Delete(blocked);
        Publish(sink, 4);
        await Wait.Until(() => sink.Counters.Written == 1);
        Assert.Equal([4], Numbers(_folder.File("folder/run.000000.jsonl.gz")));
        Assert.Single(_problems);
    }

    [Theory]
    [InlineData(TraceFileFormat.JsonlGz)]
    [InlineData(TraceFileFormat.Jsonl)]
    public void What_cannot_be_written_is_found_out_before_the_first_record(TraceFileFormat format)
    {
        _folder.Write("folder", "a file where the folder should be");
        Assert.Equal("CaptureUnwritable", Assert.Throws<AgentSimException>(() =>
            Open(Options("folder/deep/run") with { Format = format })).ErrorId);
        Assert.Equal(["folder"], _folder.Everything);
    }

    [Theory]
    [InlineData(TraceFileFormat.JsonlGz, "run.000000.jsonl.gz", "run.000001.jsonl.gz")]
    [InlineData(TraceFileFormat.Jsonl, "run", "run")]
    public async Task What_comes_after_a_file_was_removed_or_moved_away_goes_to_a_new_one(TraceFileFormat format, string first,
        string second)
    {
        using (TraceFileSink sink = Open(Options() with { Format = format, BufferBytes = 1 }))
        {
            Publish(sink, 1);
            await Wait.Until(() => sink.Counters.Written == 1);
            File.Move(_folder.File(first), _folder.File("moved" + Path.GetExtension(first)));
            Publish(sink, 2, 3);
            await Wait.Until(() => sink.Counters.Written == 3);
            Assert.Equal(new FileInfo(_folder.File(second)).Length, sink.Counters.Segments[^1].Bytes);
        }

        Assert.Equal([1], Numbers(_folder.File("moved" + Path.GetExtension(first))));
        Assert.Equal([2, 3], Numbers(_folder.File(second)));
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_plain_file_is_there_at_once_appended_to_and_never_rolled()
    {
        using (TraceFileSink sink = Open(Options("deep/run.log") with { Format = TraceFileFormat.Jsonl, RollLines = 1, RollBytes = 1 }))
        {
            Assert.True(File.Exists(_folder.File("deep/run.log")));
            Publish(sink, 1, 2);
        }

        using (TraceFileSink sink = Open(Options("deep/run.log") with { Format = TraceFileFormat.Jsonl })) Publish(sink, 3);
        Assert.Equal([1, 2, 3], Numbers(_folder.File("deep/run.log")));
        Assert.Equal(["deep", "deep/run.log"], _folder.Everything);
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("""{"event":{"n":1}}""" + "\n" + """{"event":{"n":""", new[] { 1, 9 }, 14)]
    [InlineData("""{"event":{"n":1}}""" + "\n" + """{"event":{"n":2}}""", new[] { 1, 2, 9 }, 0)]
    [InlineData("""{"event""", new[] { 9 }, 7)]
    [InlineData("", new[] { 9 }, 0)]
    public void The_unfinished_last_line_of_a_killed_process_is_cut_off(string content, int[] numbers, int cutOff)
    {
        _folder.Write("run.jsonl", content);
        using (TraceFileSink sink = Open(Options("run.jsonl") with { Format = TraceFileFormat.Jsonl })) Publish(sink, 9);
        Assert.Equal(numbers, Numbers(_folder.File("run.jsonl")));
        Assert.Equal(cutOff > 0 ? [$"{_folder.File("run.jsonl")}: the last {cutOff} bytes were an unfinished line, left by a process " +
            "that was killed; they were cut off"] : [], _problems.Select(p => p.Message));
    }

    [Fact]
    public void A_plain_file_that_cannot_be_opened_is_an_error()
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            Open(new TraceSinkOptions { Path = _folder.Path, Format = TraceFileFormat.Jsonl }));
        Assert.Equal("CaptureUnwritable", error.ErrorId);
    }

    [Fact]
    public void Settings_out_of_range_are_usage_errors()
    {
        foreach (TraceSinkOptions bad in (TraceSinkOptions[])[
            Options() with { Path = " " }, Options() with { Path = "a\0" }, Options() with { Capacity = 0 },
                Options() with { BufferBytes = 0 },
            Options() with { FlushIntervalMs = 0 }, Options() with { RollBytes = 0 }, Options() with { RollLines = 0 },
                Options() with { Capacity = int.MaxValue }])
            Assert.Equal(FaultKind.Usage, Assert.Throws<AgentSimException>(() => Open(bad)).Kind);
    }
}
