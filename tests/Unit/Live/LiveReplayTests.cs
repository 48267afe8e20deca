using AgentSim.Agents;
using AgentSim.Live;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Agents;
using AgentSim.Workload;

namespace AgentSim.Tests.Live;

/// <summary>What goes to the server, and when, for every kind of workload.</summary>
public class LiveReplayTests
{
    // Plain rows with sessions, agentic rows of both versions, with shared prompts, delays, tools and start times, by chance.
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Counts_and_the_order_of_dependencies_are_exact(int seed)
    {
        using var server = new ScriptedServer();
        GraphRun graph = GraphRun.Make(seed);
        ReplayWorkload load = graph.Load();
        ReplaySettings settings = new() { Knobs = graph.Settings.Knobs };
        ReplayResult live = LiveBench.Run(load, LiveBench.To(server), settings);
        WorkloadColumns columns = load.Columns;
        Assert.Equal(columns.InputLength.Length, live.Requests.Count);
        Assert.Equal(columns.InputLength.Sum(), server.Calls.Sum(call => call.Ids.Length));
        foreach (RequestResult request in live.Requests)
        {
            Assert.Equal(TerminalStatus.Completed, request.TerminalStatus);
            Assert.Equal(columns.InputLength[request.Ordinal - 1], request.InputLength);
            Assert.Equal(Math.Max(1, columns.OutputLength[request.Ordinal - 1]), request.OutputLength);
            Assert.True(request.SentMs >= request.ArrivalTimeMs);
            Assert.Equal("length", request.FinishReason);
        }

        CheckStarts(columns, live);
        int empty = columns.OutputLength.Count(output => output == 0);
        Assert.Equal(empty, live.Warnings.FirstOrDefault(warning => warning.Code == WarningCodes.LiveOutputsEmpty.Id)?.Count ?? 0);
    }

    // What a request waits for, from the columns, not from the driver: its start is the latest of what allowed it, to the bit.
    private static void CheckStarts(WorkloadColumns load, ReplayResult live)
    {
        Dictionary<int, RequestResult> by = live.Requests.ToDictionary(request => request.Ordinal - 1);
        var start = new double[load.InputLength.Length];
        if (load.Agentic is { } agentic)
        {
            for (int request = 0; request < start.Length; request++)
                start[request] = double.IsNaN(agentic.EarliestStart[request]) ? 0.0 : agentic.EarliestStart[request] - agentic.Origin;
            Allow(agentic.OnCompletion, request => by[request].TerminalTimeMs);
            if (agentic.OnDispatch is { } edges) Allow(edges, request => by[request].ArrivalTimeMs);
        }
        else
        {
            double origin = load.FirstArrival.Min();
            for (int request = 0; request < start.Length; request++)
            {
                start[request] = load.TurnOf(request) == 0 ? load.FirstArrival[load.SessionOf[request]] - origin
                    : by[request - 1].TerminalTimeMs + load.Delay[request];
            }
        }

        for (int request = 0; request < start.Length; request++) Assert.Equal(start[request], by[request].ArrivalTimeMs);

        void Allow(ReleaseEdges edges, Func<int, double> happened)
        {
            for (int from = 0; from < start.Length; from++)
            {
                for (int edge = edges.Start[from]; edge < edges.Start[from + 1]; edge++)
                    start[edges.Requests[edge]] = Math.Max(start[edges.Requests[edge]], happened(from) + edges.DelayMs[edge]);
            }
        }
    }

