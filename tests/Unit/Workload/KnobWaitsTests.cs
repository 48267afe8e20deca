using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;
using static AgentSim.Tests.Rows.PlayRows;

namespace AgentSim.Tests.Workload;

/// <summary>Waits and starts that knobs change, and nothing else.</summary>
public class KnobWaitsTests
{
    private static WorkloadColumns Applied(MooncakeRow[] rows, WorkloadKnobs knobs) =>
        AppliedKnobs.To(WorkloadLoader.FromRows(rows), knobs).Columns;

    private static double[] Delays(WorkloadColumns load) => load.Agentic!.OnCompletion.DelayMs;

    [Fact]
    public void Knobs_at_their_neutral_values_leave_the_workload_the_same_object()
    {
        ReplayWorkload workload = WorkloadLoader.FromRows(KnobRun.Tasks());
        Assert.Same(workload, AppliedKnobs.To(workload, new WorkloadKnobs { ToolSpeedupRatio = ToolSpeedup.Parse("1,bash=1"),
            CopiesSeed = 7 }));
        Assert.True(new WorkloadKnobs { ToolSpeedupRatio = ToolSpeedup.Parse("bash=1") }.IsNeutral);
        // A closed loop changes who starts when, not the rows.
        Assert.Same(workload, AppliedKnobs.To(workload, new WorkloadKnobs { ConcurrentTasks = 3 }));
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(3.0)]
    [InlineData(0.7)]
    public void Three_ratios_together_are_the_speed_up_of_arrivals(double ratio)
    {
        var knobs = new WorkloadKnobs { TaskArrivalSpeedupRatio = ratio, ThinkSpeedupRatio = ratio,
            ToolSpeedupRatio = ToolSpeedup.Of(ratio) };
        MooncakeRow[] rows = KnobRun.Graphs(new Random(5), 40);
        AgenticColumns plain = WorkloadLoader.FromRows(rows).Columns.Agentic!, changed = Applied(rows, knobs).Agentic!;
        foreach ((double before, double after) in plain.OnCompletion.DelayMs.Zip(changed.OnCompletion.DelayMs))
            Assert.True(Math.Abs((before / ratio) - after) <= 3e-16 * (before / ratio), $"{before / ratio:R} is {after:R}");
        foreach ((double before, double after) in plain.EarliestStart.Zip(changed.EarliestStart))
            Assert.Equal((before - plain.Origin) / ratio, after - changed.Origin);
    }

    [Fact]
    public void Faster_tools_shorten_a_task_alone_on_a_worker_by_just_their_part()
    {
        MooncakeRow[] rows = [KnobRun.Row("1", "s", 0), KnobRun.Row("2", "s", null, 11, 200, "1"), KnobRun.Row("3", "s", null, 0, 50, "2"),
            KnobRun.Row("4", "s", null, 40, 0, "3")];
        ReplayWorkload workload = WorkloadLoader.FromRows(rows);
        Assert.Equal(125.0, Makespan(new WorkloadKnobs()) - Makespan(new WorkloadKnobs { ToolSpeedupRatio = ToolSpeedup.Of(2.0) }), 1e-9);
        Assert.Equal(25.5, Makespan(new WorkloadKnobs()) - Makespan(new WorkloadKnobs { ThinkSpeedupRatio = 2.0 }), 1e-9);
        // Cut first, then divided: 200 to 100, 50 stays.
        Assert.Equal(100.0 + 75.0, Makespan(new WorkloadKnobs())
            - Makespan(new WorkloadKnobs { MaxToolWaitSeconds = 0.1, ToolSpeedupRatio = ToolSpeedup.Of(2.0) }), 1e-9);
        Assert.Equal(30.0 + 1.0, Makespan(new WorkloadKnobs()) - Makespan(new WorkloadKnobs { MaxIdleSeconds = 0.01 }), 1e-9);

        double Makespan(WorkloadKnobs knobs)
        {
            (double begin, double end) = Assert.Single(KnobRun.TasksOf(workload, new ReplaySettings { Knobs = knobs }));
            return end - begin;
        }
    }

