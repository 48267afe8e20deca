using System.Diagnostics;

namespace AgentSim.Serving;

/// <summary>
/// Requests on their way in, and the wall clock as simulated time: from 0 at the first request, a number of times as fast. A request
/// arrives when it was received, but after all that the simulation has already done; so what it does is what a replay of the same
/// arrivals does. Thread-safe.
/// <para>
/// In a simulated replay a request that follows on an answer arrives at the very moment at which the answer ends, and is in the pass that
/// begins then. Over a network it comes a millisecond later. So at a moment at which answers ended the simulation waits for a turnaround
/// before it goes on, and requests that come within it arrive at that moment.
/// </para>
/// <para>
/// Tokens are handed over a little before they are due, so that they leave the process when they are: by what half of them need.
/// </para>
/// </summary>
/// <param name="speed">Simulated time per time.</param>
/// <param name="turnaroundMs">How long clients may take to follow on an answer, by the wall clock; 0: no time at all.</param>
internal sealed class ArrivalQueue(double speed, double turnaroundMs)
{
    private const double MostLeadMs = 0.5;
    private const double LeadStepMs = 0.005;

    private readonly double _msPerTick = 1000.0 / Stopwatch.Frequency * speed;
    private readonly double _turnaround = turnaroundMs * speed;
    private readonly object _gate = new();
    private readonly Queue<ServedRequest> _arrived = new();
    private long? _origin;
    private double _settled = double.NegativeInfinity;   // what happens up to here has been simulated
    private double _turn = double.NaN;       // the moment of answers whose turnaround is not over
    private double _passedUp = double.NaN;   // the last moment of which it was said that no more arrives by it
    private double _leadMs;                  // by the wall clock
    private bool _isClosed;
    private long _delays;
    private double _delayMs;

    /// <summary>When the next request arrives or arrived; infinity where none has come.</summary>
    public double NextTime
    {
        get
        {
            lock (_gate) return FirstTime;
        }
    }

    /// <summary>How long after their time events were simulated, on the average, milliseconds.</summary>
    public double MeanDelayMs
    {
        get
        {
            lock (_gate) return _delays == 0 ? 0.0 : _delayMs / _delays;
        }
    }

    private double FirstTime => _arrived.TryPeek(out ServedRequest? first) ? first.Arrival : double.PositiveInfinity;

    /// <summary>Takes a request in; false when no more are taken.</summary>
    public bool TryAdd(ServedRequest request)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _origin ??= request.Received;
            request.Arrival = _settled = ArrivalOf(request);
            _arrived.Enqueue(request);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>
    /// An answer ended at this moment of the simulation. What follows on it within a turnaround arrives at this moment, too, unless it was
    /// said already that no more arrives by it.
    /// </summary>
    public void AnswerEnded(double time)
    {
        lock (_gate)
        {
            if (_turnaround == 0.0 || time == _turn || time == _passedUp) return;
            _turn = _settled = time;
            foreach (ServedRequest request in _arrived)
            {
                if (request.Arrival > time) request.Arrival = _settled = ArrivalOf(request);
            }
        }
    }

    /// <summary>
    /// Hands out the next request that arrives by a simulated time, which has come; null once no more does. Waits while it is not known.
    /// </summary>
    /// <param name="time">The time.</param>
    /// <param name="tokens">What is handed over meanwhile.</param>
    public ServedRequest? TakeUpTo(double time, ServedRecorder? tokens)
    {
        while (true)
        {
            double due, left;
            lock (_gate)
            {
                if (FirstTime <= time && _arrived.TryDequeue(out ServedRequest? first)) return first;
                double now = Now;
                due = now + (_leadMs * speed);
                left = time == _turn && !_isClosed ? (_turn + _turnaround - now) / speed : 0.0;
                if (left <= 0.0)
                {
                    (_turn, _passedUp) = (double.NaN, time);
                    return null;
                }
            }

            tokens?.DeliverUpTo(due);
            ShortSleep.Sleep(left);
        }
    }

    /// <summary>Tokens that were due at a simulated time have just left.</summary>
    public void TokensLeft(double due)
    {
        lock (_gate) _leadMs = Math.Clamp(_leadMs + (Now > due ? LeadStepMs : -LeadStepMs), 0.0, MostLeadMs);
    }

    /// <summary>Takes no more requests, and ends waiting.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits until a simulated time has come, or the next arrival; from then on nothing arrives by it.</summary>
    /// <param name="next">The time; infinity for an arrival alone.</param>
    /// <param name="heedsArrivals">Whether an arrival ends the wait.</param>
    /// <param name="tokens">What is handed over meanwhile.</param>
    /// <exception cref="OperationCanceledException">The queue was closed.</exception>
    public double Wait(double next, bool heedsArrivals, ServedRecorder tokens)
    {
        while (true)
        {
            double left;
            lock (_gate)
            {
                if (_isClosed) throw new OperationCanceledException();
                double until = heedsArrivals ? Math.Min(next, FirstTime) : next;
                double now = Now;
                left = double.IsPositiveInfinity(until) ? until : (until - now) / speed;
                if (left <= 0)
                {
                    if (until == next && next > _settled) CountDelay(-left);
                    _settled = Math.Max(_settled, until);
                    return until;
                }

                left = Math.Min(left, ((tokens.FirstDue - now) / speed) - _leadMs);
                if (ShortSleep.Coarse(left) is { } coarse)
                {
                    Monitor.Wait(_gate, coarse);
                    continue;
                }
            }

            if (left > 0) ShortSleep.Sleep(left);
            else tokens.DeliverUpTo(tokens.FirstDue);
        }
    }

    // Requests are in the order of their arrival: behind one that came too late for the turnaround, no other is in time for it.
    private double ArrivalOf(ServedRequest request)
    {
        double received = TimeAt(request.Received);
        if (_settled == _turn && received <= _turn + _turnaround) return _turn;
        return Math.Max(received, double.IsNegativeInfinity(_settled) ? 0.0 : Math.BitIncrement(_settled));
    }

    // How late the clock is at an event of the simulation.
    private void CountDelay(double ms)
    {
        _delays++;
        _delayMs += ms;
    }

    private double Now => _origin is null ? 0.0 : TimeAt(Stopwatch.GetTimestamp());

    private double TimeAt(long ticks) => (ticks - _origin!.Value) * _msPerTick;
}
