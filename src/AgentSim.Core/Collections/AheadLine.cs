using System.Runtime.ExceptionServices;

namespace AgentSim.Collections;

/// <summary>
/// Items on their way through a few threads, from the source to the caller, who gets the results in the order of the source; see
/// <see cref="Ahead"/>. Only so many are on their way that threads need not wait for each other.
/// </summary>
internal sealed class AheadLine<T, TResult> : IDisposable
{
    private const int PatienceMs = 2000;

    private readonly IEnumerable<T> _items;
    private readonly Func<Func<T, TResult>> _maker;
    private readonly string _what;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _wake;
    private readonly object _sourceGate = new();   // held while the source is asked, which may take long; taken before the other one
    private readonly object _gate = new();
    private readonly Slot[] _slots;                // a ring
    private readonly List<Thread> _threads = [];
    private readonly int _most;
    private IEnumerator<T>? _source;
    private long _given;                   // items that the source gave
    private long _taken;                   // results that the caller took
    private long _end = long.MaxValue;     // items of the source, when it has ended
    private ExceptionDispatchInfo? _failure;   // of the source, behind its items
    private bool _stop;

    public AheadLine(IEnumerable<T> items, Func<Func<T, TResult>> maker, int threads, string what, CancellationToken cancel)
    {
        (_items, _maker, _most, _what, _cancel) = (items, maker, threads, what, cancel);
        _slots = new Slot[threads + 1];
        _wake = cancel.UnsafeRegister(static line => ((AheadLine<T, TResult>)line!).Wake(), this);
        AddThread();
    }

    /// <summary>The next result; false at the end.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public bool TryTake(out TResult result)
    {
        lock (_gate)
        {
            int at = (int)(_taken % _slots.Length);
            while (true)
            {
                _cancel.ThrowIfCancellationRequested();
                if (_slots[at].IsDone) break;
                if (_taken == _end)
                {
                    _failure?.Throw();
                    result = default!;
                    return false;
                }

                Monitor.Wait(_gate);
            }

            (Slot slot, _slots[at]) = (_slots[at], default);
            if (_given - _taken++ == _slots.Length) Monitor.PulseAll(_gate);   // somebody may wait for room
            slot.Failure?.Throw();
            result = slot.Result!;
            return true;
        }
    }

    /// <summary>Stops the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stop = true;
            Monitor.PulseAll(_gate);
        }

        // One may hang in a read of a pipe; then it ends with the process. Who cancels does not wait for it.
        long until = Environment.TickCount64 + (_cancel.IsCancellationRequested ? 0 : PatienceMs);
        for (int i = 0; ; i++)
        {
            Thread thread;
            lock (_gate)
            {
                if (i == _threads.Count) break;
                thread = _threads[i];
            }

            thread.Join((int)Math.Max(0, until - Environment.TickCount64));
        }

        _wake.Dispose();
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private void AddThread()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = _what };
        _threads.Add(thread);
        thread.Start();
    }

    private void Work()
    {
        Func<T, TResult>? make = null;
        while (TryGet(out T item, out long number))
        {
            Slot slot = new() { IsDone = true };
            try
            {
                make ??= _maker();
                slot.Result = make(item);
            }
            catch (Exception error)
            {
                // Whatever it is belongs to the caller; on this thread it would end the process.
                slot.Failure = ExceptionDispatchInfo.Capture(error);
            }

            lock (_gate)
            {
                _slots[(int)(number % _slots.Length)] = slot;
                // Who waits for room has none now, and the caller waits for one result: waking either for nothing costs more than the lock.
                if (number == _taken) Monitor.PulseAll(_gate);
            }
        }
    }

    // The next item of the source, once there is room for its result.
    private bool TryGet(out T item, out long number)
    {
        lock (_sourceGate)
        {
            (item, number) = (default!, _given);
            if (HasRoom() && TryMove())
            {
                item = _source!.Current;
                lock (_gate)
                {
                    _given++;
                    if (_threads.Count < _most && !_stop) AddThread();
                }

                return true;
            }

            Close();
            return false;
        }
    }

    private bool HasRoom()
    {
        lock (_gate)
        {
            while (_given - _taken == _slots.Length && !_stop) Monitor.Wait(_gate);
            return !_stop && _end == long.MaxValue;
        }
    }

    private bool TryMove()
    {
        try
        {
            _source ??= _items.GetEnumerator();
            return _source.MoveNext();
        }
        catch (Exception error)
        {
            lock (_gate) _failure ??= ExceptionDispatchInfo.Capture(error);
            return false;
        }
    }

    private void Close()
    {
        (IEnumerator<T>? source, _source) = (_source, null);
        try
        {
            source?.Dispose();
        }
        catch (Exception error)
        {
            lock (_gate) _failure ??= ExceptionDispatchInfo.Capture(error);
        }

        lock (_gate)
        {
            _end = Math.Min(_end, _given);
            Monitor.PulseAll(_gate);
        }
    }

    private struct Slot
    {
        public bool IsDone;
        public TResult? Result;
        public ExceptionDispatchInfo? Failure;
    }
}
