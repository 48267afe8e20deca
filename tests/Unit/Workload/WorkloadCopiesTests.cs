using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

/// <summary>Several times the agents of a workload.</summary>
public class WorkloadCopiesTests
{
    private static readonly WorkloadKnobs Apart = new() { Copies = 3, CopiesWindowSeconds = 300, CopiesShared = 0 };

    public static TheoryData<string> Kinds => ["v1", "v2", "plain", "sample"];

    private static ReplayWorkload Load(string kind) => kind switch
    {
        "v1" => WorkloadLoader.FromRows(KnobRun.Tasks()),
        "v2" => WorkloadLoader.FromRows(KnobRun.Plays(new Random(3), 12)),
        "plain" => WorkloadLoader.FromRows(KnobRun.Sessions(new Random(4), 10)),
        _ => WorkloadLoader.Load([TestData.PathOf("../../../samples/agent-small.trace.jsonl.gz")],
            new WorkloadOptions { Format = TraceFormat.Dynamo }),
    };

    private static WorkloadColumns Copied(ReplayWorkload workload, WorkloadKnobs knobs) => AppliedKnobs.To(workload, knobs).Columns;

    [Fact]
    public void Runs_that_ask_for_the_same_copies_share_them_whatever_else_they_change()
    {
        ReplayWorkload workload = Load("v1");
        WorkloadColumns first = Copied(workload, new WorkloadKnobs { Copies = 3 });
        Assert.Same(first, Copied(workload, new WorkloadKnobs { Copies = 3, ConcurrentTasks = 2 }));
        Assert.Same(first.Trie, Copied(workload, new WorkloadKnobs { Copies = 3, OutputRatio = 2.0, ThinkSpeedupRatio = 3.0 }).Trie);
        foreach (WorkloadKnobs other in new[]
        {
            new WorkloadKnobs { Copies = 2 }, new WorkloadKnobs { Copies = 3, CopiesSeed = 7 },
            new WorkloadKnobs { Copies = 3, CopiesShared = 1 },
            new WorkloadKnobs { Copies = 3, CopiesOffset = CopiesOffset.Gap },
            new WorkloadKnobs { Copies = 3, CopiesWindowSeconds = 9 },
        })
            Assert.NotSame(first.Trie, Copied(workload, other).Trie);
        Assert.NotSame(first.Trie, Copied(Load("v1"), new WorkloadKnobs { Copies = 3 }).Trie);
    }

