using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Metrics;

/// <summary>That a run is called overloaded exactly when it is, by numbers that its records give.</summary>
public class LoadAssessmentTests
{
    private static readonly ReplayResult Overloaded = Run(requests: 1_000, perSecond: 50);

    [Fact]
    public void A_load_that_one_worker_cannot_do_is_overload()
    {
        LoadAssessment load = Overloaded.Load;
        Assert.Equal(LoadState.Overloaded, load.State);
        Assert.True(load.IsOverloaded);
        Assert.Equal(Waiting(Overloaded, Overloaded.Requests.Max(request => request.ArrivalTimeMs)), load.QueueAtEnd);
        Assert.Equal(
            FormattableString.Invariant($"Overloaded: the load is more than 1 worker can do, the queue grows all the time ({load.QueueAtEnd:N0} wait when the last request arrives)"),
            load.Sentence);
        Assert.InRange(load.QueueAtEnd, 100, 1_000);
        Assert.InRange(load.BusyShare, 0.95, 1.0);
        Assert.True(load.EndsPerSecond < load.ArrivalsPerSecond);
        Assert.Contains("requests/s arrive and", load.Basis);
        Assert.Contains("at least one request admitted", load.Basis);
    }

    [Fact]
    public void Overload_says_how_many_workers_its_rates_ask_for_and_nothing_else_does()
    {
        LoadAssessment load = Overloaded.Load;
        double last = Overloaded.Requests.Max(request => request.ArrivalTimeMs);
        int admitted = Overloaded.Requests.Count(request => request.FirstAdmitMs <= last);
        int least = (int)Math.Ceiling(1_000.0 / admitted);
        Assert.EndsWith(FormattableString.Invariant($" requests/s were admitted meanwhile: by that it takes at least {least} such workers ")
            + FormattableString.Invariant($"instead of 1, or {100 - admitted / 10.0:0.0} % less load"), load.Basis);
        Assert.Contains("such prefill workers instead of 2", (load with { Workers = 2, Pool = WorkerType.Prefill }).Basis);
        Assert.DoesNotContain("such workers", (load with { QueueAtEnd = load.Requests }).Basis);
        Assert.DoesNotContain("such workers", (load with { State = LoadState.Behind }).Basis);
        // At least: one worker fewer does not keep up either.
        Assert.NotEqual(LoadState.Steady, Run(requests: 1_000, perSecond: 50, workers: least - 1).Load.State);
    }

    [Theory]
    [InlineData(1_000, 50, 1)]
    [InlineData(300, 20, 3)]
    public void It_is_the_same_from_records_in_any_order_and_without_them(int requests, double perSecond, int workers)
    {
        ReplayResult result = Run(requests, perSecond, workers);
        RequestResult[] records = [.. result.Requests];
        LoadAssessment load = result.Load;
        Assert.Equal(load, LoadAssessor.Of(records, result.Workers, result.Run, 0));
        // The busy share, by its definition.
        double from = records.Min(request => request.ArrivalTimeMs), to = records.Max(request => request.ArrivalTimeMs), busy = 0.0;
        foreach (IGrouping<int?, RequestResult> worker in records.GroupBy(request => request.DecodeWorkerIdx))
        {
            double done = from;
            foreach (RequestResult request in worker.OrderBy(request => request.FirstAdmitMs))
            {
                double begin = Math.Max(request.FirstAdmitMs!.Value, done), end = Math.Min(request.TerminalTimeMs, to);
                if (!(end > begin)) continue;
                busy += end - begin;
                done = end;
            }
        }

        Assert.Equal(busy / (to - from) / workers, load.BusyShare);
        Array.Reverse(records);
        LoadAssessment reversed = LoadAssessor.Of(records, result.Workers, result.Run, 0);
        Assert.Equal(load.BusyShare, reversed.BusyShare, 1e-12);
        Assert.Equal(load with { BusyShare = 0 }, reversed with { BusyShare = 0 });
    }

    [Fact]
    public void Enough_workers_for_the_same_load_keep_up()
    {
        LoadAssessment load = Run(requests: 1_000, perSecond: 50, workers: 40).Load;
        Assert.Equal(LoadState.Steady, load.State);
        Assert.Contains("40 workers keep up", load.Sentence);
        Assert.False(load.IsOverloaded);
    }

    [Fact]
    public void A_light_load_is_steady()
    {
        LoadAssessment load = Run(requests: 200, perSecond: 0.5).Load;
        Assert.Equal(LoadState.Steady, load.State);
        Assert.StartsWith("Not overloaded: 1 worker keeps up, at most ", load.Sentence);
        Assert.InRange(load.ArrivalsPerSecond, 0.4, 0.65);
    }

    [Fact]
    public void A_burst_that_drains_is_none()
    {
        IEnumerable<string> burst = Enumerable.Range(0, 200).Select(i => Row(i, i * 10)),
            rest = Enumerable.Range(200, 300).Select(i => Row(i, (i - 199) * 2_000));
        ReplayResult result = Sim.Run(string.Join('\n', burst.Concat(rest)), Sim.Settings(), traceBlockSize: 512);
        LoadAssessment load = result.Load;
        Assert.Equal(LoadState.Bursts, load.State);
        Assert.StartsWith("Not overloaded, but requests queue at times", load.Sentence);
        Assert.InRange(load.LongestQueue, 50, 200);
        Assert.Equal(Waiting(result, load.LongestQueueAtMs), load.LongestQueue);
    }

