using AgentSim.Collections;
using AgentSim.Files;
using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>
/// Writes a request log while its replay runs: the records at its beginning, as far as their requests have ended. A thread of its own
/// looks for them now and then, so that the replay waits for nothing. What it cannot do is left to <see cref="RequestLogWriter"/>,
/// which goes on where it stopped, or writes all where something went wrong, and says what.
/// </summary>
public sealed class RequestLogAhead : IDisposable
{
    private const int PauseMs = 2;
    private const int PieceSize = 1 << 16;

    private readonly string _path;
    private readonly int _pauseMs;
    private readonly ManualResetEvent _stop = new(false);
    private Thread? _thread;
    private RequestOutcome[] _outcomes = [];
    private ArrivalOrder _arrivals = new(0);
    private IRequestIdentities? _names;
    private AtomicFile? _file;
    private bool _hasFailed;
    private int[] _order = [];   // requests by arrival, those of one time by ordinal up to _ordered
    private int _known;          // how many are in it
    private int _ordered;
    private int _written;

    /// <param name="path">The log.</param>
    /// <param name="pauseMs">How long it waits between two looks; 0 for tests.</param>
    internal RequestLogAhead(string path, int pauseMs = PauseMs) => (_path, _pauseMs) = (path, pauseMs);

    /// <summary>One for a log; null where it is not worth a thread, or what is written cannot be taken back.</summary>
    /// <param name="path">The log.</param>
    /// <param name="requests">How many the replay has.</param>
    public static RequestLogAhead? For(string path, int requests)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            string target = Path.GetFullPath(path);
            // A folder is made only when there is something to put into it for good.
            return requests >= RequestLogWriter.Divided && Ahead.Threads > 1 && !AtomicFile.IsDevice(target)
                && Directory.Exists(Path.GetDirectoryName(target)) ? new RequestLogAhead(path) : null;
        }
        catch (Exception error) when (WriteFailure.Is(error) || error is ArgumentException or NotSupportedException)
        {
            return null;   // whoever writes it says what is wrong
        }
    }

    /// <summary>Records that are written, or about to be.</summary>
    internal int Written => Volatile.Read(ref _written);

    /// <summary>Begins, before the run does.</summary>
    internal void Start(RequestOutcome[] outcomes, ArrivalOrder arrivals, IRequestIdentities names)
    {
        (_outcomes, _arrivals, _names) = (outcomes, arrivals, names);
        _order = new int[outcomes.Length];
        _thread = new Thread(Run) { IsBackground = true, Name = "log ahead" };
        _thread.Start();
    }

    /// <summary>Ends the thread and gives away what it wrote; null if that is not the beginning of the log.</summary>
    /// <param name="records">All records, in the order of the log.</param>
    internal (AtomicFile File, int Records)? Take(IReadOnlyList<RequestResult> records)
    {
        Stop();
        if (_hasFailed || _file is null || records is not RequestResults results || !results.BeginsWith(_order.AsSpan(0, _written)))
            return null;
        (AtomicFile file, _file) = (_file, null);
        return (file, _written);
    }

    /// <summary>Removes what was not taken.</summary>
    public void Dispose()
    {
        Stop();
        _file?.Dispose();
        _file = null;
        _stop.Dispose();
    }

    private void Stop()
    {
        if (_thread is null) return;
        _stop.Set();
        _thread.Join();
        _thread = null;
    }

    private void Run()
    {
        try
        {
            var json = new JsonLineWriter(null, PieceSize + RequestLogWriter.LongLine);
            do
            {
                Order();
                while (_written < _ordered && HasEnded(_order[_written]) && !_stop.WaitOne(0))
                {
                    Write(json, _order[_written++]);
                    if (json.Written.Length >= PieceSize) PassOn(json);
                }
            }
            while (!_stop.WaitOne(_pauseMs));

            PassOn(json);
        }
        catch (Exception)
        {
            _hasFailed = true;   // the log is written anew, where the same goes wrong again and is said
        }
    }

    private bool HasEnded(int request) => _outcomes[request].HasEnded;

    // The file is made when there is something to write: a replay that fails at once leaves no trace.
    private void PassOn(JsonLineWriter json)
    {
        if (json.Written.IsEmpty) return;
        _file ??= AtomicFile.Create(_path);
        _file.Stream.Write(json.Written);
        json.Clear();
    }

    private void Write(JsonLineWriter json, int request)
    {
        if (PlainRecord.TryWrite(json, request + 1, _outcomes[request], null, _names!.Names(request + 1))) return;
        RequestLogFields.All.Write(json, new RequestResult(request + 1, _outcomes[request], null, _names));
        json.Raw("\n"u8);
    }

    // Of those that arrived at one time it has to be known that there are no more, for they come by ordinal.
    private void Order()
    {
        int count = _arrivals.Count;
        for (; _known < count; _known++)
        {
            int request = _arrivals[_known];
            if (_known > _ordered && _outcomes[request].Arrival != _outcomes[_order[_ordered]].Arrival)
            {
                Array.Sort(_order, _ordered, _known - _ordered);
                _ordered = _known;
            }

            _order[_known] = request;
        }
    }
}
