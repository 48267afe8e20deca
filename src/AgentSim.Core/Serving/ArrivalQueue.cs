using System.Diagnostics;

namespace AgentSim.Serving;

/// <summary>
/// Requests on their way in, and the wall clock as simulated time: from 0 at the first request, a number of times as fast. A request
/// arrives when it was received, but after all that the simulation has already done; so what it does is what a replay of the same
/// arrivals does. Thread-safe.
/// </summary>
/// <param name="speed">Simulated time per time.</param>
internal sealed class ArrivalQueue(double speed)
{
    private readonly double _msPerTick = 1000.0 / Stopwatch.Frequency * speed;
    private readonly object _gate = new();
    private readonly Queue<ServedRequest> _arrived = new();
    private long? _origin;
    private double _settled = double.NegativeInfinity;   // what happens up to here has been simulated
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
            double earliest = double.IsNegativeInfinity(_settled) ? 0.0 : Math.BitIncrement(_settled);
            request.Arrival = Math.Max(TimeAt(request.Received), earliest);
            _settled = request.Arrival;
            _arrived.Enqueue(request);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Hands out the next request that arrived by a simulated time.</summary>
    public ServedRequest? TakeUpTo(double time)
    {
        lock (_gate) return _arrived.Count > 0 && FirstTime <= time ? _arrived.Dequeue() : null;
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
    /// <exception cref="OperationCanceledException">The queue was closed.</exception>
    public double Wait(double next, bool heedsArrivals)
    {
        while (true)
        {
            double left;
            lock (_gate)
            {
                if (_isClosed) throw new OperationCanceledException();
                double until = heedsArrivals ? Math.Min(next, FirstTime) : next;
                left = double.IsPositiveInfinity(until) ? until : (until - Now) / speed;
                if (left <= 0)
                {
                    if (until == next && next > _settled) CountDelay(-left);
                    _settled = Math.Max(_settled, until);
                    return until;
                }

                if (ShortSleep.Coarse(left) is { } coarse)
                {
                    Monitor.Wait(_gate, coarse);
                    continue;
                }
            }

            ShortSleep.Sleep(left);
        }
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