    [Fact]
    public void A_load_that_rises_only_at_the_end_is_behind_and_does_not_grow_all_the_time()
    {
        IEnumerable<string> calm = Enumerable.Range(0, 60).Select(i => Row(i, i * 1_000)),
            rush = Enumerable.Range(60, 600).Select(i => Row(i, 60_000 + (i - 60) * 10));
        LoadAssessment load = Sim.Run(string.Join('\n', calm.Concat(rush)), Sim.Settings(), traceBlockSize: 512).Load;
        Assert.Equal(LoadState.Behind, load.State);
        Assert.Contains("though the queue does not grow all the time", load.Sentence);
    }

    [Fact]
    public void Workers_that_are_idle_while_others_have_queues_are_not_overloaded()
    {
        // Round robin: every second request, all of them long, goes to the same worker.
        string rows = string.Join('\n', Enumerable.Range(0, 800).Select(i =>
            i % 2 == 0 ? Row(i, i * 20) : $$"""{"timestamp":{{i * 20}},"input_length":16,"output_length":1,"hash_ids":[{{i}}]}"""));
        LoadAssessment load = Sim.Run(rows, Sim.Settings(workers: 2), traceBlockSize: 8_192).Load;
        Assert.Equal(LoadState.Behind, load.State);
        Assert.InRange(load.BusyShare, 0.3, 0.8);
    }

    [Fact]
    public void A_closed_loop_cannot_be_overloaded()
    {
        ReplayResult result = Run(requests: 300, perSecond: null, change: settings => settings with { Concurrency = 8 });
        Assert.Equal(LoadState.ClosedLoop, result.Load.State);
        Assert.StartsWith("Closed loop, 8 sessions at a time: ", result.Load.Sentence);
    }

    [Fact]
    public void All_at_once_queues_whatever_there_is()
    {
        LoadAssessment load = Run(requests: 500, perSecond: null).Load;
        Assert.Equal(LoadState.AtOnce, load.State);
        Assert.Equal(double.PositiveInfinity, load.ArrivalsPerSecond);
    }

    [Fact]
    public void Of_a_run_that_was_cut_off_nothing_is_said()
    {
        LoadAssessment load = Run(requests: 1_000, perSecond: 50, change: settings => settings with { MaxSimTimeMs = 5_000 }).Load;
        Assert.Equal(LoadState.Unknown, load.State);
        Assert.Contains("The time cap cut off", load.Sentence);
        Assert.Equal("", load.Basis);
        Assert.Equal(LoadState.Unknown, Run(requests: 10, perSecond: 50, change: settings => settings with { MaxSimTimeMs = 0.001 })
            .Load.State);
    }

    [Fact]
    public void Pools_are_told_apart()
    {
        ReplaySettings settings = Sim.PoolSettings("""{"block_size":16}""", """{"block_size":16}""");
        LoadAssessment load = Replay.Run(SyntheticLoad.Create(Load(1_000, 50), 16), settings).Load;
        Assert.Equal(LoadState.Overloaded, load.State);
        Assert.Equal(WorkerType.Prefill, load.Pool);
        Assert.Contains("more than 1 prefill worker can do", load.Sentence);
    }

    [Fact]
    public void The_queue_over_time_is_what_counting_gives()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            (double From, double To)[] stays = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
            {
                double from = random.Next(0, 30);
                return (from, from + random.Next(0, 12));
            })];
            var queue = new QueueOverTime([.. stays.Select(stay => stay.From)], [.. stays.Select(stay => stay.To)]);
            int Count(double time) => stays.Count(stay => stay.From <= time && stay.To > time);
            for (double time = -1; time < 45; time += 0.5) Assert.Equal(Count(time), queue.At(time));
            (int most, double at) = queue.Longest();
            Assert.Equal(stays.Max(stay => Count(stay.From)), most);
            if (most > 0) Assert.Equal(most, Count(at));
            if (queue.LastArrival == queue.FirstArrival) continue;
            double[] means = queue.Means(4);
            double step = (queue.LastArrival - queue.FirstArrival) / 4;
            for (int slice = 0; slice < 4; slice++)
            {
                double from = queue.FirstArrival + slice * step, to = from + step;
                double waited = stays.Sum(stay => Math.Max(0.0, Math.Min(stay.To, to) - Math.Max(stay.From, from)));
                Assert.Equal(waited / step, means[slice], 9);
            }

            double begin = queue.FirstArrival + step;
            // Counts change at whole times only.
            bool isEmpty = Enumerable.Range(0, 400).Select(i => begin + i * 0.1).Where(time => time <= queue.LastArrival)
                .Append(queue.LastArrival).Any(time => Count(time) == 0);
            if (isEmpty) Assert.True(queue.IsEmptyBetween(begin, queue.LastArrival));
        }
    }

    private static int Waiting(ReplayResult result, double time) => result.Requests.Count(request => request.ArrivalTimeMs <= time
        && request.FirstAdmitMs > time);

    private static string Row(int i, int time) =>
        $$"""{"timestamp":{{time}},"input_length":4096,"output_length":60,"hash_ids":[{{string.Join(',', Enumerable.Range(i * 8, 8))}}]}"""
            .Replace("[0,", "[999999,", StringComparison.Ordinal);

    private static ReplayResult Run(int requests, double? perSecond, int workers = 1, Func<ReplaySettings, ReplaySettings>? change = null)
    {
        ReplaySettings settings = Sim.Settings(workers: workers);
        settings = change?.Invoke(settings) ?? settings;
        SyntheticOptions load = Load(requests, perSecond) with { ArrivalIntervalMs = perSecond is null && settings.Concurrency is null ? 0.0 : null };
        return Replay.Run(SyntheticLoad.Create(load, 16), settings);
    }

    private static SyntheticOptions Load(int requests, double? perSecond) => new()
    {
        InputTokens = 2_048, OutputTokens = 100, RequestCount = requests, RequestRate = perSecond,
    };
}
