using AgentSim.Engines;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Tests.Sweeps;

public sealed class SweepCheckpointTests : IDisposable
{
    private static readonly ReplaySettings Common = new();
    private static readonly SweepGrid Grid = new() { Workers = [1, 2, 3], RouterModes = [RouterMode.RoundRobin, RouterMode.KvRouter] };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string File => _folder.File("sub/sweep.jsonl");

    private static ReplayWorkload Load(int outputTokens = 8) => SyntheticLoad.Create(
        new SyntheticOptions { InputTokens = 100, OutputTokens = outputTokens, RequestCount = 5, ArrivalIntervalMs = 10 },
            EngineConfig.Default.BlockSize);

    private List<SweepRow> Run(SweepGrid? grid = null, ReplayWorkload? workload = null, ReplaySettings? common = null, bool replace = false,
        int take = int.MaxValue)
    {
        workload ??= Load();
        common ??= Common;
        using SweepCheckpoint checkpoint = SweepCheckpoint.Open(File, workload, common, replace);
        IEnumerable<SweepPoint> points = (grid ?? Grid).Points(common).Select(settings => new SweepPoint(workload, settings));
        return [.. Sweep.Run([.. points], 2, checkpoint).Take(take).OrderBy(row => row.Index)];
    }

    private AgentSimException Refused(ReplayWorkload? workload = null, ReplaySettings? common = null) =>
        Assert.Throws<AgentSimException>(() => Run(workload: workload, common: common));

    [Fact]
    public void What_was_run_is_not_run_again_and_gives_the_same_rows()
    {
        List<SweepRow> first = Run(), second = Run();
        Assert.All(first, row => Assert.False(row.IsResumed));
        Assert.All(second, row => Assert.True(row.IsResumed));
        Assert.Equal(first.Select(row => (row.Index, row.Workers, row.RouterMode, row.Error, row.ErrorId)),
            second.Select(row => (row.Index, row.Workers, row.RouterMode, row.Error, row.ErrorId)));
        foreach ((SweepRow before, SweepRow after) in first.Zip(second)) Assert.Equal(before.GetMetrics(), after.GetMetrics());
        Assert.Single(second, row => row.ErrorId == "ReplaySettingsInvalid");
    }

