using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Rows;
using AgentSim.Tests.Simulation;
using AgentSim.Timelines;
using FsCheck;
using FsCheck.Fluent;
using Replay = AgentSim.Simulation.Replay;

namespace AgentSim.Tests.Timelines;

/// <summary>Timelines of replays.</summary>
public sealed class ReplayTimelineTests
{
    // One step takes 10 ms whatever is in it, so that times can be read off.
    private const string Rows = """
        {"request_id":"a","session_id":"<script>","input_length":32,"output_length":3,"hash_ids":[1,2],"timestamp":0}
        {"request_id":"b","session_id":"<script>","input_length":48,"output_length":2,"hash_ids":[1,2,3],"wait_for":["a"],"delay":30,"tool_wait_ms":10}
        {"request_id":"c","session_id":"child","input_length":16,"output_length":2,"hash_ids":[9],"wait_for":["a"],"delay":5}
        {"request_id":"d","session_id":"<script>","input_length":64,"output_length":2,"hash_ids":[1,2,3,4],"wait_for":["b","c"]}
        """;

    private static TraceEvents Timeline(ReplayResult result, TimelineOptions? options = null)
    {
        var timeline = new ReplayTimeline(result, options ?? new TimelineOptions());
        return TraceEvents.Of(stream => timeline.Write(stream));
    }

    [Fact]
    public void Critical_paths_have_a_thread_per_task_and_arrows_where_they_go_on_with_another_request()
    {
        ReplayResult result = Sim.Run(Rows, Sim.Settings() with { ReportsAgents = true }, TraceFormat.AgenticMooncake);
        TraceEvents events = Timeline(result);
        Assert.Equal(["Worker 0", "Critical paths"], events.ProcessNames);
        PathLink[] path = [.. result.Agents!.Tasks.Single().CriticalPath];
        Assert.Equal(
            path.Select(link => $"{link.Part}".ToLowerInvariant()),
            events.Phase("X").Where(each => each.GetProperty("cat").GetString() == "agentsim.critical_path")
                .Select(each => each.GetProperty("name").GetString()!.Split(':')[0]));
        Assert.Equal(path.Select(link => link.Ordinal)
            .Distinct().Count() - 1, events.Named("critical path").Count(each => each.GetProperty("ph").GetString() == "s"));
        Assert.Empty(Timeline(Sim.Run(Rows, Sim.Settings(), TraceFormat.AgenticMooncake)).Named("critical path"));   // only when asked for
    }

    [Fact]
    public void Requests_lie_with_their_waits_in_the_threads_of_their_sessions()
    {
        ReplayResult result = Sim.Run(Rows, Sim.Settings(), TraceFormat.AgenticMooncake);
        TraceEvents events = Timeline(result, new TimelineOptions { FirstTokenMarkers = true });
        Assert.Equal(["Worker 0"], events.ProcessNames);
        Assert.Equal(["<script>", "child"], events.ThreadNames);
        RequestResult a = result.Request(1), b = result.Request(2), c = result.Request(3);
        Assert.Equal(
        [
            Line("child", "delay", a.TerminalTimeMs, c.ArrivalTimeMs), Line("<script>", "tool wait", a.TerminalTimeMs,
                a.TerminalTimeMs + 10), Line("<script>", "delay", a.TerminalTimeMs + 10, b.ArrivalTimeMs),
        ], events.Lines("agentsim.wait"));
        Assert.Equal(40, b.ArrivalTimeMs - a.TerminalTimeMs, 1e-9);
        Assert.Equal(
        [
            .. new[] { 1, 3, 2, 4 }.Select(result.Request).Select(request =>
                Line(request.SessionId!, request.RequestId!, request.ArrivalTimeMs, request.TerminalTimeMs)),
        ], events.Lines("agentsim.request"));
        Assert.Contains(Line("<script>", "prefill", a.FirstAdmitMs!.Value, a.FirstTokenMs!.Value), events.Lines("agentsim.stage"));
        Assert.Contains(Line("<script>", "decode", a.FirstTokenMs.Value, a.LastTokenMs!.Value), events.Lines("agentsim.stage"));
        Assert.Equal(4, events.Lines("agentsim.marker").Count());
        Assert.DoesNotContain("<script>", events.Text, StringComparison.Ordinal);

        static string Line(string session, string name, double begin, double end)
        {
            decimal from = (decimal)Math.Round(begin * 1e6) / 1e6m, to = (decimal)Math.Round(end * 1e6) / 1e6m;
            return FormattableString.Invariant($"{name} @Worker 0/{session} {from:0.######}+{to - from:0.######}");
        }
    }

