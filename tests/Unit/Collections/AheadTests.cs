using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class AheadTests
{
    [Fact]
    public void Items_come_in_order_from_another_thread()
    {
        int maker = 0;
        IEnumerable<int> items = Enumerable.Range(0, 1000).Select(i =>
        {
            maker = Environment.CurrentManagedThreadId;
            return i;
        });

        Assert.Equal(Enumerable.Range(0, 1000), Ahead.Of(items, "test", CancellationToken.None));
        Assert.NotEqual(Environment.CurrentManagedThreadId, maker);
    }

    [Fact]
    public void A_failure_comes_behind_the_items_before_it()
    {
        var seen = new List<int>();

        InvalidDataException error = Assert.Throws<InvalidDataException>(() =>
            seen.AddRange(Ahead.Of(Failing(), "test", CancellationToken.None).Select(Noted)));

        Assert.Equal("bad", error.Message);
        Assert.Equal([1, 2, 3], _noted);
    }

    [Fact]
    public void The_source_is_not_run_far_ahead_and_closed_when_the_caller_leaves()
    {
        using IEnumerator<int> items = Ahead.Of(Endless(), "test", CancellationToken.None).GetEnumerator();
        for (int i = 0; i < 5; i++) Assert.True(items.MoveNext());

        items.Dispose();

        Assert.True(_isClosed);
        Assert.InRange(_made, 5, 10);
    }

    [Fact]
    public void Cancelling_ends_the_wait_for_a_source_that_hangs()
    {
        using var cancel = new CancellationTokenSource();
        using var hang = new ManualResetEventSlim();
        IEnumerable<int> source = Enumerable.Range(0, 2).Select(i =>
        {
            if (i == 1)
            {
                cancel.Cancel();
                hang.Wait();
            }

            return i;
        });

        Assert.Throws<OperationCanceledException>(() => Ahead.Of(source, "test", cancel.Token).Count());
        hang.Set();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Several_threads_give_their_results_in_the_order_of_the_source(int threads)
    {
        int makers = 0, asking = 0;
        IEnumerable<int> source = Enumerable.Range(0, 500).Select(i =>
        {
            Assert.Equal(1, Interlocked.Increment(ref asking));   // one at a time
            Thread.SpinWait(i % 7 * 50);
            Interlocked.Decrement(ref asking);
            return i;
        });

        IEnumerable<int> results = Ahead.Map(source, Maker, threads, "test", CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 2), results);
        Assert.InRange(makers, 1, threads);

        Func<int, int> Maker()
        {
            Interlocked.Increment(ref makers);
            return i =>
            {
                Thread.SpinWait(i % 5 * 100);
                return i * 2;
            };
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_fails_first_in_the_order_of_the_source_is_told_whichever_thread_was_first(int threads)
    {
        for (int round = 0; round < 50; round++)
        {
            var seen = new List<int>();
            Func<Func<int, int>> maker = () => i =>
            {
                if (i == 10) Thread.SpinWait(20_000);
                return i is 10 or 11 or 12 ? throw new InvalidDataException($"bad {i}") : i;
            };

            InvalidDataException error = Assert.Throws<InvalidDataException>(() =>
            {
                foreach (int item in Ahead.Map(Enumerable.Range(0, 50), maker, threads, "test", CancellationToken.None)) seen.Add(item);
            });

            Assert.Equal("bad 10", error.Message);
            Assert.Equal(Enumerable.Range(0, 10), seen);
        }
    }

    [Fact]
    public void No_more_items_are_on_their_way_than_threads_need()
    {
        int made = 0, most = 0, used = 0;
        IEnumerable<int> source = Enumerable.Range(0, 200).Select(i => Interlocked.Increment(ref made));

        foreach (int item in Ahead.Map<int, int>(source, () => i => i, 3, "test", CancellationToken.None))
        {
            most = Math.Max(most, Volatile.Read(ref made) - used);
            used++;
        }

        Assert.Equal(200, used);
        Assert.InRange(most, 1, 3 + 2);
    }

    private readonly List<int> _noted = [];
    private bool _isClosed;
    private int _made;

    private int Noted(int item)
    {
        _noted.Add(item);
        return item;
    }

    private static IEnumerable<int> Failing()
    {
        for (int i = 1; i <= 3; i++) yield return i;
        throw new InvalidDataException("bad");
    }

    private IEnumerable<int> Endless()
    {
        try
        {
            while (true) yield return _made++;
        }
        finally
        {
            _isClosed = true;
        }
    }
}
