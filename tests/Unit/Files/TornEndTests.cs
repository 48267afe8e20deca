using System.Text;
using AgentSim.Capture;
using AgentSim.Files;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Files;

/// <summary>A capture that was killed, or a full disk, leaves a file whose last gzip member or line is not complete.</summary>
public sealed class TornEndTests : IDisposable
{
    private const int Members = 4;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Row(int i) => $$"""{"timestamp":{{i}},"input_length":16,"output_length":1,"hash_ids":[{{i}}]}""" + "\n";

    private static byte[] Member(int i) => TempFolder.Gzip(Row(2 * i) + Row((2 * i) + 1));

    private static byte[] Whole => [.. Enumerable.Range(0, Members).SelectMany(Member)];

    private static List<string> Lines(string path, TornEnds? torn = null)
    {
        using var reader = new LineReader(path, torn: torn);
        List<string> lines = [];
        while (reader.Read()) lines.Add(Encoding.UTF8.GetString(reader.Line));
        return lines;
    }

    [Fact]
    public void Wherever_a_gzip_file_is_torn_its_whole_lines_are_read_when_that_is_asked_for()
    {
        byte[] whole = Whole;
        for (int length = whole.Length - Member(Members - 1).Length + 1; length < whole.Length; length++)
        {
            string path = _folder.Write("torn.jsonl.gz", whole[..length]);
            AgentSimException refused = Assert.Throws<AgentSimException>(() => Lines(path));
            Assert.Equal("GzipInvalid", refused.ErrorId);
            Assert.StartsWith($"{path}:", refused.Message);

            var torn = new TornEnds();
            List<string> lines = Lines(path, torn);
            TornEnd end = Assert.Single(torn.Found);
            Assert.Equal((path, lines.Count), (end.Path, (int)end.Lines));
            Assert.InRange(lines.Count, 2 * (Members - 1), (2 * Members) - 1 + (end.LostBytes == 0 ? 1 : 0));
            for (int i = 0; i < lines.Count; i++) Assert.Equal(Row(i).TrimEnd(), lines[i]);
        }
    }

    [Fact]
    public void A_plain_file_that_ends_within_a_line_is_read_up_to_it_when_that_is_asked_for()
    {
        string path = _folder.Write("torn.jsonl", Row(0) + Row(1)[..20]);
        var torn = new TornEnds();
        Assert.Single(Lines(path, torn));
        Assert.Equal(20, Assert.Single(torn.Found).LostBytes);

        // Without a line feed alone nothing is missing.
        torn = new TornEnds();
        Assert.Equal(2, Lines(_folder.Write("whole.jsonl", Row(0) + Row(1).TrimEnd()), torn).Count);
        Assert.Empty(torn.Found);
    }

    [Fact]
    public void A_damaged_file_is_refused_all_the_same()
    {
        byte[] damaged = Whole;
        damaged[Member(0).Length + 12] ^= 0xff;
        string path = _folder.Write("damaged.jsonl.gz", damaged);
        Assert.Equal("GzipInvalid", Assert.Throws<AgentSimException>(() => Lines(path, new TornEnds())).ErrorId);
    }

    // Whoever cannot ask for the whole lines is not told of a setting that does.
    [Fact]
    public void Only_where_torn_ends_can_be_asked_for_an_error_names_the_setting()
    {
        string path = _folder.Write("torn.jsonl.gz", Whole[..^5]);
        var wording = new Wording(_ => "--allow-torn");
        Assert.DoesNotContain("--allow-torn", Assert.Throws<AgentSimException>(() => Lines(path)).In(wording));
        Assert.Contains("--allow-torn", Assert.Throws<AgentSimException>(() => Lines(path, TornEnds.Refused)).In(wording));
        Assert.Empty(TornEnds.Refused.Found);
    }

    [Fact]
    public void A_replay_of_a_torn_file_says_so_in_its_warnings_and_settings()
    {
        string path = _folder.Write("torn.jsonl.gz", Whole[..^5]);
        var options = new WorkloadOptions { TraceBlockSize = 16 };
        Assert.Equal("GzipInvalid", Assert.Throws<AgentSimException>(() => WorkloadLoader.Load([path], options)).ErrorId);

        ReplayResult result = Replay.Run(WorkloadLoader.Load([path], options with { AllowTorn = true }), new ReplaySettings());
        RunWarning warning = Assert.Single(result.Warnings, warning => warning.Code == "InputTorn");
        Assert.Contains(path, warning.Message);
        Assert.Equal(true, result.Run.Settings["allow_torn"]);
    }

    [Fact]
    public void The_next_capture_makes_torn_segments_whole_and_keeps_their_whole_lines()
    {
        byte[] whole = Whole;
        int last = Member(Members - 1).Length;
        for (int cut = 1; cut < last; cut += 7)
        {
            string path = _folder.Write("t.000000.jsonl.gz", whole[..^cut]);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
            List<string> expected = Lines(path, new TornEnds());
            List<string> problems = [];
            using (TraceFileSink.Open(new TraceSinkOptions { Path = _folder.File("t") }, problem => problems.Add(problem.ErrorId)))
            {
            }

            Assert.Equal("CaptureRepaired", Assert.Single(problems));
            Assert.Equal(expected, Lines(path));
        }
    }

    [Fact]
    public void A_segment_of_which_nothing_is_whole_becomes_empty_and_whole_ones_are_left_alone()
    {
        byte[] whole = Whole;
        string path = _folder.Write("t.000000.jsonl.gz", whole);
        string torn = _folder.Write("t.000001.jsonl.gz", whole[..15]);
        foreach (string file in (string[])[path, torn]) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        using (TraceFileSink.Open(new TraceSinkOptions { Path = _folder.File("t") }))
        {
        }

        Assert.Equal(whole, File.ReadAllBytes(path));
        Assert.Empty(Lines(torn));
    }

    [Fact]
    public void A_segment_that_somebody_is_writing_is_left_alone()
    {
        byte[] half = Whole[..^5];
        string path = _folder.Write("t.000000.jsonl.gz", half);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read))
        using (TraceFileSink.Open(new TraceSinkOptions { Path = _folder.File("t") }))
        {
        }

        Assert.Equal(half, File.ReadAllBytes(path));
    }
}
