using AgentSim.Capture;

namespace AgentSim.Tests.Capture;

public sealed class RecordQueueTests
{
    private static byte[] Record(byte number, int length = 1)
    {
        var record = new byte[length];
        record[0] = number;
        return record;
    }

    private static byte[] Take(RecordQueue queue)
    {
        var records = new List<QueuedRecord>();
        queue.TakeAll(records, TimeSpan.Zero);
        return [.. records.Select(record => record.Json[0])];
    }

    [Fact]
    public void Pushing_into_a_full_queue_pushes_out_the_oldest()
    {
        var queue = new RecordQueue(maxRecords: 2, maxBytes: 100, wakeBytes: 0);
        int dropped = 0;
        for (byte i = 1; i <= 4; i++)
        {
            Assert.True(queue.Push(Record(i), out int pushedOut));
            dropped += pushedOut;
        }

        Assert.Equal(2, dropped);
        Assert.Equal([3, 4], Take(queue));
    }

    [Fact]
    public void Bytes_count_as_well_and_a_single_record_may_have_any_size()
    {
        var queue = new RecordQueue(maxRecords: 100, maxBytes: 10, wakeBytes: 0);
        queue.Push(Record(1, 6), out _);
        queue.Push(Record(2, 4), out _);
        queue.Push(Record(3, 5), out int pushedOut);
        Assert.Equal(1, pushedOut);
        queue.Push(Record(4, 50), out pushedOut);
        Assert.Equal(2, pushedOut);
        Assert.Equal([4], Take(queue));
    }

    [Fact]
    public async Task Adding_to_a_full_queue_waits_for_room()
    {
        var queue = new RecordQueue(maxRecords: 1, maxBytes: 100, wakeBytes: 0);
        Assert.True(await queue.AddAsync(Record(1), default));
        Task<bool> second = queue.AddAsync(Record(2), default).AsTask();
        Assert.False(second.IsCompleted);
        Assert.Equal([1], Take(queue));
        Assert.True(await second);
        Assert.Equal([2], Take(queue));
    }

    [Fact]
    public async Task Waiting_ends_when_cancelled_or_closed()
    {
        var queue = new RecordQueue(maxRecords: 1, maxBytes: 100, wakeBytes: 0);
        queue.Push(Record(1), out _);
        using var cancel = new CancellationTokenSource();
        Task<bool> cancelled = queue.AddAsync(Record(2), cancel.Token).AsTask();
        Task<bool> closed = queue.AddAsync(Record(3), default).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        queue.Close();
        Assert.False(await closed);
        Assert.False(queue.Push(Record(4), out _));

        var records = new List<QueuedRecord>();
        Assert.True(queue.TakeAll(records, TimeSpan.Zero));
        Assert.Single(records);
        Assert.False(queue.TakeAll(records, TimeSpan.FromMinutes(1)));
    }
}
