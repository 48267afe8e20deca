using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.Tests.Sweeps;

/// <summary>Machines of this process, which get a parcel as those of another one do, and can die.</summary>
public sealed class SweepMachinesTests : IDisposable
{
    private static readonly SyntheticOptions Synthetic =
        new() { InputTokens = 512, OutputTokens = 32, RequestCount = 40, ArrivalIntervalMs = 10, SharedPrefixRatio = 0.5,
            NumPrefixGroups = 3 };

    private static readonly SweepGrid Grid = new() { Workers = [1, 2, 4], RouterModes = [RouterMode.RoundRobin, RouterMode.KvRouter] };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static SweepPoint[] Points(SweepGrid grid, SweepInput input, ReplaySettings? common = null)
    {
        var workloads = new SweepWorkloads(input.Synthetic is not null, blockSize => input switch
        {
            { Synthetic: { } synthetic } => SyntheticLoad.Create(synthetic, blockSize),
            { Rows.Count: > 0 } => WorkloadLoader.FromRows(input.Rows, input.Options),
            { Records.Count: > 0 } => WorkloadLoader.FromRecords(input.Records, input.Options),
            _ => WorkloadLoader.Load(input.Paths, input.Options),
        });
        return [.. grid.Points(common ?? new()).Select(workloads.Point)];
    }

    private string Pack(SweepInput input, SweepPoint[] points)
    {
        string path = _folder.File("parcel.zip");
        using FileStream file = File.Create(path);
        SweepParcel.Write(file, input, points);
        return path;
    }

    private static string Text(IEnumerable<SweepRow> rows) => string.Join('\n', rows.OrderBy(row => row.Index).Select(row =>
        $"{row.Index} {row} {row.Error} {row.Warnings} "
            + string.Join(' ', row.GetMetrics().Where(metric => !MetricNames.IsOfClock(metric.Name)))));

    private void IsTheSame(SweepInput input, SweepGrid grid, ReplaySettings? common = null)
    {
        SweepPoint[] points = Points(grid, input, common);
        string parcel = Pack(input, points);
        List<RunWarning> lost = [];
        using (var machines = new SweepMachines([new Machine(_folder, parcel), new Machine(_folder, parcel)], lost.Add))
        {
            string here = Text(Sweep.Run(points, 2));
            Assert.Equal(here, Text(Sweep.Run(points, machines)));
            Assert.Equal(here, Text(Sweep.Run(points, machines)));   // again, as a search does
        }

        Assert.Empty(lost);
        Assert.Equal(["parcel.zip"], _folder.Everything);
    }

    [Fact]
    public void Synthetic_load_is_made_there() => IsTheSame(new SweepInput { Synthetic = Synthetic },
        Grid with { Engines = [EngineConfig.Default, EngineConfig.Parse("""{"block_size":16,"max_num_seqs":4}""", "engine")] });

    [Fact]
    public void Files_go_there_with_what_settings_name()
    {
        string first = TestData.PathOf("traces", "policy.yaml");
        string rows = TestData.PathOf("traces", "agent-small.trace.jsonl");
        RouterConfig[] routers =
        [
            RouterConfig.Default,
            new RouterSettings { RouterPolicyConfig = first, RouterTemperature = 0.5 }.Resolve("router"),
        ];
        IsTheSame(new SweepInput { Paths = [rows], Options = new WorkloadOptions { Format = TraceFormat.Dynamo } },
            new SweepGrid { Workers = [2], RouterModes = [RouterMode.KvRouter], Routers = routers, RouterSeeds = [1, 2] },
            new ReplaySettings { ModelName = "m", MaxSimTimeMs = 20000, ServiceLevel = new(30, 6, 2000), ReportsAgents = true });
    }

    [Fact]
    public void Knobs_go_there()
    {
        string rows = TestData.PathOf("traces", "agent-small.trace.jsonl");
        var knobs = new KnobGrid
        {
            ToolSpeedupRatios = [ToolSpeedup.Neutral, ToolSpeedup.Of(1.5, [new("a,b=c", 3)])],
            Copies = [1, 2],
            CopiesOffsets = [CopiesOffset.Gap],
            CopiesShared = [3],
            MaxIdleSeconds = [0.5],
            OutputRatios = [0.7],
        };
        IsTheSame(
            new SweepInput { Records = [.. RequestTraceReader.Read([rows])], Options = new() { Format = TraceFormat.Dynamo } },
            new SweepGrid { Workers = [2], Knobs = knobs.All() });
    }

    [Fact]
    public void A_machine_that_dies_loses_its_points_to_the_others()
    {
        var input = new SweepInput { Synthetic = Synthetic };
        SweepPoint[] points = Points(Grid with { RouterSeeds = [.. Enumerable.Range(0, 10).Select(seed => (ulong)seed)] }, input);
        string parcel = Pack(input, points);
        List<RunWarning> lost = [];
        using var machines = new SweepMachines(
            [new Machine(_folder, parcel, dies: 3), new Machine(_folder, parcel), new Machine(_folder, parcel, dies: 0)], lost.Add);
        List<SweepRow> rows = [.. Sweep.Run(points, machines)];
        Assert.Equal(Text(Sweep.Run(points, 2)), Text(rows));
        Assert.Equal(60, rows.Count);
        Assert.InRange(lost.Count, 1, 2);   // the other may be done before it asks
        Assert.All(lost, warning => Assert.Equal("SweepMachineLost", warning.Code));
        Assert.Contains(lost, warning => warning.Message.Contains("is lost: the cable was cut"));
    }