    [Fact]
    public void Arrows_tell_dependencies_from_branches()
    {
        TraceEvents events = Timeline(Sim.Run(Rows, Sim.Settings(), TraceFormat.AgenticMooncake));
        Assert.Equal(["wait_for", "branch", "wait_for", "wait_for"], events.Phase("s").Select(TraceEvents.Name));
        JsonElement a = events.Named("a").Single(), branch = events.Phase("s").Single(each => TraceEvents.Name(each) == "branch");
        Assert.Equal(a.GetProperty("ts").GetDecimal() + a.GetProperty("dur").GetDecimal() - 0.001m, branch.GetProperty("ts").GetDecimal());
        JsonElement end = events.Phase("f").Single(each => TraceEvents.Name(each) == "branch");
        Assert.Equal(TraceEvents.Time(events.Named("c").Single()), TraceEvents.Time(end));
    }

    [Fact]
    public void A_branch_on_dispatch_leaves_at_the_start()
    {
        TraceEvents events = Timeline(Sim.Run(PlayRows.Example, Sim.Settings(), TraceFormat.AgenticMooncake));
        Assert.Equal(["wait_for", "wait_for", "branch"], events.Phase("s").Select(TraceEvents.Name));
        Assert.Equal(TraceEvents.Time(events.Named("p").Single()), TraceEvents.Time(events.Phase("s").Last()));
        Assert.Contains("delay @Worker 0/t 0+3", events.Lines("agentsim.wait"));
    }

    [Fact]
    public void Turns_of_a_session_are_tied_by_their_delays()
    {
        const string rows = """
            {"session_id":"s","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}
            {"session_id":"s","delay":12,"input_length":32,"output_length":2,"hash_ids":[1,2]}
            {"session_id":"t","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[5]}
            """;
        ReplayResult result = Sim.Run(rows, Sim.Settings() with { ArrivalSpeedupRatio = 2.0 });
        TraceEvents events = Timeline(result);
        Assert.Equal(["s", "t"], events.ThreadNames);
        JsonElement delay = events.Named("delay").Single();
        Assert.Equal(6000, delay.GetProperty("dur").GetDouble(), 0.01);
        Assert.Equal(["wait_for"], events.Phase("s").Select(TraceEvents.Name));
    }

    [Fact]
    public void Sessions_of_one_request_share_lanes()
    {
        const string rows = """
            {"timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}
            {"timestamp":0,"input_length":16,"output_length":2,"hash_ids":[2]}
            {"timestamp":9000,"input_length":16,"output_length":2,"hash_ids":[3]}
            """;
        Assert.Equal(["requests [lane 1]", "requests [lane 2]"], Timeline(Sim.Run(rows, Sim.Settings())).ThreadNames);
    }

    [Fact]
    public void Counters_count_what_the_records_say()
    {
        const string rows = """
            {"timestamp":0,"input_length":16,"output_length":4,"hash_ids":[1]}
            {"timestamp":0,"input_length":16,"output_length":4,"hash_ids":[2]}
            {"timestamp":0,"input_length":16,"output_length":4,"hash_ids":[3]}
            """;
        TraceEvents events = Timeline(Sim.Run(rows, Sim.Settings("""{"block_size":16,"max_num_seqs":2}""")));
        (long, long)[] counts = [.. events.Named("requests").Select(each =>
            (each.GetProperty("args").GetProperty("running").GetInt64(), each.GetProperty("args").GetProperty("waiting").GetInt64()))];
        Assert.Equal((2, 1), counts[0]);
        Assert.Equal((1, 0), counts[^2]);
        Assert.Equal((0, 0), counts[^1]);
        Assert.Equal((0, 2), events.Named("batch size").Select(each => (each.GetProperty("args").GetProperty("decode").GetInt64(),
            each.GetProperty("args").GetProperty("prefill").GetInt64())).First());
    }