    [Fact]
    public void Prompts_share_just_the_blocks_that_rows_share_and_no_two_runs_share_any()
    {
        MooncakeRow Row(int input, params ulong[] ids) => new()
        {
            Timestamp = 0, InputLength = input, OutputLength = 1, HashIds = ids, TraceBlockSize = 16,
        };
        ReplayWorkload load = WorkloadLoader.FromRows(
            [Row(48, 1, 2, 3), Row(40, 1, 2, 9), Row(48, 8, 2, 3), Row(17, 1, 2)], new WorkloadOptions { TraceBlockSize = 16 });
        int[][] Prompts(ulong salt)
        {
            using var server = new ScriptedServer();
            LiveBench.Run(load, LiveBench.To(server) with { Salt = salt, FirstTokenId = 500, LastTokenId = 90_000 });
            return [.. server.Calls.Select(call => call.Ids).OrderByDescending(ids => ids.Length).ThenBy(ids => ids[0])];
        }

        int[][] first = Prompts(1), again = Prompts(1), other = Prompts(2);
        Assert.Equal(first, again);
        Assert.All(first.SelectMany(ids => ids), id => Assert.InRange(id, 500, 90_000));
        Assert.DoesNotContain(other[0][..16], first[0][..16].Contains);
        int[][] whole = [.. first.Where(ids => ids.Length == 48)];
        Assert.NotEqual(whole[0][..16], whole[1][..16]);
        Assert.Equal(whole[0][16..], whole[1][16..]);
        int[] like = first.Single(ids => ids.Length == 40);
        int[] parent = whole.Single(ids => ids[0] == like[0]);
        Assert.Equal(parent[..32], like[..32]);
        Assert.NotEqual(parent[32..40], like[32..]);
        Assert.Equal(parent[..17], first.Single(ids => ids.Length == 17));
    }

