using AgentSim.Rows;
using AgentSim.Workload;
using static AgentSim.Tests.Rows.PlayRows;

namespace AgentSim.Tests.Workload;

/// <summary>When agentic rows of version 2 start, with the ends of requests made up (behaviour 01#12.3).</summary>
public class DependencyDriverTests
{
    private sealed class Stage(double ratio, params MooncakeRow[] rows)
    {
        private readonly WorkloadColumns _load = WorkloadLoader.FromRows(rows).Columns;
        private LoadDriver? _driver;

        public LoadDriver Driver => _driver ??= LoadDriver.Create(_load, new LoadOptions(null, ratio));

        /// <summary>What is handed out at a time, as "id@ready time".</summary>
        public string Pop(double now)
        {
            List<string> taken = [];
            while (Driver.TryPop(now, out int request, out double ready))
                taken.Add(FormattableString.Invariant($"{_load.Agentic!.RequestIds[request]}@{ready}"));
            return string.Join(' ', taken);
        }

        public void End(string id, double now, bool completed = true) =>
            Driver.OnTerminal(_load.Agentic!.RequestIds.ToList().IndexOf(id), now, completed);
    }

    private static Stage Rows(params MooncakeRow[] rows) => new(1.0, rows);

    [Fact]
    public void Requests_are_ordered_by_id_and_not_by_file()
    {
        // U+FB01 comes before U+1F600 by code point, but not by UTF-16 unit.
        Stage stage = Rows(Row("b", "P", 0), Row("\U0001F600", "P", 0), Row("\uFB01", "Q", 0), Row("B", "P", 0), Row("a", "P", 0));
        Assert.Equal("B@0 a@0 b@0 \uFB01@0 \U0001F600@0", stage.Pop(0));
    }

    [Fact]
    public void The_smallest_time_of_all_rows_becomes_0()
    {
        Stage stage = Rows(Row("a", "P", 100), Row("b", "P", 130), Row("c", "P", 90, After("a")));
        Assert.Equal("a@10", stage.Pop(20));
        Assert.Equal("b@40", stage.Pop(50));
    }

    [Fact]
    public void Every_edge_has_its_own_delay_after_its_own_trigger()
    {
        Stage stage = Rows(Row("a", "P", 0), Row("b", "P", 0), Row("c", "P", 0, After("a", 5), After("b", 100), WithStartOf("a", 300)));
        Assert.Equal("a@0 b@0", stage.Pop(0));
        stage.End("b", 10);
        stage.End("a", 250);
        Assert.Equal(300, stage.Driver.NextReady);
        Assert.Equal("", stage.Pop(299));
        Assert.Equal("c@300", stage.Pop(300));
    }

    [Fact]
    public void A_dependent_does_not_start_before_its_time()
    {
        Stage stage = Rows(Row("a", "P", 0), Row("b", "P", 70, After("a", 5)), Row("c", "P", 10, After("a", 5)));
        stage.Pop(0);
        stage.End("a", 20);
        Assert.Equal("c@25 b@70", stage.Pop(100));
    }

    [Fact]
    public void A_child_of_a_start_is_handed_out_in_the_same_polling_among_what_is_due()
    {
        Stage stage = Rows(
            Row("m", "P", 0), Row("z", "P", 0), Row("a", "P", 0, WithStartOf("m")), Row("n", "P", 0, WithStartOf("a")),
                Row("later", "P", 0, WithStartOf("m", 3)));
        Assert.Equal("m@0 a@0 n@0 z@0", stage.Pop(0));
        Assert.Equal(3, stage.Driver.NextReady);
        Assert.Equal("later@3", stage.Pop(3));
    }

    [Fact]
    public void A_start_noticed_late_still_counts_from_its_ready_time()
    {
        Stage stage = Rows(Row("a", "P", 0), Row("b", "P", 10), Row("c", "P", 0, WithStartOf("b", 4)),
            Row("d", "P", 0, WithStartOf("b", 40)));
        stage.Pop(0);
        Assert.Equal("b@10 c@14", stage.Pop(30));
        Assert.Equal(50, stage.Driver.NextReady);
    }

    [Fact]
    public void Every_mention_of_a_request_counts()
    {
        Stage stage = Rows(Row("a", "P", 0), Row("b", "P", 0, WithStartOf("a", 1), After("a", 2), After("a", 7)));
        Assert.Equal("a@0", stage.Pop(5));
        stage.End("a", 20);
        Assert.Equal("b@27", stage.Pop(30));
    }

    [Fact]
    public void A_speed_up_divides_times_and_delays()
    {
        Stage stage = new(4.0, Row("a", "P", 100), Row("b", "P", 140), Row("c", "P", 100, After("a", 6), WithStartOf("b", 2)));
        Assert.Equal("a@0 b@10", stage.Pop(10));
        stage.End("a", 20);
        Assert.Equal("c@21.5", stage.Pop(30));
    }

    [Fact]
    public void A_failure_ends_its_play_and_no_other()
    {
        Stage stage = Rows(
            Row("a", "P", 0), Row("b", "P", 0), Row("c", "P", 50), Row("d", "P", 0, After("b", 1)), Row("e", "P", 0, After("a")),
            Row("x", "Q", 0), Row("y", "Q", 60, After("x")));
        Assert.Equal("a@0 b@0 x@0", stage.Pop(0));
        stage.End("a", 5, completed: false);
        Assert.Equal(3, stage.Driver.Skipped);
        Assert.Equal(double.PositiveInfinity, stage.Driver.NextReady);   // c's time is none any more

        // What is in flight goes on and lets nothing go.
        stage.End("b", 10);
        stage.End("x", 12);
        Assert.Equal("y@60", stage.Pop(1000));
        Assert.False(stage.Driver.IsDrained);
        stage.End("y", 70);
        Assert.True(stage.Driver.IsDrained);
        Assert.Equal(3, stage.Driver.Skipped);
    }