    [Fact]
    public void What_has_no_samples_has_none_after_a_resumption()
    {
        var capped = new ReplaySettings { MaxSimTimeMs = 0.001 };
        var grid = new SweepGrid();
        SweepRow first = Assert.Single(Run(grid, Load(), capped)), second = Assert.Single(Run(grid, Load(), capped));
        Assert.True(second.IsResumed);
        Assert.Equal((double.PositiveInfinity, 5L), (second.P99TtftMs, second.CutOffRequests));
        Assert.Equal(first.GetMetrics(), second.GetMetrics());
        Assert.DoesNotContain("Infinity", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void An_interrupted_sweep_goes_on()
    {
        Run(take: 2);
        List<SweepRow> rest = Run();
        Assert.Equal(6, rest.Count);
        Assert.Equal(2, rest.Count(row => row.IsResumed));
    }

    [Fact]
    public void A_grid_may_grow()
    {
        Run();
        List<SweepRow> more = Run(Grid with { Workers = [2, 5], RouterSeeds = [1, ReplaySettings.DefaultRouterSeed] });
        Assert.Equal(8, more.Count);
        Assert.Equal(2, more.Count(row => row.IsResumed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(2000)]
    public void A_line_that_was_cut_off_is_dropped(int missing)
    {
        Run();
        byte[] whole = System.IO.File.ReadAllBytes(File);
        System.IO.File.WriteAllBytes(File, whole[..^missing]);
        List<SweepRow> rows = Run();
        Assert.Equal(6, rows.Count);
        Assert.Contains(rows, row => !row.IsResumed);
        Assert.Equal(whole.Length, new FileInfo(File).Length, 200.0);
        Assert.All(Run(), row => Assert.True(row.IsResumed));
    }

    [Fact]
    public void A_cut_off_header_is_written_again()
    {
        Run();
        byte[] whole = System.IO.File.ReadAllBytes(File);
        System.IO.File.WriteAllBytes(File, whole[..30]);
        Assert.All(Run(), row => Assert.False(row.IsResumed));
        Assert.All(Run(), row => Assert.True(row.IsResumed));
    }

    [Fact]
    public void Another_workload_or_other_settings_are_refused_and_the_file_stays()
    {
        Run();
        byte[] before = System.IO.File.ReadAllBytes(File);
        Assert.Equal("CheckpointMismatch", Refused(Load(outputTokens: 9)).ErrorId);
        Assert.Equal("CheckpointMismatch", Refused(common: Common with { MaxSimTimeMs = 5 }).ErrorId);
        Assert.Equal("CheckpointMismatch", Refused(common: Common with { ServiceLevel = new(TtftMs: 5) }).ErrorId);
        Assert.Equal("CheckpointMismatch", Refused(common: Common with { ModelName = "m" }).ErrorId);
        Assert.StartsWith($"{File}:1: ", Refused(common: Common with { ModelName = "m" }).Message);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Assert.All(Run(workload: Load(outputTokens: 9), replace: true), row => Assert.False(row.IsResumed));
        Assert.All(Run(workload: Load(outputTokens: 9), replace: true), row => Assert.True(row.IsResumed));
    }

    [Theory]
    [InlineData("{\"hash_ids\":[1,2]}\n")]
    [InlineData("a file of somebody else")]
    [InlineData("\u001f\u008b\u0008")]
    public void Other_files_are_refused_and_stay(string content)
    {
        _folder.Write("sub/sweep.jsonl", content);
        Assert.Equal("CheckpointInvalid", Refused().ErrorId);
        Assert.Equal(content, System.IO.File.ReadAllText(File));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("oops")]
    [InlineData("{\"point\":5,\"metrics\":{}}")]
    [InlineData("{\"point\":\"x\",\"metrics\":{\"duration_ms\":\"long\"}}")]
    [InlineData("{\"point\":\"x\",\"metrics\":[1]}")]
    public void A_line_that_is_no_point_is_named(string line)
    {
        Run(take: 1);
        System.IO.File.AppendAllText(File, line + "\n");
        AgentSimException error = Refused();
        Assert.Equal("CheckpointInvalid", error.ErrorId);
        Assert.Matches(@":4: ", error.Message);
    }

    [Fact]
    public void Two_sweeps_cannot_share_a_file()
    {
        using SweepCheckpoint one = SweepCheckpoint.Open(File, Load(), Common);
        Assert.Equal("OutputFailed", Refused().ErrorId);
    }

    [Fact]
    public void A_changed_policy_file_is_another_point()
    {
        string policy = _folder.Write("policy.yaml", System.IO.File.ReadAllText(TestData.PathOf("traces", "policy.yaml")));
        SweepGrid Resolved() => Grid with { Workers = [2], Routers =
            [new RouterSettings { RouterPolicyConfig = policy }.Resolve("router")] };
        SweepGrid grid = Resolved();
        Run(grid);
        Assert.All(Run(grid), row => Assert.True(row.IsResumed));
        System.IO.File.AppendAllText(policy, "\n# changed\n");
        Assert.All(Run(Resolved()), row => Assert.False(row.IsResumed));
    }

    [Fact]
    public void Workloads_differ_by_everything_that_a_replay_reads()
    {
        MooncakeRow[] Rows(Action<MooncakeRow>? change = null)
        {
            MooncakeRow[] rows = [Row("a", 0), Row("a", null, delay: 5), Row("b", 7)];
            change?.Invoke(rows[1]);
            return rows;
        }

        static MooncakeRow Row(string session, double? timestamp, double? delay = null) =>
            new() { SessionId = session, Timestamp = timestamp, Delay = delay, InputLength = 32, OutputLength = 4, HashIds = [1, 2] };

        string[] digests =
        [
            .. new Action<MooncakeRow>?[]
            {
                null, row => row.Delay = 6, row => row.InputLength = 31, row => row.OutputLength = 5, row => row.HashIds = [1, 3], row =>
                    row.Priority = 1,
                row => row.StrictPriority = 1, row => row.PolicyClass = "p", row =>
                    (row.SessionId, row.Delay, row.Timestamp) = ("c", null, 5),
                row => row.OutputTokenIds = [1, 2, 3, 4],
            }.Select(change => WorkloadDigest.Of(WorkloadLoader.FromRows(Rows(change), 16))),
            WorkloadDigest.Of(WorkloadLoader.FromRows(Rows(), 32)),
            WorkloadDigest.Of(WorkloadLoader.FromRows(Rows(),
                new WorkloadOptions { TraceBlockSize = 16, Format = TraceFormat.MooncakeDelta })),
            WorkloadDigest.Of(Load()), WorkloadDigest.Of(Load(9)),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[0], WorkloadDigest.Of(WorkloadLoader.FromRows(Rows(), 16)));
    }
}
