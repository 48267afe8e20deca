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
