using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Tests.Traces;
using AgentSim.Traces;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Lowering;

public class TraceLoweringTests
{
    [Fact]
    public void Random_agent_traces_are_lowered_as_described() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            List<TraceRecord> records = RandomTrace(new Random(seed));
            List<PlainLowering.Row>? wanted = PlainLowering.Rows(records);
            if (wanted is null)
            {
                AgentSimException error = Assert.Throws<AgentSimException>(() => TraceText.Lowered(records).Rows());
                Assert.Equal("TraceCycle", error.ErrorId);
                return;
            }

            MooncakeRow[] rows = [.. TraceText.Lowered(records).Rows()];

            Assert.Equal(wanted.Count, rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                Assert.Equal(wanted[i].Request.RequestId, rows[i].RequestId);
                Assert.Equal(wanted[i].WaitFor.Select(row => row.Request.RequestId), rows[i].WaitFor);
                Assert.Equal(wanted[i].Branches.Select(row => row.Request.RequestId), rows[i].Branches);
                Assert.Equal(wanted[i].Delay, rows[i].Delay);
                Assert.Equal(wanted[i].ToolWait, rows[i].ToolWaitMs ?? 0);
                Assert.Equal(wanted[i].Tools.Select(tool => tool.ToolCallId), rows[i].ToolEvents.Select(tool => tool.ToolCallId));
            }
        }));

    [Fact]
    public void Every_row_waits_only_for_earlier_finished_rows_and_tools_stay_within_the_gap() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            List<TraceRecord> records = RandomTrace(new Random(seed));
            if (PlainLowering.Rows(records) is null) return;
            MooncakeRow[] rows = [.. TraceText.Lowered(records).Rows()];
            Dictionary<string, RequestRecord> requests = records.OfType<RequestRecord>().ToDictionary(request => request.RequestId);
            var done = new HashSet<string>();
            for (int before = -1; before < done.Count;)   // a topological walk reaches every row: all ids known, no cycle
            {
                before = done.Count;
                done.UnionWith(rows.Where(row => row.WaitFor.All(done.Contains)).Select(row => row.RequestId!).ToList());
            }

            Assert.Equal(rows.Length, done.Count);
            Assert.Equal(rows.Select(row => row.Timestamp).Order(), rows.Select(row => row.Timestamp));
            foreach (MooncakeRow row in rows.Where(row => row.WaitFor.Count > 0))
            {
                long gap = Math.Max(0, requests[row.RequestId!].StartUnixMs - row.WaitFor.Max(id => requests[id].EndUnixMs));
                Assert.Equal(gap, row.Delay + (row.ToolWaitMs ?? 0));
                Assert.True(row.Delay >= 0 && row.ToolWaitMs is null or > 0);
            }
        }));

    [Fact]
    public void Hash_ids_are_numbered_in_row_order_whatever_the_load_order()
    {
        RequestRecord late = Request("late", 500, "s", hashes: [9, 8, 7]), early = Request("early", 100, "s", hashes: [7, 9]);

        MooncakeRow[] rows = [.. TraceText.Lowered([late, early]).Rows()];

        Assert.Equal(["early", "late"], rows.Select(row => row.RequestId));
        Assert.Equal([0ul, 1], rows[0].HashIds!);
        Assert.Equal([1ul, 2, 0], rows[1].HashIds!);
        Assert.All(rows, row => Assert.Equal(16, row.TraceBlockSize));
    }

    [Fact]
    public void Rows_can_be_enumerated_again()
    {
        TraceLowering lowering = TraceText.Lowered([Request("a", 1, "s"), Request("b", 2, "s")]);

        Assert.Equal(TraceText.Written(lowering.Rows()), TraceText.Written(lowering.Rows()));
        Assert.Throws<InvalidOperationException>(() => lowering.Add(Request("c", 3, "s")));
    }

    [Fact]
    public void Requests_without_context_become_plain_rows()
    {
        TraceLowering lowering = TraceText.Lowered([Request("b", 30, null, hashes: [5]), Tool("t", 5, 9),
            Request("a", 10, null, hashes: [6])]);

        Assert.False(lowering.IsAgentic);
        Assert.Equal(
            "{\"input_length\":16,\"output_length\":1,\"hash_ids\":[0],\"timestamp\":0.0}\n{\"input_length\":16,\"output_length\":1,\"hash_ids\":[1],\"timestamp\":20.0}\n",
            TraceText.Written(lowering.Rows()));
    }

    [Fact]
    public void Ids_are_ordered_as_utf8_bytes()
    {
        string[] ids = ["\U0001F600", "\uFFFD", "z", "\uD7FF", "za"];

        Assert.Equal(["z", "za", "\uD7FF", "\uFFFD", "\U0001F600"],
            TraceText.Lowered(ids.Select(id => Request(id, 1, id))).Rows().Select(row => row.RequestId));
    }

    [Fact]
    public void A_tool_that_would_start_before_1970_is_listed_from_0_but_sorted_by_its_duration()
    {
        ToolRecord longer = new() { EventType = "tool_end", SessionId = "s", ToolCallId = "longer", ToolClass = "c", EventUnixMs = 250,
            DurationMs = 5000 };
        ToolRecord shorter = new() { EventType = "tool_end", SessionId = "s", ToolCallId = "shorter", ToolClass = "c", EventUnixMs = 240,
            DurationMs = 1000 };

        MooncakeRow row = TraceText.Lowered([Request("a", 100, "s", 10), shorter, longer, Request("b", 300, "s")]).Rows().Last();

        Assert.Equal([("longer", 0L), ("shorter", 0L)], row.ToolEvents.Select(tool => (tool.ToolCallId, tool.StartedAtUnixMs)));
        Assert.Equal((50.0, 140.0), (row.Delay!.Value, row.ToolWaitMs!.Value));
    }

    [Theory]
    [InlineData("blocking", "agent", true)]
    [InlineData("background", "background_agent", true)]
    [InlineData("background", "background_agent", false)]
    public void Explicit_causality_replaces_the_times(string mode, string kind, bool hasConsumer)
    {
        ToolRecord spawn = Tool("task", 0, 1);
        spawn.Causality = new ToolCausality("p1", hasConsumer ? "p3" : null, "child", mode);
        RequestRecord child = Request("c", 25, "child", 1);
        child.ParentSessionId = "s";

        Dictionary<string, MooncakeRow> rows = TraceText.Lowered(
            [Request("p1", 10, "s", 1), Request("p2", 20, "s", 1), Request("p3", 30, "s", 1), child, spawn]).Rows()
                .ToDictionary(row => row.RequestId!);

        Assert.Equal(["c"], rows["p1"].Branches);
        Assert.Equal(["p1"], rows["c"].WaitFor);
        Assert.Equal(hasConsumer ? ["p2", "c"] : ["p2"], rows["p3"].WaitFor);
        Assert.Equal(kind, rows["c"].RequestKind);
    }

    public static TheoryData<string, TraceRecord[]> Contradictions
    {
        get
        {
            var data = new TheoryData<string, TraceRecord[]>
            {
                { "TraceRequestDuplicate", [Request("a", 1, "s"), Request("a", 2, "t")] },
                { "TraceBlockSizeMixed", [Request("a", 1, "s"), Request("b", 2, "s", blockSize: 32)] },
                { "TraceModeMixed", [Request("a", 1, "s"), Request("b", 2, null)] },
                { "TraceModeMixed", [Request("a", 1, null), Request("b", 2, "s")] },
                { "TraceBlockSizeInvalid", [Request("a", 1, "s", blockSize: 0)] },
                { "TraceHashCount", [Request("a", 1, "s", blockSize: 8)] },
                { "TraceEmpty", [Tool("t", 1, 2)] },
                { "TraceParentConflict", [Child("a", "p"), Child("b", "q")] },
                { "TraceCycle", [Child("a", "c")] },
                { "TraceCycle", [Child("a", "s"), Request("b", 1, "s", 0)] },
            };
            foreach (ToolCausality causality in new ToolCausality[]
                { new("a", null, null, "later"), new("x", null, null, "blocking"), new("a", "x", null, "blocking"),
                    new("b", null, null, "blocking"), new("a", "b", null, "blocking") })
            {
                ToolRecord tool = Tool("t", 1, 2);
                tool.Causality = causality;
                data.Add("TraceCausalityInvalid", [Request("a", 1, "s"), Request("b", 2, "t"), tool]);
            }

            ToolRecord first = Tool("t", 1, 2), second = Tool("u", 1, 2);
            first.Causality = second.Causality = new ToolCausality("a", null, "t", "blocking");
            data.Add("TraceCausalityInvalid", [Request("a", 1, "s"), Request("b", 2, "t"), first, second]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public void Contradictions_are_refused(string errorId, TraceRecord[] records)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => TraceText.Lowered(records).Rows());

        Assert.Equal(errorId, error.ErrorId);
    }

    [Fact]
    public void A_hundred_thousand_children_and_tools_of_one_session_are_no_burden()
    {
        const int count = 100_000;
        var lowering = new TraceLowering();
        for (int i = 0; i < count; i++)
        {
            lowering.Add(Request($"p{i}", i * 10, "s", 5));
            RequestRecord child = Request($"c{i}", 1, $"child-{i}", count * 20);
            child.ParentSessionId = "s";
            lowering.Add(child);
            lowering.Add(Tool($"t{i}", i * 10 + 5, i * 10 + 8));
        }

        lowering.Add(Request("join", count * 30, "s"));

        MooncakeRow[] rows = [.. lowering.Rows()];

        Assert.Equal(count, rows[0].Branches.Count);
        Assert.Equal(count + 1, rows[^1].WaitFor.Count);
        Assert.Equal($"p{count - 1}", rows[^1].WaitFor[0]);
        Assert.Equal(count, rows.Sum(row => row.ToolEvents.Count));
    }

    private static RequestRecord Request(string id, long start, string? session, double duration = 0, int blockSize = 16,
        ulong[]? hashes = null)
    {
        hashes ??= [1];
        return new RequestRecord
        {
            EventType = "request_end",
            RequestId = id,
            SessionId = session,
            ReceivedUnixMs = start,
            TotalTimeMs = duration,
            OutputTokens = 1,
            TraceBlockSize = blockSize,
            InputLength = hashes.Length * 16,
            InputSequenceHashes = hashes,
        };
    }

    private static RequestRecord Child(string id, string parent)
    {
        RequestRecord request = Request(id, 1, "c", 0);
        request.ParentSessionId = parent;
        return request;
    }

    private static ToolRecord Tool(string id, long start, long end, string session = "s") => new()
    {
        EventType = "tool_end",
        SessionId = session,
        ToolCallId = id,
        ToolClass = "c",
        StartedUnixMs = start,
        EndedUnixMs = end,
    };

    // Few sessions and a short clock, so that ties, overlaps and empty gaps are common.
    private static List<TraceRecord> RandomTrace(Random random)
    {
        int sessions = random.Next(1, 6);
        var parents = new string?[sessions];
        for (int i = 0; i < sessions; i++)
            parents[i] = random.Next(3) == 0 ? null : $"s{random.Next(random.Next(8) == 0 ? sessions + 1 : Math.Max(i, 1))}";
        int clock = random.Next(5, 80);
        var records = new List<TraceRecord>();
        int requests = random.Next(1, 25);
        for (int i = 0; i < requests; i++)
        {
            int session = random.Next(sessions);
            RequestRecord request = Request($"r{random.Next(1000)}-{i}", random.Next(clock), $"s{session}", random.Next(10));
            request.ParentSessionId = random.Next(4) == 0 && records.Count > 0 ? null : parents[session];
            records.Add(request);
        }

        RequestRecord[] all = [.. records.OfType<RequestRecord>()];
        HashSet<string> started = [];
        for (int i = random.Next(20); i > 0; i--)
        {
            int start = random.Next(clock);
            ToolRecord tool = Tool($"t{i}", start, start + random.Next(-2, 12), $"s{random.Next(sessions)}");
            RequestRecord[] own = [.. all.Where(request => request.SessionId == tool.SessionId)];
            if (own.Length > 0 && random.Next(4) == 0)
            {
                string? consumer = random.Next(2) == 0 ? null : own[random.Next(own.Length)].RequestId;
                string? child = random.Next(2) == 0 ? all.FirstOrDefault(request =>
                    request.ParentSessionId == tool.SessionId)?.SessionId : null;
                if (tool.EndUnixMs >= tool.StartUnixMs && child is not null && !started.Add(child)) child = null;
                // The parent is the one its requests agree on; the child must be a child of the tool's session.
                tool.Causality = new ToolCausality(own[random.Next(own.Length)].RequestId, consumer, child,
                    random.Next(2) == 0 ? "blocking" : "background");
            }

            records.Insert(random.Next(records.Count + 1), tool);
        }

        return records;
    }
}