    [Fact]
    public void Both_sides_of_a_hand_off_are_shown_with_the_transfer_between_them()
    {
        const string rows = """
            {"session_id":"s","timestamp":0,"input_length":64,"output_length":4,"hash_ids":[1,2,3,4]}
            {"session_id":"s","delay":5,"input_length":64,"output_length":4,"hash_ids":[1,2,3,4]}
            """;
        ReplaySettings settings = Sim.PoolSettings("""{"block_size":16,"kv_bytes_per_token":100000,"kv_transfer_bandwidth":1.0}""",
            """{"block_size":16}""") with { RecordsKvUse = true };
        TraceEvents events = Timeline(Sim.Run(rows, settings));
        Assert.Equal(["Prefill worker 0", "Decode worker 0"], events.ProcessNames);
        Assert.Equal(2, events.Phase("s").Count(each => TraceEvents.Name(each) == "KV transfer"));
        foreach (string stage in (string[])["prefill", "KV held", "KV transfer", "decode"])
            Assert.Contains(events.Lines("agentsim.stage"), line => line.StartsWith($"{stage} @", StringComparison.Ordinal));
        Assert.All(events.Lines("agentsim.stage"), line => Assert.Contains(line.StartsWith("decode", StringComparison.Ordinal)
            || line.StartsWith("KV transfer", StringComparison.Ordinal) ? "@Decode" : "@", line, StringComparison.Ordinal));
        foreach (var worker in events.Named("KV blocks in use").GroupBy(each => each.GetProperty("pid").GetInt32()))
            Assert.Equal(0, worker.Last().GetProperty("args").GetProperty("blocks").GetInt64());
    }

    [Fact]
    public void A_timeline_of_records_shows_what_they_hold()
    {
        ReplayResult result = Sim.Run(Rows, Sim.Settings(workers: 2, router: "{}"), TraceFormat.AgenticMooncake);
        using var folder = new TempFolder();
        string log = folder.File("requests.jsonl"), target = folder.File("timeline.json");
        AgentSim.Files.AtomicFile.Write(log, stream => RequestLogWriter.Write(stream, result.Requests));
        Assert.Equal(new TimelineSummary(4, 1), TimelineExport.Run([log], target, new TimelineOptions()));
        TraceEvents events = new(File.ReadAllBytes(target)), full = Timeline(result);
        Assert.Equal(full.Lines("agentsim.request"), events.Lines("agentsim.request"));
        Assert.Equal(full.Lines("agentsim.stage"), events.Lines("agentsim.stage"));
        Assert.Equal(full.Phase("C").Select(each => each.GetRawText()[each.GetRawText().IndexOf("ts", StringComparison.Ordinal)..]),
            events.Phase("C").Select(each => each.GetRawText()[each.GetRawText().IndexOf("ts", StringComparison.Ordinal)..]));
        Assert.Empty(events.Phase("s"));
        Assert.Empty(events.Lines("agentsim.wait"));
    }

