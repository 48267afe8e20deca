using System.Text;
using AgentSim.Collections;
using AgentSim.Files;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;
using FsCheck;
using FsCheck.Fluent;
using Replay = AgentSim.Simulation.Replay;

namespace AgentSim.Tests.Recording;

public sealed class RequestLogAheadTests : IDisposable
{
    private const int Count = 3000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Requests arrive in an order of their own, several at one time, and end in any order; some never do.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_written_ahead_is_the_beginning_of_the_log(int seed)
    {
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, Count)];
        random.Shuffle(order);
        RequestOutcome[] outcomes = [.. Enumerable.Repeat(RequestOutcome.Empty, Count)];
        var arrivals = new ArrivalOrder(Count);
        using var ahead = new RequestLogAhead(_folder.File("log.jsonl"), pauseMs: 0);
        ahead.Start(outcomes, arrivals, new Names());
        var open = new List<int>();
        for (int i = 0; i < Count; i++)
        {
            outcomes[order[i]].Arrival = i / (1 + (seed * 2));
            arrivals.Add(order[i]);
            open.Add(order[i]);
            if (open.Count < 20) continue;
            int at = random.Next(open.Count);
            End(open[at]);
            open.RemoveAt(at);
        }

        foreach (int request in open.SkipLast(5)) End(request);
        var results = new RequestResults(outcomes, null, new Names());
        SpinWait.SpinUntil(() => ahead.Written > 100, 60_000);
        Assert.Equal(Plain(results), Log(results, ahead));

        void End(int request)
        {
            outcomes[request].OutputLength = 1;
            outcomes[request].FirstToken = outcomes[request].LastToken = outcomes[request].Terminal = random.NextDouble() * 1e6;
            outcomes[request].End(TerminalStatus.Completed);
        }
    }

    [Fact]
    public void What_is_not_the_beginning_of_the_log_is_written_anew()
    {
        RequestOutcome[] outcomes = [.. Enumerable.Range(0, Count).Select(i => Ended(i))];
        var arrivals = new ArrivalOrder(Count);
        for (int i = Count - 1; i >= 0; i--) arrivals.Add(i);   // which no run does
        var results = new RequestResults(outcomes, null, new Names());
        using (var ahead = new RequestLogAhead(_folder.File("log.jsonl"), pauseMs: 0))
        {
            ahead.Start(outcomes, arrivals, new Names());
            SpinWait.SpinUntil(() => ahead.Written > Count / 2, 60_000);
            Assert.Null(ahead.Take(results));
            Assert.Equal(Plain(results), Log(results, ahead));
        }

        Assert.Equal(["log.jsonl"], _folder.Everything);
    }

    [Fact]
    public void What_fails_ahead_fails_again_where_it_is_said()
    {
        RequestOutcome[] outcomes = [.. Enumerable.Range(0, Count).Select(i => Ended(i))];
        outcomes[1500].Terminal = double.PositiveInfinity;
        var arrivals = new ArrivalOrder(Count);
        for (int i = 0; i < Count; i++) arrivals.Add(i);
        var results = new RequestResults(outcomes, null, new Names());
        using (var ahead = new RequestLogAhead(_folder.File("log.jsonl"), pauseMs: 0))
        {
            ahead.Start(outcomes, arrivals, new Names());
            SpinWait.SpinUntil(() => ahead.Written > 1500, 60_000);
            Assert.Equal("ResultNotFinite", Assert.Throws<AgentSimException>(() => Log(results, ahead)).ErrorId);
        }

        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public void A_replay_that_fails_leaves_nothing()
    {
        RequestOutcome[] outcomes = [.. Enumerable.Range(0, Count).Select(i => Ended(i))];
        var arrivals = new ArrivalOrder(Count);
        for (int i = 0; i < Count; i++) arrivals.Add(i);
        using (var ahead = new RequestLogAhead(_folder.File("log.jsonl"), pauseMs: 0))
        {
            ahead.Start(outcomes, arrivals, new Names());
            SpinWait.SpinUntil(() => ahead.Written > Count / 2, 60_000);
        }

        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public void Only_a_file_of_a_folder_that_is_there_is_worth_a_thread()
    {
        Assert.Equal(Ahead.Threads > 1, RequestLogAhead.For(_folder.File("log.jsonl"), 1024) is not null);
        Assert.Null(RequestLogAhead.For(_folder.File("log.jsonl"), 1023));
        Assert.Null(RequestLogAhead.For(_folder.File("none/log.jsonl"), 5000));
        Assert.Null(RequestLogAhead.For("", 5000));
        if (!OperatingSystem.IsWindows()) Assert.Null(RequestLogAhead.For("/dev/null", 5000));
    }

    // Records that are written while the replay runs are final: nothing that comes later changes them.
    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public void Replays_have_the_same_log_with_and_without_it(string engineType) =>
        Prop.ForAll(Scenario.Of(engineType).ToArbitrary(), scenario =>
        {
            using var ahead = new RequestLogAhead(_folder.File("log.jsonl"), pauseMs: 0);
            ReplayWorkload workload = scenario.Load();
            ReplayResult result;
            try
            {
                result = Replay.Run(workload, scenario.Settings, ahead, null, CancellationToken.None);
            }
            catch (AgentSimException)
            {
                return true;
            }

            return Plain(result.Requests) == Log(result.Requests, ahead);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static RequestOutcome Ended(int number) => RequestOutcome.Empty with
    {
        Arrival = number, Terminal = number + 0.5, Status = TerminalStatus.Rejected,
    };

    private static string Plain(IReadOnlyList<RequestResult> results)
    {
        using var stream = new MemoryStream();
        RequestLogWriter.Write(stream, results);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private string Log(IReadOnlyList<RequestResult> results, RequestLogAhead ahead)
    {
        using (var files = new OutputSet())
        {
            RequestLogWriter.Write(files, _folder.File("log.jsonl"), results, ahead, CancellationToken.None);
            files.Commit();
        }

        return File.ReadAllText(_folder.File("log.jsonl"));
    }

    private sealed class Names : IRequestIdentities
    {
        public bool IsAgentic => true;

        public RequestIdentity this[int ordinal] => new(ordinal % 5 == 0 ? "a \"b\"" : $"s{ordinal % 7}", ordinal % 3, $"r{ordinal}");

        public int SessionNumber(int ordinal) => ordinal % 7;
    }
}
