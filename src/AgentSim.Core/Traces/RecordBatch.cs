using System.Buffers;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using AgentSim.Files;

namespace AgentSim.Traces;

/// <summary>
/// Some consecutive records with their hashes in one buffer, as they pass from the thread that parses to the one that
/// lowers them.
/// </summary>
internal sealed class RecordBatch : IDisposable
{
    private const int MaxRecords = 256;
    private const int MaxHashes = 1 << 15;

    private readonly List<TraceRecord> _records = new(MaxRecords);
    private readonly List<int> _ends = new(MaxRecords);   // of the hashes of each
    private ulong[] _hashes = ArrayPool<ulong>.Shared.Rent(MaxHashes);
    private int _hashCount;

    /// <summary>Bytes of the files read when the batch was complete.</summary>
    public long BytesRead { get; private set; }

    private bool IsFull => _records.Count == MaxRecords || _hashCount >= MaxHashes;

    /// <summary>The records; their hashes are lent until the batch is disposed of.</summary>
    public IReadOnlyList<TraceRecord> Records => _records;

    /// <summary>The records of files. What makes reading fail comes behind all records before it.</summary>
    public static IEnumerable<RecordBatch> Read(IEnumerable<string> paths, bool readsDependencies, TornEnds? torn,
        CancellationToken cancel)
    {
        var bytes = new LastReport();
        ExceptionDispatchInfo? failure = null;
        using IEnumerator<TraceRecord> source =
            RequestTraceReader.ParseShards(paths, readsDependencies, onBadRow: null, bytes, torn, cancel).GetEnumerator();
        bool hasMore = true;
        while (hasMore)
        {
            var batch = new RecordBatch();
            while (!batch.IsFull && (hasMore = TryMove(source, ref failure))) batch.Add(source.Current);
            batch.LendHashes();
            batch.BytesRead = bytes.Value;
            yield return batch;
        }

        failure?.Throw();
    }

    /// <summary>Gives the buffer to a later batch.</summary>
    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(_hashes);
        _hashes = [];
    }

    private static bool TryMove(IEnumerator<TraceRecord> source, ref ExceptionDispatchInfo? failure)
    {
        try
        {
            return source.MoveNext();
        }
        catch (Exception error)
        {
            failure = ExceptionDispatchInfo.Capture(error);
            return false;
        }
    }

    private void Add(TraceRecord record)
    {
        _records.Add(record);
        if (record is RequestRecord request) Append(request.Hashes);
        _ends.Add(_hashCount);
    }

    // Once the buffer does not move any more.
    private void LendHashes()
    {
        Debug.Assert(_ends.Count == _records.Count, "every record has an end of its hashes");
        int start = 0;
        for (int i = 0; i < _records.Count; i++)
        {
            (_records[i] as RequestRecord)?.LendHashes(_hashes.AsMemory(start.._ends[i]));
            start = _ends[i];
        }
    }

    private void Append(ReadOnlySpan<ulong> hashes)
    {
        if (_hashes.Length - _hashCount < hashes.Length)
        {
            ulong[] larger = ArrayPool<ulong>.Shared.Rent(_hashCount + hashes.Length);
            _hashes.AsSpan(0, _hashCount).CopyTo(larger);
            ArrayPool<ulong>.Shared.Return(_hashes);
            _hashes = larger;
        }

        hashes.CopyTo(_hashes.AsSpan(_hashCount));
        _hashCount += hashes.Length;
    }

    private sealed class LastReport : IProgress<long>
    {
        public long Value { get; private set; }

        public void Report(long value) => Value = value;
    }
}
