using AgentSim.Engines;
using AgentSim.Lowering;
using AgentSim.Recording;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Traces;
using AgentSim.Workload;
using static AgentSim.Tests.Rows.PlayRows;

namespace AgentSim.Tests.Workload;

/// <summary>Replays of agentic rows of version 2.</summary>
public sealed class PlayReplayTests : IDisposable
{
    private static readonly ReplaySettings OneWorker = new() { Engine = EngineConfig.Parse("""{"block_size":16}""", "engine") };
    private static readonly ReplaySettings TwoWorkers = OneWorker with { Workers = 2 };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ReplayWorkload Load(string content, int? blockSize = null) => WorkloadLoader.Load(
        [_folder.Write("in.jsonl", content)], new WorkloadOptions { Format = TraceFormat.AgenticMooncake, TraceBlockSize = blockSize });

    private static Dictionary<string, RequestResult> Run(ReplayWorkload load, ReplaySettings settings) =>
        Replay.Run(load, settings).Requests.ToDictionary(request => request.RequestId!);

    private static Dictionary<string, RequestResult> Run(ReplaySettings settings, params MooncakeRow[] rows) =>
        Run(WorkloadLoader.FromRows(rows), settings);

    private static string Fault(params MooncakeRow[] rows) => Assert.Throws<AgentSimException>(() => WorkloadLoader.FromRows(rows)).Message;

    [Fact]
    public void The_worked_example_comes_out()
    {
        ReplayWorkload load = Load(Example, blockSize: null);   // the header knows
        Assert.Equal((16, true, 4, TraceFormat.AgenticMooncake), (load.TraceBlockSize, load.IsAgentic, load.RequestCount, load.Format));
        Dictionary<string, RequestResult> results = Run(load, TwoWorkers);
        Check("b", 1, 0, 10.0, 22.734314, 45.231962, 45.231962);
        Check("c", 2, 1, 3.0, 3.0, 25.487759, 31.234352);
        Check("p", 3, 0, 0.0, 0.0, 22.734314, 56.73174000000001);
        Check("q", 4, 1, 61.73174000000001, 61.73174000000001, 84.71282400000001, 90.46600900000001);
        Assert.Equal(("t", 0), (results["c"].SessionId, results["c"].TurnIndex));

        void Check(string id, int ordinal, int worker, double arrival, double admit, double first, double end)
        {
            RequestResult result = results[id];
            Assert.Equal((ordinal, worker), (result.Ordinal, result.DecodeWorkerIdx));
            Assert.Equal((arrival, admit, first, end), (result.ArrivalTimeMs, result.FirstAdmitMs, result.FirstTokenMs,
                result.TerminalTimeMs));
        }
    }

    // The one-worker loop sees arrivals only between passes; the times it records are those of the event loop.
    [Fact]
    public void One_worker_takes_a_start_at_its_ready_time_though_it_notices_later()
    {
        Dictionary<string, RequestResult> results = Run(Load(Example), OneWorker);
        Assert.Equal(3.0, results["c"].ArrivalTimeMs);
        Assert.Equal(22.734314, results["c"].FirstAdmitMs);
        MooncakeRow late = Row("b", "A", 10), child = Row("c", "A", 0, WithStartOf("b", 5)),
            grandchild = Row("d", "A", 0, WithStartOf("c", 6));
        results = Run(OneWorker, Row("a", "A", 0), late, child, grandchild);
        Assert.Equal((10.0, 15.0, 21.0), (results["b"].ArrivalTimeMs, results["c"].ArrivalTimeMs, results["d"].ArrivalTimeMs));
        Assert.Equal(results["b"].FirstAdmitMs, results["d"].FirstAdmitMs);
    }

