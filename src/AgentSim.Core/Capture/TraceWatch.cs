using AgentSim.Traces;

namespace AgentSim.Capture;

/// <summary>Watches the files of a capture grow, whichever process writes them.</summary>
/// <param name="files">Lists the files there are.</param>
internal sealed class TraceWatch(Func<IEnumerable<string>> files)
{
    private const int PollMs = 200;

    private readonly Dictionary<string, SegmentTail> _tails = [];
    private readonly HashSet<string> _bad = [];   // files reported already

    /// <summary>The files with what is in them now.</summary>
    public IReadOnlyList<TraceSegment> Segments(CancellationToken cancel) =>
        [.. Poll(_ => null, cancel).Select(tail => new TraceSegment(tail.Path, tail.Rows, tail.Bytes))];

    /// <summary>Hands out the records that are written from now on, those that a reader of the files would return.</summary>
    /// <param name="onRecord">Takes a record.</param>
    /// <param name="onBad">Told about a malformed record or a file that cannot be read.</param>
    /// <param name="isOver">Whether nothing more will be written.</param>
    /// <param name="cancel">Ends the watching.</param>
    public void Follow(Action<TraceRecord> onRecord, Action<AgentSimException> onBad, Func<bool> isOver, CancellationToken cancel)
    {
        Poll(_ => null, cancel, onBad);
        while (!cancel.IsCancellationRequested)
        {
            bool isLast = isOver();
            Poll(Parsing, cancel, onBad);
            if (isLast || cancel.WaitHandle.WaitOne(PollMs)) return;
        }

        LineHandler Parsing(string path)
        {
            var parser = new TraceRecordParser(path);
            return (line, number) =>
            {
                try
                {
                    if (line.IsEmpty || parser.Parse(line, number) is not { } record) return;
                    (record as RequestRecord)?.KeepHashes();
                    onRecord(record);
                }
                catch (AgentSimException error)
                {
                    onBad(error);
                }
            };
        }
    }

    private List<SegmentTail> Poll(Func<string, LineHandler?> handler, CancellationToken cancel, Action<AgentSimException>? onBad = null)
    {
        var tails = new List<SegmentTail>();
        foreach (string path in files())
        {
            if (!_tails.TryGetValue(path, out SegmentTail? tail)) _tails.Add(path, tail = new SegmentTail(path));
            try
            {
                tail.Poll(handler(path), cancel);
            }
            catch (AgentSimException error)
            {
                // The other files still count.
                if (_bad.Add(path)) onBad?.Invoke(error);
            }

            tails.Add(tail);
        }

        return tails;
    }
}
