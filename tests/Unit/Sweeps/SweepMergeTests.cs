using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Tests.Sweeps;

public sealed class SweepMergeTests : IDisposable
{
    private static readonly SweepGrid Grid = new() { Workers = [1, 2, 3], RouterModes = [RouterMode.RoundRobin, RouterMode.KvRouter] };
    private static readonly ReplayWorkload Load = Loaded(8);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ReplayWorkload Loaded(int outputTokens) => SyntheticLoad.Create(
        new SyntheticOptions { InputTokens = 100, OutputTokens = outputTokens, RequestCount = 5, ArrivalIntervalMs = 10 },
        EngineConfig.Default.BlockSize);

    private string Share(string name, SweepShard? shard, SweepGrid? grid = null, ReplayWorkload? workload = null,
        ReplaySettings? common = null, int take = int.MaxValue)
    {
        string path = _folder.File(name);
        workload ??= Load;
        SweepPoint[] points = [.. (grid ?? Grid).Points(common ?? new()).Select(settings => new SweepPoint(workload, settings))];
        using SweepCheckpoint checkpoint = SweepCheckpoint.Open(path, workload, common ?? new());
        foreach (SweepRow _ in Sweep.Run(points, 2, checkpoint, shard: shard).Take(take)) { }
        return path;
    }

    private static List<SweepRow> Whole() =>
        [.. Sweep.Run([.. Grid.Points(new()).Select(settings => new SweepPoint(Load, settings))], 2).OrderBy(row => row.Index)];

    // Everything but the clock on the wall, as files have it.
    private static string Text(IReadOnlyList<SweepRow> rows)
    {
        using var csv = new MemoryStream();
        SweepFile.WriteCsv(csv, rows);
        string[][] cells = [.. System.Text.Encoding.UTF8.GetString(csv.ToArray()).Split('\n').Select(line => line.Split(','))];
        bool[] isKept = [.. cells[0].Select(name => !MetricNames.IsOfClock(name))];
        Assert.Equal(3, isKept.Count(kept => !kept));
        return string.Join('\n', cells.Select(line => string.Join(',', line.Where((_, i) => i >= isKept.Length || isKept[i]))))
            + SweepTable.Render(rows, SweepTable.DefaultMetrics);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(9)]   // more than there are points
    public void Shares_make_the_rows_of_one_machine(int count)
    {
        string[] paths = [.. Enumerable.Range(0, count)
            .Select(number => Share($"{number}.jsonl", new SweepShard(number, count))).Reverse()];
        SweepMerge merge = SweepMerge.Read(paths);
        Assert.Null(merge.Missing);
        Assert.Equal(Enumerable.Range(0, 6), merge.Rows.Select(row => row.Index));
        Assert.Equal(Text(Whole()), Text(merge.Rows));
        Assert.Equal(Whole()[3].ErrorTemplate, merge.Rows[3].ErrorTemplate);   // in the words of whoever shows it
    }

    [Fact]
    public void An_interrupted_share_is_named_and_taken_up()
    {
        string one = Share("1.jsonl", new SweepShard(1, 2));
        string zero = Share("0.jsonl", new SweepShard(0, 2), take: 1);
        SweepMerge merge = SweepMerge.Read([zero, one]);
        Assert.Equal(4, merge.Rows.Count);
        Assert.Equal("CheckpointIncomplete", merge.Missing?.ErrorId);
        Assert.StartsWith("2 of 6 combinations are in none of the 2 checkpoints: ", merge.Missing?.Message);
        Share("0.jsonl", new SweepShard(0, 2));
        Assert.Equal(Text(Whole()), Text(SweepMerge.Read([zero, one]).Rows));
    }

    [Fact]
    public void A_combination_may_be_in_several_files_with_the_same_numbers()
    {
        string whole = Share("all.jsonl", null), share = Share("0.jsonl", new SweepShard(0, 2));
        Assert.Equal(Text(Whole()), Text(SweepMerge.Read([share, whole, whole]).Rows));
        string other = _folder.Write("other.jsonl", File.ReadAllText(share).Replace("\"num_requests\":5", "\"num_requests\":6"));
        AgentSimException error = Assert.Throws<AgentSimException>(() => SweepMerge.Read([whole, other]));
        Assert.Equal("CheckpointDiffers", error.ErrorId);
        Assert.Contains("num_requests 5 and 6", error.Message);
    }

