using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Tests.Lowering;

/// <summary>Request traces as agentic rows of version 2 (behaviour 01#12.4).</summary>
public sealed class PlayLoweringTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static RequestRecord Request(string id, string session, long start, long end, string? parent = null,
        params RecordedDependency[] dependencies) => new()
    {
        EventType = "request_end",
        RequestId = id,
        SessionId = session,
        ParentSessionId = parent,
        Model = "m",
        ReceivedUnixMs = start,
        TotalTimeMs = end - start,
        OutputTokens = 1,
        TraceBlockSize = 16,
        InputLength = 16,
        InputSequenceHashes = [1],
        Dependencies = dependencies,
    };

    private static ToolRecord Tool(string session, string source, string? consumer, string child, string mode) => new()
    {
        EventType = "tool_end",
        SessionId = session,
        ToolCallId = "t",
        ToolClass = "agent",
        EventUnixMs = 1500,
        Causality = new ToolCausality(source, consumer, child, mode),
    };

    private static Dictionary<string, MooncakeRow> Lower(params TraceRecord[] records)
    {
        var lowering = new TraceLowering(2);
        foreach (TraceRecord record in records) lowering.Add(record);
        return lowering.Rows().ToDictionary(row => row.RequestId!);
    }

    private static string Fault(params TraceRecord[] records) => Assert.Throws<AgentSimException>(() => Lower(records)).Message;

    private static RowDependency Sequence(string id, double delay) =>
        new(id, DependencyTrigger.Completion, delay, DependencyRelation.Sequence);

    private static RowDependency Join(string id, double delay) => new(id, DependencyTrigger.Completion, delay, DependencyRelation.Join);

    private static RowDependency Spawn(string id, DependencyTrigger trigger, double delay) =>
        new(id, trigger, delay, DependencyRelation.Spawn);

    [Fact]
    public void Rows_carry_what_version_2_knows_and_nothing_of_version_1()
    {
        MooncakeRow row = Lower(Request("a", "s", 1000, 1100), Request("b", "s", 1150, 1200))["b"];
        Assert.Equal((2, "s", "s", "m", 150.0), (row.AgenticVersion, row.PlayId, row.SessionId, row.Model, row.NotBeforeMs));
        Assert.Equal((16, 1, 16), (row.InputLength, row.OutputLength, row.TraceBlockSize));
        Assert.Equal([Sequence("a", 50)], row.Dependencies);
        Assert.Equal((null, null, null, null, null), (row.Timestamp, row.Delay, row.ToolWaitMs, row.RequestKind, row.PrefixReset));
        Assert.Empty(row.WaitFor);
        Assert.Empty(row.Branches);
    }

    [Fact]
    public void Overlapping_requests_of_a_session_follow_without_delay() =>
        Assert.Equal([Sequence("a", 0)], Lower(Request("a", "s", 1000, 1100), Request("b", "s", 1050, 1200))["b"].Dependencies);

    [Fact]
    public void A_child_that_starts_during_the_spawning_request_depends_on_its_start()
    {
        Dictionary<string, MooncakeRow> rows = Lower(
            Request("a", "s", 1000, 1100), Request("b", "s", 1300, 1400), Request("k", "c", 1040, 1200, "s"),
                Request("l", "d", 1100, 1400, "s"));
        Assert.Equal([Spawn("a", DependencyTrigger.Dispatch, 40)], rows["k"].Dependencies);
        Assert.Equal([Spawn("a", DependencyTrigger.Completion, 0)], rows["l"].Dependencies);   // not before the end
        Assert.Equal([Sequence("a", 200), Join("k", 100)], rows["b"].Dependencies);
        Assert.All(rows.Values, row => Assert.Equal("s", row.PlayId));
    }

    [Fact]
    public void Edges_are_sorted_by_target_trigger_and_relation_and_listed_once()
    {
        var again = new RecordedDependency("b", DependencyRelation.Sequence, DependencyTrigger.Completion);
        var barrier = new RecordedDependency("b", DependencyRelation.ReplayBarrier, DependencyTrigger.Completion);
        var early = new RecordedDependency("b", DependencyRelation.Spawn, DependencyTrigger.Dispatch);
        var other = new RecordedDependency("a", DependencyRelation.Join, DependencyTrigger.Completion);
        Assert.Equal(
            [
                Join("a", 200),
                Spawn("b", DependencyTrigger.Dispatch, 150),
                Sequence("b", 100),
                new RowDependency("b", DependencyTrigger.Completion, 100, DependencyRelation.ReplayBarrier),
            ],
            Lower(Request("a", "s", 1000, 1100), Request("b", "s", 1150, 1200),
                Request("c", "s", 1300, 1400, null, barrier, early, again, other))["c"].Dependencies);
    }

    [Fact]
    public void An_explicit_edge_between_sessions_replaces_what_the_times_say_about_them()
    {
        var recorded = new RecordedDependency("k", DependencyRelation.Join, DependencyTrigger.Completion);
        TraceRecord[] records =
        [
            Request("a", "s", 1000, 1100), Request("b", "s", 1300, 1400), Request("c", "s", 1500, 1600, null, recorded),
            Request("k", "c", 1040, 1200, "s"), Request("l", "d", 1050, 1250, "s"),
        ];
        Dictionary<string, MooncakeRow> rows = Lower(records);
        Assert.Empty(rows["k"].Dependencies);
        Assert.Equal([Sequence("a", 200), Join("l", 50)], rows["b"].Dependencies);
        Assert.Equal([Sequence("b", 100), Join("k", 300)], rows["c"].Dependencies);
        Assert.Equal([Spawn("a", DependencyTrigger.Dispatch, 50)], rows["l"].Dependencies);
    }

    [Fact]
    public void An_explicit_edge_from_the_child_counts_for_the_pair_as_well()
    {
        var recorded = new RecordedDependency("a", DependencyRelation.Spawn, DependencyTrigger.Dispatch);
        Dictionary<string, MooncakeRow> rows = Lower(
            Request("a", "s", 1000, 1100), Request("b", "s", 1300, 1400), Request("k", "c", 1140, 1200, "s", recorded));
        Assert.Equal([Spawn("a", DependencyTrigger.Dispatch, 140)], rows["k"].Dependencies);
        Assert.Equal([Sequence("a", 200)], rows["b"].Dependencies);
    }

    [Theory]
    [InlineData("blocking", "c", true)]
    [InlineData("blocking", null, false)]
    [InlineData("background", "c", false)]
    public void Tool_metadata_wins_over_times_and_only_a_consumer_of_a_blocking_call_waits(string mode, string? consumer, bool joins)
    {
        Dictionary<string, MooncakeRow> rows = Lower(
            Request("a", "s", 1000, 1050), Request("b", "s", 1060, 1100), Request("c", "s", 1500, 1600), Request("k", "x", 1080, 1200, "s"),
            Tool("s", "a", consumer, "x", mode));
        Assert.Equal([Spawn("a", DependencyTrigger.Completion, 30)], rows["k"].Dependencies);
        Assert.Equal(joins ? [Sequence("b", 400), Join("k", 300)] : [Sequence("b", 400)], rows["c"].Dependencies);
    }

    [Fact]
    public void The_play_is_named_after_the_topmost_session()
    {
        Dictionary<string, MooncakeRow> rows = Lower(
            Request("d", "grandchild", 1020, 1030, "child"), Request("c", "child", 1010, 1040, "root"), Request("a", "root", 1000, 1100),
                Request("z", "other", 1000, 1100));
        Assert.Equal(["root", "root", "root", "other"], ((string[])["a", "c", "d", "z"]).Select(id => rows[id].PlayId));
    }

    [Fact]
    public void Parents_have_to_be_there_and_to_end_somewhere()
    {
        Assert.Contains("has parent 'q', which has no requests", Fault(Request("a", "s", 1000, 1100, "q")));
        Assert.Contains("is an ancestor of itself", Fault(Request("a", "s", 1000, 1100, "t"), Request("b", "t", 1000, 1100, "s")));
        Assert.Contains("is an ancestor of itself", Fault(Request("a", "s", 1000, 1100, "s")));
        Assert.Contains("is an ancestor of itself", Fault(Request("a", "r", 1000, 1100, "s"), Request("b", "s", 1000, 1100, "t"),
            Request("c", "t", 1000, 1100, "s")));
    }

    [Fact]
    public void Explicit_edges_have_to_fit_the_trace()
    {
        Assert.Contains("depends on 'x', which is no request", Explicit("x"));
        Assert.Contains("depends on 'late', which starts later", Explicit("late"));
        Assert.Contains("depends on 'z', which belongs to another tree", Explicit("z"));
        Assert.Contains("would wait for itself", Explicit("b"));
        Assert.Contains("would wait for itself", Explicit("same"));
        Assert.Contains("depends on the dispatch of 'a'", Explicit("a", DependencyRelation.Join, DependencyTrigger.Dispatch));

        static string Explicit(string target, DependencyRelation relation = DependencyRelation.Sequence,
            DependencyTrigger trigger = DependencyTrigger.Completion) => Fault(
            Request("a", "s", 1000, 1050), Request("b", "s", 1060, 1100, null, new RecordedDependency(target, relation, trigger)),
            Request("same", "s", 1060, 1110), Request("late", "s", 1070, 1200), Request("z", "other", 1000, 1001));
    }

    [Fact]
    public void What_rows_of_version_2_cannot_say_is_refused_where_it_is_recorded()
    {
        RequestRecord record = Request("a", "s", 1000, 1050);
        record.Model = null;
        (record.Path, record.Line) = ("t.jsonl", 7);
        Assert.Equal("t.jsonl:7: request 'a' has no model; rows of version 2 cannot express that", Fault(record));
        record = Request("a", "s", 1000, 1050);
        (record.InputLength, record.InputSequenceHashes) = (0, []);
        Assert.Contains("has an empty prompt", Fault(record));
        Assert.Contains("has a blank session_id", Fault(Request("a", " ", 1000, 1050)));
        Assert.Contains("has a blank request_id", Fault(Request(" ", "s", 1000, 1050)));
    }

    [Fact]
    public void Partial_last_blocks_take_a_number_but_get_an_id_of_their_own()
    {
        RequestRecord first = Request("a", "s", 1000, 1050), second = Request("b", "s", 1060, 1100), third = Request("c", "s", 1160, 1200);
        (first.InputLength, first.InputSequenceHashes) = (40, [11, 22, 33]);
        (second.InputLength, second.InputSequenceHashes) = (40, [11, 22, 33]);
        (third.InputLength, third.InputSequenceHashes) = (64, [11, 22, 44, 33]);
        Dictionary<string, MooncakeRow> rows = Lower(first, second, third);
        Assert.Equal([0UL, 1UL, 3UL, 2UL], rows["c"].HashIds);
        Assert.Equal([0UL, 1UL], rows["a"].HashIds!.Take(2));
        Assert.Equal([0UL, 1UL], rows["b"].HashIds!.Take(2));
        // The first eight bytes of the digest of the text in behaviour 01#12.4.
        Assert.Equal(PrivateId("a", 2, 40), rows["a"].HashIds![2]);
        Assert.Equal(PrivateId("b", 2, 40), rows["b"].HashIds![2]);
        Assert.NotEqual(rows["a"].HashIds![2], rows["b"].HashIds![2]);

        static ulong PrivateId(string id, int block, int length) => BitConverter.ToUInt64(
            Blake3.Hasher.Hash(System.Text.Encoding.UTF8.GetBytes($"dynamo-request-trace-private-block\0{id}\0{block}\0{length}"))
                .AsSpan());
    }

    [Theory]
    [InlineData("agent-small.trace.jsonl")]
    [InlineData("agent-branchy.trace.jsonl.gz")]
    [InlineData("agent-tools.trace.jsonl.gz")]
    public void Stored_traces_convert_to_files_that_read_back(string name)
    {
        string output = _folder.File("out.jsonl");
        ConvertResult result = TraceConverter.Convert(new ConvertOptions([TestData.PathOf("traces", name)], output, IsAgentic: true,
            AgenticVersion: 2));
        List<MooncakeRow> rows = [.. MooncakeRowReader.Read(output, TraceFormat.AgenticMooncake, 512).Select(row => row.Value)];
        Assert.Equal((result.Rows, result.TraceBlockSize), (rows.Count, rows[0].TraceBlockSize));
        // A row that depends on others was not received before what it waits for.
        Dictionary<string, MooncakeRow> rowOf = rows.ToDictionary(row => row.RequestId!);
        Assert.All(rows, row => Assert.All(row.Dependencies,
            dependency => Assert.True(rowOf[dependency.RequestId].NotBeforeMs <= row.NotBeforeMs)));
        Assert.Equal(rows.Count, AgentSim.Workload.WorkloadLoader.FromRows(rows).RequestCount);
    }

    [Fact]
    public void Explicit_edges_are_read_only_on_request()
    {
        const string line = """
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":9,"agent_context":{"session_id":"s"},"request":{"request_id":"a","request_received_ms":1,"output_tokens":1,"replay":{"trace_block_size":16,"input_length":1,"input_sequence_hashes":[1],"dependencies":[{"relation":"spawn","request_id":"b","trigger":"dispatch","x":1}]}}}
            """;
        string path = _folder.Write("t.jsonl", line);
        Assert.Empty(Assert.IsType<RequestRecord>(Assert.Single(RequestTraceReader.Read([path]))).Dependencies);
        Assert.Equal(
            [new RecordedDependency("b", DependencyRelation.Spawn, DependencyTrigger.Dispatch)],
            Assert.IsType<RequestRecord>(Assert.Single(RequestTraceReader.Read([path], readsDependencies: true))).Dependencies);

        // Older releases pass over what they do not know, whatever it is.
        path = _folder.Write("u.jsonl", line.Replace("\"dispatch\"", "7", StringComparison.Ordinal));
        Assert.Single(RequestTraceReader.Read([path]));
        Assert.Contains("'dependencies.trigger' must be a string",
            Assert.Throws<AgentSimException>(() => RequestTraceReader.Read([path], readsDependencies: true).Count()).Message);
    }

    [Fact]
    public void Version_1_stays_the_default_and_plain_traces_have_no_version()
    {
        var lowering = new TraceLowering();
        lowering.Add(Request("a", "s", 1000, 1100));
        Assert.Equal(1, Assert.Single(lowering.Rows()).AgenticVersion);
        lowering = new TraceLowering(2);
        RequestRecord plain = Request("a", "s", 1000, 1100);
        (plain.SessionId, plain.Model) = (null, null);
        lowering.Add(plain);
        Assert.Equal(0, Assert.Single(lowering.Rows()).AgenticVersion);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TraceLowering(3));
    }
}