    [Fact]
    public void Plans_of_many_passes_and_single_passes_agree()
    {
        string trace = TestData.PathOf("traces", "agent-branchy.trace.jsonl.gz");
        ReplayWorkload load = WorkloadLoader.FromRows(Lowered(trace, 2));
        foreach (ReplaySettings settings in (ReplaySettings[])[OneWorker, TwoWorkers,
            TwoWorkers with { RouterMode = RouterMode.KvRouter, Router = RouterConfig.Default }])
        {
            Dictionary<string, RequestResult> planned = Run(load, settings), stepped = Run(load, settings with { StepByStep = true });
            Assert.Equal(load.RequestCount, planned.Count);
            Assert.All(planned, pair => Assert.Equal(Times(stepped[pair.Key]), Times(pair.Value)));
        }
    }

    // Behaviour 01#12.5: a version 1 file says the same with completion dependencies of its row's delay.
    [Theory]
    [InlineData("agent-small.trace.jsonl", 1)]
    [InlineData("agent-small.trace.jsonl", 3)]
    [InlineData("agent-tools.trace.jsonl.gz", 2)]
    public void Rows_of_version_1_said_in_version_2_replay_alike(string trace, int workers)
    {
        List<MooncakeRow> rows = [.. Lowered(TestData.PathOf("traces", trace), 1)];
        // Ids in row order, so that ties break alike.
        Dictionary<string, string> id = rows.Select((row, index) => (row.RequestId!, $"{index:d6}")).ToDictionary();
        List<MooncakeRow> said = [.. rows.Select(row => new MooncakeRow
        {
            IsAgentic = true,
            RequestId = id[row.RequestId!],
            PlayId = "all",
            SessionId = row.SessionId,
            Model = "m",
            InputLength = row.InputLength,
            OutputLength = row.OutputLength,
            HashIds = row.HashIds,
            NotBeforeMs = row.WaitFor.Count == 0 ? row.Timestamp : 0,
            Dependencies = [.. row.WaitFor.Select(other => After(id[other], row.Delay!.Value + (row.ToolWaitMs ?? 0)))],
            TraceBlockSize = row.TraceBlockSize,
        })];
        ReplaySettings settings = OneWorker with { Workers = workers };
        Dictionary<string, RequestResult> one = Run(WorkloadLoader.FromRows(rows), settings),
            two = Run(WorkloadLoader.FromRows(said), settings);
        Assert.Equal(rows.Count, two.Count);
        Assert.All(one, pair => Assert.Equal(Times(pair.Value), Times(two[id[pair.Key]])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_rejected_request_ends_its_play(int workers)
    {
        ReplaySettings settings = new() { Engine = EngineConfig.Parse("""{"block_size":16,"num_gpu_blocks":4}""", "engine"),
            Workers = workers };
        MooncakeRow huge = Row("a", "A", 0);
        (huge.InputLength, huge.HashIds) = (80, [1, 2, 3, 4, 5]);
        MooncakeRow[] rows = [huge, Row("b", "A", 0, After("a", 7)), Row("c", "A", 500), Row("d", "B", 1), Row("e", "B", 0, After("d", 7))];
        ReplayResult result = Replay.Run(WorkloadLoader.FromRows(rows), settings);
        Assert.Equal(["a", "d", "e"], result.Requests.Select(request => request.RequestId));
        Assert.Equal(TerminalStatus.Rejected, result.Requests[0].TerminalStatus);
        Assert.Equal((3, 2), (result.Summary.NumRequests, result.Summary.CompletedRequests));
        // The clock does not go on to c's time.
        Assert.Equal(result.Requests[2].TerminalTimeMs, result.Summary.DurationMs);
        Assert.True(result.Summary.DurationMs < 500);
    }

    [Fact]
    public void A_request_that_could_never_finish_is_no_fault_where_it_never_starts()
    {
        ReplaySettings settings = new() { Engine = EngineConfig.Parse("""{"block_size":16,"num_gpu_blocks":4}""", "engine") };
        MooncakeRow rejected = Row("a", "A", 0), endless = Row("b", "A", 0, After("a"));
        (rejected.InputLength, rejected.HashIds) = (80, [1, 2, 3, 4, 5]);
        endless.OutputLength = 100;
        Assert.Single(Run(settings, rejected, endless));
        Assert.Equal("RequestNeverFits", Assert.Throws<AgentSimException>(() => Run(settings, Row("a", "A", 0), endless)).ErrorId);
        // Not known beforehand, but when it comes.
        Assert.Equal("RequestNeverFits", Assert.Throws<AgentSimException>(() =>
            Run(settings, rejected, Row("c", "C", 0), ElsewhereEndless())).ErrorId);

        MooncakeRow ElsewhereEndless()
        {
            MooncakeRow row = Row("d", "C", 0, After("c"));
            row.OutputLength = 100;
            return row;
        }
    }

    // An authored token equals the number of an id, counted over the rows in id order: here id 77 is number 1.
    [Fact]
    public void Ids_are_numbered_in_the_order_of_the_rows_ids()
    {
        MooncakeRow last = Row("z", "A", 0, After("b", 1)), first = Row("a", "A", 0), middle = Row("b", "A", 0, After("a", 1));
        (first.HashIds, middle.HashIds) = ([88], [88]);
        (middle.OutputLength, middle.OutputTokenIds) = (40, [.. Enumerable.Repeat(1u, 40)]);
        (last.InputLength, last.HashIds) = (49, [88, 77, 77, 77]);
        MooncakeRow behind = Row("zz", "A", 0, After("z", 1));
        behind.HashIds = [55];
        Assert.Equal(48, Run(OneWorker, behind, last, middle, first)["z"].ReusedInputTokens);
        Assert.Equal(48, Run(OneWorker, first, middle, last, behind)["z"].ReusedInputTokens);
    }

    [Fact]
    public void Dependencies_have_to_be_within_reach()
    {
        Assert.Contains("'b' waits for 'x'", Fault(Row("b", "A", 0, After("x"))));
        Assert.Contains("'b' waits for itself", Fault(Row("b", "A", 0, WithStartOf("b"))));
        Assert.Contains("depends on 'a' of another play", Fault(Row("a", "A", 0), Row("b", "B", 0, After("a"))));
        Assert.Contains("waits, through others, for itself", Fault(Row("a", "A", 0, After("b")), Row("b", "A", 0, WithStartOf("a"))));
        Assert.Contains("'a' appears twice", Fault(Row("a", "A", 0), Row("a", "B", 0)));
        Assert.Contains("versions 1 and 2", Fault(Row("a", "A", 0),
            new MooncakeRow { IsAgentic = true, RequestId = "b", OutputLength = 1, HashIds = [1] }));
    }

    [Fact]
    public void The_row_at_fault_is_named_with_its_line()
    {
        var error = Assert.Throws<AgentSimException>(() => Load(Example.Replace("\"request_id\":\"c\",\"trigger\"",
            "\"request_id\":\"x\",\"trigger\"", StringComparison.Ordinal)));
        Assert.Contains("in.jsonl:4: request 'q' waits for 'x'", error.Message);
        Assert.Contains("no rows to replay", Assert.Throws<AgentSimException>(() => Load(Header)).Message);
    }

    [Fact]
    public void Closed_loops_are_for_other_formats() =>
        Assert.Contains("concurrency", Assert.Throws<AgentSimException>(() =>
            Run(OneWorker with { Concurrency = 2 }, Row("a", "A", 0))).Message);

    private static IEnumerable<MooncakeRow> Lowered(string path, int version)
    {
        var lowering = new TraceLowering(version);
        foreach (TraceRecord record in RequestTraceReader.Read([path])) lowering.Add(record);
        return lowering.Rows();
    }

    private static (double, double?, double?, double, int) Times(RequestResult result) =>
        (result.ArrivalTimeMs, result.FirstAdmitMs, result.FirstTokenMs, result.TerminalTimeMs, result.ReusedInputTokens);
}