    [Fact]
    public void Of_a_grid_that_grew_the_last_counts()
    {
        string path = Share("a.jsonl", null, Grid with { Workers = [7] });
        Share("a.jsonl", null);
        Assert.Equal(Text(Whole()), Text(SweepMerge.Read([path]).Rows));
    }

    [Fact]
    public void What_is_of_another_sweep_is_refused()
    {
        string first = Share("first.jsonl", new SweepShard(0, 2));
        string Refused(string path)
        {
            AgentSimException error = Assert.Throws<AgentSimException>(() => SweepMerge.Read([first, path]));
            Assert.Equal("CheckpointMismatch", error.ErrorId);
            Assert.StartsWith($"{path}:1: is of ", error.Message);
            return error.Message;
        }

        Assert.Contains("another grid", Refused(Share("b.jsonl", null, Grid with { Workers = [1, 2] })));
        Assert.Contains("another workload", Refused(Share("c.jsonl", null, workload: Loaded(9))));
        Assert.Contains("other settings", Refused(Share("d.jsonl", null, common: new() { MaxSimTimeMs = 5 })));
        Assert.Contains("other settings", Refused(Share("e.jsonl", null, common: new() { ReportsAgents = true })));
        string other = File.ReadAllText(first).Replace($"\"version\":\"{Replay.Version}\"", "\"version\":\"0.0.1\"");
        Assert.Contains("another version of AgentSim ('0.0.1', not ", Refused(_folder.Write("f.jsonl", other)));
    }

    [Theory]
    [InlineData("", "CheckpointInvalid")]
    [InlineData("index,engine\n", "CheckpointInvalid")]
    [InlineData("{\"agentsim_sweep\":2,\"ver", "CheckpointInvalid")]
    [InlineData("{\"agentsim_sweep\":1,\"digest\":\"x\"}\n", "CheckpointMismatch")]
    [InlineData("{\"agentsim_sweep\":2,\"version\":\"v\",\"workload\":\"w\",\"settings\":\"s\"}\n", "CheckpointInvalid")]
    [InlineData("{\"agentsim_sweep\":2,\"version\":\"v\",\"workload\":\"w\",\"settings\":\"s\"}\n{\"grid\":null}\n", "CheckpointInvalid")]
    [InlineData("{\"agentsim_sweep\":2,\"version\":\"v\",\"workload\":\"w\",\"settings\":\"s\"}\n{\"grid\":[{}]}\n", "CheckpointInvalid")]
    public void What_is_no_checkpoint_is_refused(string content, string id)
    {
        string path = _folder.Write("x.jsonl", content);
        AgentSimException error = Assert.Throws<AgentSimException>(() => SweepMerge.Read([path]));
        Assert.Equal(id, error.ErrorId);
        Assert.StartsWith(path, error.Message);
        Assert.Equal(content, File.ReadAllText(path));
    }

    [Fact]
    public void A_checkpoint_that_is_being_written_is_not_merged()
    {
        string path = Share("0.jsonl", null);
        using SweepCheckpoint open = SweepCheckpoint.Open(path, Load, new());
        Assert.Equal("InputUnreadable", Assert.Throws<AgentSimException>(() => SweepMerge.Read([path])).ErrorId);
    }

    [Theory]
    [InlineData("0/1", 0, 1)]
    [InlineData("3/4", 3, 4)]
    [InlineData("007/10", 7, 10)]
    public void Shares_are_read(string text, int number, int count) => Assert.Equal(new SweepShard(number, count), SweepShard.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("4/4")]
    [InlineData("-1/4")]
    [InlineData("0/0")]
    [InlineData("1/2/3")]
    [InlineData(" 1/2")]
    [InlineData("0/99999999999")]
    public void What_is_no_share_is_refused(string text) =>
        Assert.Equal("ShardInvalid", Assert.Throws<AgentSimException>(() => SweepShard.Parse(text)).ErrorId);
}