    [Fact]
    public void Skipped_requests_are_passed_over_wherever_they_stand_in_the_queue()
    {
        Stage stage = Rows(Row("a", "P", 0), Row("b", "P", 10), Row("c", "Q", 20), Row("d", "P", 30), Row("e", "P", 40), Row("f", "Q", 50));
        stage.Pop(0);
        stage.End("a", 5, completed: false);
        Assert.Equal(20, stage.Driver.NextReady);
        Assert.Equal("c@20", stage.Pop(20));
        Assert.Equal(50, stage.Driver.NextReady);
        Assert.Equal("f@50", stage.Pop(100));
    }

    [Fact]
    public void Further_failures_of_a_play_change_nothing()
    {
        Stage stage = Rows(Row("a", "P", 0), Row("b", "P", 0), Row("c", "P", 0, After("a"), After("b")));
        stage.Pop(0);
        stage.End("a", 5, completed: false);
        stage.End("b", 6, completed: false);
        Assert.True(stage.Driver.IsDrained);
        Assert.Equal(1, stage.Driver.Skipped);
    }

    [Fact]
    public void In_version_1_a_failure_lets_its_dependents_go()
    {
        MooncakeRow first = Version1("a"), second = Version1("b", "a");
        second.Delay = 4;
        Stage stage = Rows(first, second);
        stage.Pop(0);
        stage.End("a", 5, completed: false);
        Assert.Equal("b@9", stage.Pop(10));
    }

    // Against a plain reading of the rules: requests last a random while, some fail, and the clock stops at every event.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_plays_start_when_the_rules_say(int seed)
    {
        var random = new Random(seed);
        List<MooncakeRow> rows = RandomRows(random);
        Dictionary<string, MooncakeRow> rowOf = rows.ToDictionary(row => row.RequestId!);
        double origin = rows.Min(row => row.NotBeforeMs!.Value);
        WorkloadColumns load = WorkloadLoader.FromRows(rows).Columns;
        LoadDriver driver = LoadDriver.Create(load, new LoadOptions(null, 1.0));
        Dictionary<string, double> started = [], ended = [];
        HashSet<string> failedPlays = [];
        PriorityQueue<string, double> running = new();
        double now = 0;
        while (true)
        {
            (double, string) last = (double.NegativeInfinity, "");
            while (driver.TryPop(now, out int request, out double ready))
            {
                string id = load.Agentic!.RequestIds[request];
                MooncakeRow row = rowOf[id];
                Assert.True(started.TryAdd(id, ready));
                Assert.DoesNotContain(row.PlayId!, failedPlays);
                double expected = row.NotBeforeMs!.Value - origin;
                foreach (RowDependency dependency in row.Dependencies)
                {
                    double from = dependency.Trigger == DependencyTrigger.Dispatch ? started[dependency.RequestId]
                        : ended[dependency.RequestId];
                    expected = Math.Max(expected, from + dependency.DelayMs);
                }

                Assert.Equal(expected, ready);
                // The event loop stops at every ready time: only what an earlier one of the same polling let go may be late in order.
                Assert.Equal(now, ready);
                bool letGo = row.Dependencies.Any(dependency => dependency.Trigger == DependencyTrigger.Dispatch
                    && started[dependency.RequestId] == ready);
                if (!letGo) Assert.True(last.CompareTo((ready, id)) < 0);
                if (!letGo) last = (ready, id);
                running.Enqueue(id, now + random.Next(0, 30));
            }

            double next = Math.Min(driver.NextReady, running.TryPeek(out _, out double end) ? end : double.PositiveInfinity);
            if (double.IsPositiveInfinity(next)) break;
            now = Math.Max(now, next);
            while (running.TryPeek(out string? finished, out end) && end <= now)
            {
                running.Dequeue();
                bool completed = random.Next(40) > 0;
                if (!completed) failedPlays.Add(rowOf[finished].PlayId!);
                ended[finished] = now;
                driver.OnTerminal(load.Agentic!.RequestIds.ToList().IndexOf(finished), now, completed);
            }
        }

        Assert.True(driver.IsDrained);
        Assert.Equal(rows.Count - started.Count, driver.Skipped);
        Assert.All(rows, row => Assert.True(started.ContainsKey(row.RequestId!) || failedPlays.Contains(row.PlayId!)));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    private static List<MooncakeRow> RandomRows(Random random)
    {
        List<MooncakeRow> rows = [];
        int plays = random.Next(1, 6);
        for (int i = 0; i < 60; i++)
        {
            int play = random.Next(plays);
            MooncakeRow[] earlier = [.. rows.Where(row => row.PlayId == $"P{play}")];
            List<RowDependency> dependencies = [];
            for (int k = random.Next(4); k > 0 && earlier.Length > 0; k--)
            {
                string target = earlier[random.Next(earlier.Length)].RequestId!;
                double delay = random.Next(3) == 0 ? 0 : random.Next(20);
                dependencies.Add(random.Next(2) == 0 ? After(target, delay) : WithStartOf(target, delay));
            }

            rows.Add(Row($"{random.Next(1000)}-{i}", $"P{play}", random.Next(0, 80), [.. dependencies]));
        }

        return rows;
    }

    private static MooncakeRow Version1(string id, params string[] waitFor) =>
        new() { IsAgentic = true, RequestId = id, InputLength = 1, OutputLength = 1, HashIds = [1], WaitFor = waitFor };
}