    [Fact]
    public void When_all_are_lost_the_sweep_ends_and_its_checkpoint_keeps_what_is_done()
    {
        var input = new SweepInput { Synthetic = Synthetic };
        SweepPoint[] points = Points(Grid with { RouterSeeds = [.. Enumerable.Range(0, 20).Select(seed => (ulong)seed)] }, input);
        string parcel = Pack(input, points);
        List<SweepRow> rows = [];
        AgentSimException error;
        using (SweepCheckpoint checkpoint = SweepCheckpoint.Open(_folder.File("c.jsonl"), points[0].Workload, new()))
        {
            error = Assert.Throws<AgentSimException>(() =>
            {
                using var machines = new SweepMachines([new Machine(_folder, parcel, dies: 4)], _ => { });
                foreach (SweepRow row in Sweep.Run(points, machines, checkpoint)) rows.Add(row);
            });
        }

        Assert.Equal("SweepMachinesLost", error.ErrorId);
        Assert.Contains("the cable was cut", error.Message);
        using SweepCheckpoint again = SweepCheckpoint.Open(_folder.File("c.jsonl"), points[0].Workload, new());
        List<SweepRow> rest = [.. Sweep.Run(points, 2, again)];
        Assert.Equal(rows.Count, rest.Count(row => row.IsResumed));
        Assert.Equal(Text(Sweep.Run(points, 2)), Text(rest));
    }

    [Fact]
    public void A_machine_to_which_something_else_came_is_not_used()
    {
        var input = new SweepInput { Synthetic = Synthetic };
        SweepPoint[] points = Points(Grid, input);
        string parcel = Pack(input with { Synthetic = Synthetic with { OutputTokens = 33 } }, points);
        using var machines = new SweepMachines([new Machine(_folder, parcel)], _ => { });
        AgentSimException error = Assert.Throws<AgentSimException>(() => Sweep.Run(points, machines).ToList());
        Assert.Equal("SweepMachinesLost", error.ErrorId);
        Assert.Contains("rows that were sent read otherwise there", error.Message);
        Assert.Equal(["parcel.zip"], _folder.Everything);
    }

    [Fact]
    public void Whoever_has_enough_stops_the_machines()
    {
        var input = new SweepInput { Synthetic = Synthetic };
        SweepPoint[] points = Points(Grid, input);
        var machine = new Machine(_folder, Pack(input, points));
        using (var machines = new SweepMachines([machine], _ => { })) Assert.Single(Sweep.Run(points, machines).Take(1));
        Assert.True(machine.IsDisposed);
    }

    // Whatever decides a replay has to be in the parcel; what is not is named here.
    [Fact]
    public void A_parcel_has_every_setting()
    {
        Names<ReplaySettings>(["Engine", "Workers", "Pools", "RouterMode", "Router", "ModelName", "RouterSeed", "Concurrency",
            "ArrivalSpeedupRatio", "Knobs", "MaxSimTimeMs", "ServiceLevel", "ReportsAgents", "Calibration"],
            // What reports say beside, and what only replays by themselves record.
            ["Warnings", "RecordsKvUse", "RunName"]);
        Names<WorkloadOptions>(
            ["Format", "TraceBlockSize", "SharedPrefixRatio", "PrefixGroups", "Model", "AllowCut", "AllowTorn", "DropSessionless",
                "MissingDependency"],
            ["Import", "OnWarning"]);
    }

    private static void Names<T>(string[] packed, string[] left) => Assert.Equal(
        packed.Concat(left).Order(StringComparer.Ordinal),
        typeof(T).GetProperties().Where(property => property.GetMethod!.IsStatic == false).Select(property => property.Name)
            .Order(StringComparer.Ordinal));

    private sealed class Machine(TempFolder folder, string parcel, int dies = int.MaxValue) : ISweepMachine
    {
        private readonly string _place = folder.File($"machine-{Guid.NewGuid():N}");
        private SweepWorker? _worker;
        private int _asked;

        public string Name => "machine";

        public bool IsDisposed { get; private set; }

        public void Start(CancellationToken cancellation)
        {
            Directory.CreateDirectory(_place);
            string copy = Path.Combine(_place, "parcel.zip");
            File.Copy(parcel, copy);
            _worker = SweepWorker.Open(copy, 1);
        }

        public string Ask(string request, CancellationToken cancellation) =>
            _asked++ < dies ? _worker!.Answer(request) : throw new IOException("the cable was cut.");

        public void Dispose()
        {
            _worker?.Dispose();
            IsDisposed = true;
        }
    }
}