    [Theory]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":1}""", "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"done","arrival_time_ms":1,"terminal_time_ms":2}""", "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":1e300,"terminal_time_ms":2}""", "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":-1e308,"terminal_time_ms":2,"first_token_ms":1e308}""",
        "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":1,"terminal_time_ms":2,"first_token_ms":1,"last_token_ms":1e308,"output_length":2}""", "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":1,"terminal_time_ms":2,"decode_worker_idx":-1}""",
        "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":1,"terminal_time_ms":2,"output_length":1}""", "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":1,"terminal_time_ms":2,"output_length":1,"first_token_ms":1}""",
        "RequestRecordInvalid")]
    [InlineData("""{"terminal_status":"completed","arrival_time_ms":1,"terminal_time_ms":2,"output_length":1,"last_token_ms":2}""",
        "RequestRecordInvalid")]
    public void A_bad_record_is_refused(string line, string errorId)
    {
        using var folder = new TempFolder();
        string log = folder.Write("requests.jsonl", line);
        Assert.Equal(errorId, Assert.Throws<AgentSimException>(() =>
            TimelineExport.Run([log], folder.File("timeline.json"), new TimelineOptions())).ErrorId);
        Assert.Equal(["requests.jsonl"], folder.Everything);
    }

    [Fact]
    public void A_line_with_a_key_that_is_no_text_is_no_record() =>
        Assert.False(RequestLogReader.IsRecord("""{"arrival_time_ms":1,"terminal_status":"completed","arrival_\ud800_____":1}"""u8));

    [Fact]
    public void Records_that_contradict_themselves_still_give_a_timeline()
    {
        using var folder = new TempFolder();
        string log = folder.Write("requests.jsonl", """
            {"terminal_status":"completed","arrival_time_ms":10,"terminal_time_ms":2,"first_admit_ms":20,"first_token_ms":5,"last_token_ms":1,"output_length":3}
            {"terminal_status":"failed","arrival_time_ms":3,"terminal_time_ms":3,"prefill_worker_idx":2147483647,"source_held_ms":1,"destination_activated_ms":0,"decode_worker_idx":0}
            """);
        TimelineExport.Run([log], folder.File("timeline.json"), new TimelineOptions { FirstTokenMarkers = true });
        Assert.Equal(2, new TraceEvents(File.ReadAllBytes(folder.File("timeline.json"))).Lines("agentsim.request")
            .Select(line => line.Split(' ')[1]).Distinct().Count());
    }

    [Fact]
    public void Records_and_traces_do_not_mix()
    {
        using var folder = new TempFolder();
        string log = folder.Write("requests.jsonl", """{"terminal_status":"completed","arrival_time_ms":1,"terminal_time_ms":2}"""),
            trace = folder.Write("trace.jsonl", "{}");
        foreach (string[] files in (string[][])[[log, trace], [trace, log], [log, log]])
            Assert.Equal("TimelineInputMixed", Assert.Throws<AgentSimException>(() =>
                TimelineExport.Run(files, folder.File("t.json"), new TimelineOptions())).ErrorId);
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public void Every_replay_gives_a_sound_timeline_and_the_same_result(string engine) =>
        Prop.ForAll(Scenario.Of(engine).ToArbitrary(), scenario =>
    {
        ReplayResult plain, recorded;
        try
        {
            plain = Replay.Run(scenario.Load(), scenario.Settings);
        }
        catch (AgentSimException)
        {
            return;
        }

        recorded = Replay.Run(scenario.Load(), scenario.Settings with { RecordsKvUse = true });
        Assert.Empty(plain.KvUse);
        Assert.Equal(ResultJson.Requests(plain).Select(record => record.GetRawText()), ResultJson.Requests(recorded)
            .Select(record => record.GetRawText()));
        long capacity = Math.Max(recorded.Origin.Settings.Engine.NumGpuBlocks,
            recorded.Origin.Settings.Pools is { } pools ? Math.Max(pools.Prefill.NumGpuBlocks, pools.Decode.NumGpuBlocks) : 0);
        Assert.All(recorded.KvUse, sample => Assert.InRange(sample.Blocks, 0, capacity));
        TraceEvents events = Timeline(recorded, new TimelineOptions { FirstTokenMarkers = true });
        Assert.Equal(recorded.Requests.Count, events.Phase("X").Where(each => each.GetProperty("cat").GetString() == "agentsim.request")
            .Select(each => each.GetProperty("args").GetProperty("ordinal").GetInt32()).Distinct().Count());
        if (scenario.Settings.MaxSimTimeMs is not null) return;
        // Nothing stays in use when nothing is left to do.
        foreach (var worker in recorded.KvUse.GroupBy(sample => (sample.WorkerType, sample.Index))) Assert.Equal(0, worker.Last().Blocks);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
}