    [Fact]
    public void A_request_asks_for_just_its_output_and_carries_the_salt_where_it_is_taken()
    {
        using var server = new ScriptedServer();
        LiveBench.Run(LiveBench.Plain(1, output: 5), LiveBench.To(server));
        ScriptedCall call = Assert.Single(server.Calls);
        Assert.Equal(
            ("m", 5, 5), (call.Json.GetProperty("model").GetString(), call.MaxTokens, call.Json.GetProperty("min_tokens").GetInt32()));
        Assert.True(call.Json.GetProperty("ignore_eos").GetBoolean());
        Assert.True(call.Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        Assert.Equal("agentsim-0000000000000007", call.Json.GetProperty("cache_salt").GetString());

        using var other = new ScriptedServer { Models = """{"data":[{"id":"m","owned_by":"somebody"}]}""", Metrics = null };
        ReplayResult result = LiveBench.Run(LiveBench.Plain(1), LiveBench.To(other));
        Assert.False(other.Calls[0].Json.TryGetProperty("cache_salt", out _));
        Assert.Empty(result.Run.Server!.Metrics);
    }

    [Fact]
    public void The_run_keeps_what_the_server_says_of_itself()
    {
        using var server = new ScriptedServer();
        RunInfo run = LiveBench.Run(LiveBench.Plain(3), LiveBench.To(server)).Run;
        Assert.Equal(("scripted/1", "vllm", "m", 777, 32),
            (run.Server!.Header, run.Server.Engine, run.Server.Model, run.Server.NumGpuBlocks, run.Server.BlockSize));
        Assert.Contains(new ServerMetric("vllm:num_preemptions_total{engine=\"0\"}", 3.0, 3.0), run.Server.Metrics);
        Assert.Contains("measured live", run.Timing, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_loop_never_has_more_requests_under_way()
    {
        int underWay = 0, most = 0;
        using var server = new ScriptedServer(async call =>
        {
            int now = Interlocked.Increment(ref underWay);
            lock (call.Json.GetRawText()) most = Math.Max(most, now);
            await call.Answer(delayMs: 1);
            Interlocked.Decrement(ref underWay);
        });
        ReplayWorkload load = SyntheticLoad.Create(new SyntheticOptions { InputTokens = 8, OutputTokens = 3, RequestCount = 30 }, 16);
        ReplayResult result = LiveBench.Run(load, LiveBench.To(server), new ReplaySettings { Concurrency = 4 });
        Assert.Equal(30, result.Summary.CompletedRequests);
        Assert.InRange(most, 2, 5);   // the next may be on its way before the server has counted the last as done
    }

    [Fact]
    public void Latency_counts_from_the_scheduled_moment_though_the_client_was_late()
    {
        using var server = new ScriptedServer();
        ReplayResult result = LiveBench.Run(
            LiveBench.Plain(40, intervalMs: 1), LiveBench.To(server) with { BeforeSend = () => Thread.Sleep(12) });
        RequestResult last = result.Requests[^1];
        Assert.Equal(39.0, last.ArrivalTimeMs, 6);
        Assert.True(last.TtftMs > 300, "12 ms for each of 40 requests, 1 ms apart");
        Assert.True(last.DispatchDelayMs > 300);
        Assert.False(result.Run.Valid);
        Assert.Contains(result.Warnings, warning => warning.Code == WarningCodes.LiveRunInvalid.Id);
        Assert.Equal(Errors.LiveRunInvalid.Id, LiveReplay.Fault(result)!.ErrorId);
    }

    [Fact]
    public void Words_have_the_lengths_that_the_server_counts()
    {
        // 1.3 tokens a word, and 11 for the frame of a chat.
        int Count(ScriptedCall call) =>
            11 + (int)(1.3 * call.Json.GetProperty("messages")[0].GetProperty("content").GetString()!.Split(' ').Length);
        using var server = new ScriptedServer(async call =>
        {
            await call.BeginStream();
            await call.Event("""{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""");
            for (int i = 0; i < call.MaxTokens; i++) await call.Token(i == call.MaxTokens - 1);
            await call.Usage(Count(call), call.MaxTokens);
            await call.EndStream();
        });
        ReplayResult result = LiveBench.Run(
            LiveBench.Plain(20, input: 400), LiveBench.To(server) with { PromptMode = PromptMode.Text });
        Assert.All(result.Requests, request => Assert.InRange(request.InputLength, 396, 404));
        Assert.All(result.Requests, request => Assert.Equal((3, "length"), (request.OutputLength, request.FinishReason)));
        Assert.Contains(result.Warnings, warning => warning.Code == WarningCodes.LiveTextLengths.Id);
        Assert.Equal("/v1/chat/completions", server.Calls[^1].Path);
    }

    [Fact]
    public void A_preview_says_how_much_goes_where_and_sends_nothing()
    {
        using var server = new ScriptedServer();
        LivePreview preview = LiveReplay.Preview(LiveBench.Plain(5, intervalMs: 1000), new ReplaySettings(), LiveBench.To(server));
        Assert.Equal((5, 200L, 15L, 4000.0, true),
            (preview.Requests, preview.InputTokens, preview.OutputTokens, preview.ScheduleMs, preview.IsLoopback));
        Assert.Empty(server.Calls);
    }

    [Fact]
    public void Tasks_and_sessions_are_those_of_a_simulated_replay()
    {
        using var server = new ScriptedServer();
        string sample = TestData.PathOf("../../../samples/agent-small.trace.jsonl.gz");
        ReplayWorkload load = WorkloadLoader.Load([sample], new WorkloadOptions { Format = TraceFormat.Dynamo });
        ReplaySettings fast = new() { ArrivalSpeedupRatio = 20, ReportsAgents = true };
        ReplayResult live = LiveBench.Run(load, LiveBench.To(server), fast), simulated = Replay.Run(load, fast);
        Assert.Equal(
            simulated.Agents!.Sessions.Select(each =>
                (each.SessionId, each.Requests, each.InputTokens, each.OutputTokens, AgentStatus.Completed)),
            live.Agents!.Sessions.Select(each => (each.SessionId, each.Requests, each.InputTokens, each.OutputTokens, each.Status)));
        Assert.Equal(simulated.Summary.TotalInputTokens, live.Summary.TotalInputTokens);
        Assert.Equal(simulated.Summary.TotalOutputTokens, live.Summary.TotalOutputTokens);
    }

    [Theory]
    [InlineData("127.0.0.1:8000")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://key@127.0.0.1:8000")]
    [InlineData("http://127.0.0.1:8000/?api_key=geheim")]
    public void An_address_that_is_none_or_holds_a_key_is_refused_without_repeating_the_key(string address)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => LiveEndpoint.Parse(address));
        Assert.Equal(Errors.LiveSettingsInvalid.Id, error.ErrorId);
        Assert.DoesNotContain("geheim", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("key@", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8000", true)]
    [InlineData("http://localhost:8000/v1", true)]
    [InlineData("http://[::1]:8000/v1/", true)]
    [InlineData("http://127.1.2.3", true)]
    [InlineData("http://10.0.0.1:8000", false)]
    [InlineData("https://localhost.example.com", false)]
    public void Only_this_machine_is_loopback(string address, bool expected)
    {
        LiveEndpoint endpoint = LiveEndpoint.Parse(address);
        Assert.Equal(expected, endpoint.IsLoopback);
        Assert.Equal("/", endpoint.Root.AbsolutePath);
    }
}