    [Fact]
    public void Copies_that_could_not_be_made_are_made_by_the_next_who_asks()
    {
        ReplayWorkload workload = Load("v1");
        var knobs = new WorkloadKnobs { Copies = 2 };
        Assert.ThrowsAny<OperationCanceledException>(() => AppliedKnobs.To(workload, knobs, new CancellationToken(canceled: true)));
        Assert.Equal(2 * workload.RequestCount, Copied(workload, knobs).InputLength.Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Copies_that_share_nothing_and_never_meet_take_as_long_as_the_original(string kind)
    {
        ReplayWorkload workload = Load(kind);
        (double Begin, double End)[] original = KnobRun.TasksOf(workload, new ReplaySettings());
        (double Begin, double End)[] copies = KnobRun.TasksOf(workload, new ReplaySettings { Knobs = Apart });
        Assert.Equal(3 * original.Length, copies.Length);
        double longest = original.Max(task => task.End);
        for (int task = original.Length; task < copies.Length; task++)
        {
            (double begin, double end) = copies[task];
            (double Begin, double End) first = original[task % original.Length];
            Assert.True(begin - first.Begin > longest, "it begins when the copy before has ended");
            Assert.Equal(first.End - first.Begin, end - begin, 1e-9 * Math.Max(1, first.End - first.Begin));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_original_is_copy_0_and_copies_follow_with_names_of_their_own(string kind)
    {
        ReplayWorkload workload = Load(kind);
        WorkloadColumns before = workload.Columns, after = Copied(workload, new WorkloadKnobs { Copies = 3 });
        int requests = before.InputLength.Length;
        Assert.Equal(3 * requests, after.InputLength.Length);
        Assert.Equal(before.SessionNames, after.SessionNames.Take(before.SessionNames.Count));
        Assert.Equal($"{before.SessionNames[0]}#1", after.SessionNames[before.SessionNames.Count]);
        Assert.Equal(before.InputLength.Concat(before.InputLength).Concat(before.InputLength), after.InputLength);
        Assert.Equal(3 * WorkloadTasks.Of(before).Count, WorkloadTasks.Of(after).Count);
        if (before.Agentic is { } agentic)
        {
            Assert.Equal($"{agentic.RequestIds[0]}#2", after.Agentic!.RequestIds[2 * requests]);
            Assert.Equal(after.InputLength.Length, after.Agentic.RequestIds.Distinct().Count());
        }

        // Prompts of the original share with each other what they did.
        foreach (int a in Enumerable.Range(0, requests))
        {
            for (int b = 0; b < Math.Min(a, 12); b++) Assert.Equal(Common(before, a, b), Common(after, a, b));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Outputs_that_rows_name_come_back_in_the_prompts_of_their_own_copy(int turns)
    {
        ReplayWorkload workload = WorkloadLoader.FromRows(Authored(3, turns));
        var settings = new ReplaySettings { Engine = AgentSim.Engines.EngineConfig.Parse("""{"block_size":4}""", "engine") };
        ReplayResult original = Replay.Run(workload, settings), all = Replay.Run(workload, settings with { Knobs = Apart });
        Assert.Contains(original.Requests, request => request.ReusedInputTokens > 32);   // more than the prompt before
        int requests = original.Requests.Count;
        foreach (RequestResult request in all.Requests)
        {
            int first = ((request.Ordinal - 1) % requests) + 1;
            Assert.Equal(original.Requests.Single(other => other.Ordinal == first).ReusedInputTokens, request.ReusedInputTokens);
        }

        // What copies share may hold outputs of others, never the other way round; and outputs can be longer or shorter.
        long reused = Replay.Run(workload, settings with { Knobs = Apart with { CopiesShared = 1000 } }).Requests
            .Sum(request => (long)request.ReusedInputTokens);
        Assert.True(reused > 3 * original.Requests.Sum(request => (long)request.ReusedInputTokens));
        foreach (double ratio in (double[])[0.25, 3.0])
        {
            ReplayResult scaled = Replay.Run(workload, settings with { Knobs = new WorkloadKnobs { OutputRatio = ratio } });
            foreach (RequestResult request in scaled.Requests)
            {
                RequestResult first = original.Requests.Single(other => other.Ordinal == request.Ordinal);
                Assert.Equal(first.OutputLength * ratio, request.OutputLength);
                Assert.True(request.ReusedInputTokens <= first.ReusedInputTokens);
            }
        }
    }

    // Sessions of turns, each prompt the one before with its output. Tokens that rows name are the numbers of ids in the order in which
    // they first appear.
    private static MooncakeRow[] Authored(int sessions, int turns)
    {
        var rows = new List<MooncakeRow>();
        var numbers = new Dictionary<ulong, uint>();
        for (int session = 0; session < sessions; session++)
        {
            ulong[] prompt = [.. Enumerable.Range(0, 32).Select(at => (ulong)((session * 10_000) + at))];
            for (int turn = 0; turn < turns + 1; turn++)
            {
                ulong[] output = [.. Enumerable.Range(0, 8).Select(at => (ulong)((session * 10_000) + 1000 + (turn * 8) + at))];
                rows.Add(new MooncakeRow
                {
                    SessionId = $"s{session}",
                    Timestamp = turn == 0 ? session * 5000 : null,
                    Delay = turn == 0 ? null : 10,
                    InputLength = prompt.Length,
                    OutputLength = 8,
                    HashIds = prompt,
                    TraceBlockSize = 1,
                });
                prompt = [.. prompt, .. output];
            }
        }

        foreach (ulong id in rows.SelectMany(row => row.HashIds!)) numbers.TryAdd(id, (uint)numbers.Count);
        for (int at = 0; at < rows.Count; at++)
        {
            bool isLast = at + 1 == rows.Count || rows[at + 1].SessionId != rows[at].SessionId;
            rows[at].OutputTokenIds = [.. isLast ? Enumerable.Range(0, 8).Select(token => 4_000_000_000u + (uint)token)
                : rows[at + 1].HashIds!.Skip(rows[at].HashIds!.Count).Select(id => numbers[id])];
        }

        return [.. rows];
    }

    [Theory]
    [InlineData(1e308)]
    [InlineData(1.7e308)]
    public void Starts_that_cannot_be_moved_are_refused(double last)
    {
        ReplayWorkload workload = WorkloadLoader.FromRows([
            new MooncakeRow { Timestamp = 0, InputLength = 8, OutputLength = 1, HashIds = [1], TraceBlockSize = 16 },
            new MooncakeRow { Timestamp = last, InputLength = 8, OutputLength = 1, HashIds = [2], TraceBlockSize = 16 },
        ]);
        AgentSimException error = Assert.Throws<AgentSimException>(() => Copied(workload, new WorkloadKnobs { Copies = 3 }));
        Assert.Equal("WorkloadKnobRefused", error.ErrorId);
    }

    [Fact]
    public void Starts_are_turned_round_the_window_each_copy_within_its_slot()
    {
        MooncakeRow[] rows = [.. Enumerable.Range(0, 5).Select(at => KnobRun.Row($"r{at}", $"s{at}", 1000 + (at * 100)))];
        WorkloadColumns after = Copied(WorkloadLoader.FromRows(rows), new WorkloadKnobs { Copies = 4 });
        const double Window = 400.0 * 5 / 4;
        double[] starts = after.Agentic!.EarliestStart;
        Assert.Equal([1000, 1100, 1200, 1300, 1400], starts[..5]);
        for (int copy = 1; copy < 4; copy++)
        {
            double turned = (starts[copy * 5] - 1000) / Window;
            Assert.InRange(turned, copy / 4.0, (copy + 1) / 4.0);
            for (int task = 1; task < 5; task++)
            {
                double expected = (turned * Window) + (task * 100);
                Assert.Equal(1000 + (expected >= Window ? expected - Window : expected), starts[(copy * 5) + task], 1e-9);
            }
        }

        Assert.NotEqual(starts, Copied(WorkloadLoader.FromRows(rows),
            new WorkloadKnobs { Copies = 4, CopiesSeed = 1 }).Agentic!.EarliestStart);
        // Within a mean gap bursts stay bursts.
        double[] near = Copied(WorkloadLoader.FromRows(rows),
            new WorkloadKnobs { Copies = 4, CopiesOffset = CopiesOffset.Gap }).Agentic!.EarliestStart;
        for (int at = 5; at < 20; at++) Assert.InRange(near[at] - near[at % 5], 25.0, 100.0);
    }

    [Fact]
    public void Copies_share_prefixes_that_two_tasks_and_a_twentieth_of_them_have()
    {
        // 60 tasks; block 1 in all, 2 in three of them (5 %), 3 in two, and one of its own in each.
        MooncakeRow[] rows =
        [
            .. from task in Enumerable.Range(0, 60)
               let common = task < 2 ? (ulong[])[1, 2, 3] : task < 3 ? [1, 2] : [1]
               select new MooncakeRow { SessionId = $"s{task}", Timestamp = task, InputLength = (common.Length + 1) * 16, OutputLength = 1,
                   HashIds = [.. common, 100 + (ulong)task], TraceBlockSize = 16 },
        ];
        ReplayWorkload workload = WorkloadLoader.FromRows(rows);
        WorkloadColumns after = Copied(workload, new WorkloadKnobs { Copies = 2 });
        Assert.Equal([2, 2, 2, 1], new[] { 0, 1, 2, 3 }.Select(task => Common(after, task, 60 + task)));
        Assert.Equal(32, AppliedKnobs.To(workload, new WorkloadKnobs { Copies = 2 }).Copies!.SharedTokens);
        Assert.Equal(0, Common(Copied(workload, new WorkloadKnobs { Copies = 2, CopiesShared = 0 }), 0, 60));
        Assert.Equal(3, Common(Copied(workload, new WorkloadKnobs { Copies = 2, CopiesShared = 3 }), 0, 60));
        // The copies share among themselves what the originals do.
        Assert.Equal(3, Common(after, 60, 61));
    }

    [Fact]
    public void Turns_of_deltas_are_shared_only_where_they_begin_a_session()
    {
        MooncakeRow[] rows =
        [
            .. from session in Enumerable.Range(0, 3)
               from turn in Enumerable.Range(0, 2)
               select new MooncakeRow { SessionId = $"s{session}", Timestamp = turn == 0 ? session : null, Delay = turn == 0 ? null : 5,
                   InputLength = 16, OutputLength = 1, HashIds = [1], TraceBlockSize = 16 },
        ];
        WorkloadColumns after = Copied(WorkloadLoader.FromRows(rows, new WorkloadOptions { Format = TraceFormat.MooncakeDelta }),
            new WorkloadKnobs { Copies = 2 });
        Assert.Equal((1, 0), (Common(after, 0, 6), Common(after, 1, 7)));
    }

    // How many blocks two prompts have in common: those of the same node.
    private static int Common(WorkloadColumns load, int a, int b) =>
        Nodes(load, a).Zip(Nodes(load, b)).TakeWhile(pair => pair.First == pair.Second).Count();

    private static List<int> Nodes(WorkloadColumns load, int request)
    {
        List<int> nodes = [];
        foreach (var run in load.Trie.Runs(load.PathStart[request], load.PathEnd[request]))
            nodes.AddRange(Enumerable.Range(run.First, run.Count));
        return nodes;
    }
}