    [Fact]
    public void A_class_of_tools_is_faster_in_the_pieces_of_the_wait_in_which_no_slower_one_runs()
    {
        MooncakeRow waiting = KnobRun.Row("2", "s", null, 0, 80, "1");
        // The last 80 ms of the calls: read from 20 to 60, both from 60 to 70, bash from 70 to 100.
        waiting.ToolEvents = [new ToolSpan("x", "read", 0, 70, 70, "succeeded"), new ToolSpan("y", "bash", 60, 100, 40, "succeeded")];
        MooncakeRow[] rows = [KnobRun.Row("1", "s", 0), waiting];
        Assert.Equal(40.0 + 10.0 + 15.0, Wait("bash=2"), 1e-12);
        Assert.Equal(10.0 + 5.0 + 15.0, Wait("read=4,bash=2"), 1e-12);
        Assert.Equal(20.0 + 5.0 + 7.5, Wait("2,bash=4"), 1e-12);
        // Of a wait that is cut, the pieces keep their shares.
        Assert.Equal(65.0 / 2, Delays(Applied(rows, new WorkloadKnobs { ToolSpeedupRatio = ToolSpeedup.Parse("bash=2"),
            MaxToolWaitSeconds = 0.04 }))[0], 1e-12);
        Assert.Equal(80.0, WorkloadLoader.FromRows(rows).Columns.Agentic!.ToolWaitMs![1]);

        double Wait(string ratios)
        {
            WorkloadColumns load = Applied(rows, new WorkloadKnobs { ToolSpeedupRatio = ToolSpeedup.Parse(ratios) });
            Assert.Equal(Delays(load)[0], load.Agentic!.ToolWaitMs![1]);
            return Delays(load)[0];
        }
    }

    [Fact]
    public void Times_of_rows_of_version_2_move_by_the_least_that_what_they_wait_for_allows()
    {
        MooncakeRow[] rows =
        [
            Row("a", "P", 100),
            Row("b", "P", 160, After("a", 40)),                       // cut by 20
            Row("c", "P", 200, WithStartOf("a", 60)),                 // cut by 30
            Row("d", "P", 400, After("b", 100), After("c", 10)),      // the least of 20 + 50 and 30 + 5
            Row("e", "P", 500),                                       // waits for nothing
            Row("x", "Q", 130, []),
        ];
        WorkloadColumns load = Applied(rows, new WorkloadKnobs { ThinkSpeedupRatio = 2.0 });
        Assert.Equal([100, 140, 170, 365, 500, 130], load.Agentic!.EarliestStart);
        Assert.Equal([20, 50, 5], Delays(load));
        Assert.Equal([30], load.Agentic.OnDispatch!.DelayMs);
        Assert.Equal([100, 160, 200, 400, 500, 130], WorkloadLoader.FromRows(rows).Columns.Agentic!.EarliestStart);
    }

    [Fact]
    public void Starts_of_tasks_move_together_and_offsets_within_them_stay()
    {
        MooncakeRow[] rows = [Row("a", "P", 100), Row("b", "P", 160), Row("c", "Q", 500), Row("d", "Q", 530, After("c"))];
        AgenticColumns agentic = Applied(rows, new WorkloadKnobs { TaskArrivalSpeedupRatio = 4.0 }).Agentic!;
        Assert.Equal([0, 60, 100, 130], agentic.EarliestStart);
        Assert.Equal(0, agentic.Origin);

        WorkloadColumns plain = Applied(KnobRun.Sessions(new Random(1), 9),
            new WorkloadKnobs { TaskArrivalSpeedupRatio = 4.0, ThinkSpeedupRatio = 2.0 });
        WorkloadColumns before = WorkloadLoader.FromRows(KnobRun.Sessions(new Random(1), 9)).Columns;
        Assert.Equal(before.FirstArrival.Select(start => (start - before.FirstArrival.Min()) / 4.0), plain.FirstArrival);
        Assert.Equal(before.Delay.Select(delay => delay / 2.0), plain.Delay);
    }

    [Fact]
    public void Outputs_are_multiplied_and_never_vanish()
    {
        MooncakeRow[] rows = [.. new[] { 0, 1, 5, 10 }.Select(tokens =>
            new MooncakeRow { InputLength = 4, OutputLength = tokens, HashIds = [1], Timestamp = 0, TraceBlockSize = 16 })];
        Assert.Equal([0, 1, 1, 3], Applied(rows, new WorkloadKnobs { OutputRatio = 0.25 }).OutputLength);
        Assert.Equal([0, 3, 15, 30], Applied(rows, new WorkloadKnobs { OutputRatio = 3 }).OutputLength);
    }
}
