using AgentSim.Workload;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Workload;

public sealed class ReadyQueueTests
{
    [Fact]
    public void Hands_out_by_time_and_then_by_index_whenever_entries_are_added()
    {
        // Few distinct times, so that ties are common between initial and later entries.
        Gen<int[]> times = Gen.Choose(0, 4).ArrayOf();
        Gen<(int[] Initial, int[] Later)> both = times.SelectMany(initial => times.Select(later => (initial, later)));
        Prop.ForAll(both.ToArbitrary(), load =>
        {
            ReadyQueue queue = new();
            List<(double Time, int Index)> initial = [.. load.Initial.Select((time, index) => ((double)time, index * 2))];
            List<(double Time, int Index)> model = [.. initial];
            foreach ((double time, int index) in initial) queue.AddInitial(time, index);
            queue.SortInitial();
            for (int i = 0; i < load.Later.Length; i++)
            {
                // Adding between takings, as completions do; nothing is ready in the past.
                (double Time, int Index) entry = (load.Later[i] + i, (i * 2) + 1);
                queue.Add(entry.Time, entry.Index);
                model.Add(entry);
                TakeOne(queue, model, now: i);
            }

            while (model.Count > 0) TakeOne(queue, model, now: double.MaxValue);
            Assert.True(queue.IsEmpty);
            Assert.Equal(double.PositiveInfinity, queue.NextTime);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Nothing_is_taken_before_its_time()
    {
        ReadyQueue queue = new();
        queue.AddInitial(5.0, 0);
        queue.SortInitial();
        Assert.False(queue.TryTake(4.999, out _, out _));
        Assert.True(queue.TryTake(5.0, out int index, out double time));
        Assert.Equal((0, 5.0), (index, time));
    }

    private static void TakeOne(ReadyQueue queue, List<(double Time, int Index)> model, double now)
    {
        (double Time, int Index)[] order = [.. model.Order()];
        Assert.Equal(order.Length > 0 ? order[0].Time : double.PositiveInfinity, queue.NextTime);
        bool due = order.Length > 0 && order[0].Time <= now;
        Assert.Equal(due, queue.TryTake(now, out int index, out double time));
        if (!due) return;
        Assert.Equal(order[0], (time, index));
        model.Remove(order[0]);
    }
}
