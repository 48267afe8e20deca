using System.Numerics;
using AgentSim.Engines;

namespace AgentSim.Simulation;

// A worker whose next passes differ only in their times gets all of them planned at once, as a stretch. The results must be those of
// single passes. So a stretch is cut where something happens to its worker, and each of its passes keeps its place in the order of
// what else ends at the same time.
internal sealed partial class WorkerPool
{
    private readonly int[] _startRound;   // of the first pass of each worker's stretch
    private readonly ulong[] _lagging;    // bit per worker: in a stretch that changes what a router sees of its cache
    private readonly double[] _nextCacheChange;   // of such a worker

    /// <summary>
    /// Makes the running pass the last one of its stretch, so that the worker can be seen to when it ends. Where it ended
    /// right now, and the next one has not started, the worker is idle.
    /// </summary>
    public void Interrupt(int worker)
    {
        DecodeStretch stretch = StretchOf(worker);
        if (stretch.Steps == 0) return;
        int steps = stretch.StartedBy(_settling.Now, _settling.Driven);
        if (steps == stretch.Steps && !Extend(worker, _settling.Now)) return;
        CutAfter(worker, steps);
        if (stretch.End != _settling.Now) return;
        _passes.Remove(FirstPass + worker);
        EndPass(worker);
    }

    /// <summary>Interrupts the stretches of all workers.</summary>
    public void InterruptAll()
    {
        for (int worker = 0; worker < Workers; worker++) Interrupt(worker);
    }

    /// <summary>
    /// Gives the passes that end right now within stretches their places in the queue, among whatever else ends now; to be
    /// called before workers are driven.
    /// </summary>
    public void QueuePassesEndingNow()
    {
        for (int worker = 0; worker < Workers; worker++)
        {
            if (PassesUpToNow(worker) is > 0 and int passes) CutAfter(worker, passes);
        }
    }

    /// <summary>
    /// Interrupts the stretches in which a pass ends right now, of a worker and those behind it: their next pass is then started
    /// like that of any idle worker.
    /// </summary>
    public void EndStretchesBetweenPasses(int from)
    {
        for (int worker = Math.Max(from, 0); worker < Workers; worker++)
        {
            if (PassesUpToNow(worker) > 0) Interrupt(worker);
        }
    }

    /// <summary>Computes more passes of a worker's stretch, beyond a time; false when there are none.</summary>
    public bool Extend(int worker, double until)
    {
        DecodeStretch stretch = StretchOf(worker);
        if (!stretch.IsOpen) return false;
        int before = stretch.Steps;
        do stretch.Extend();
        while (stretch.IsOpen && stretch.End <= until);
        _passes.Set(FirstPass + worker, EndOfStretch(worker));
        return stretch.Steps > before;
    }

    /// <summary>Brings what a router sees of all caches up to now, also of workers in the midst of a stretch.</summary>
    public void SynchroniseCaches()
    {
        double now = _settling.Now;
        for (int word = 0; word < _lagging.Length; word++)
        {
            for (ulong bits = _lagging[word]; bits != 0; bits &= bits - 1)
            {
                int worker = (word << 6) + BitOperations.TrailingZeroCount(bits);
                if (_nextCacheChange[worker] <= now) NoteCacheChange(worker, _planners[worker]!.SynchroniseCaches(now, _settling.Driven));
            }
        }
    }

    /// <summary>
    /// When the last planned pass that ends by <paramref name="cap"/> ends, but not before now. Passes within a stretch are no events,
    /// but run one by one they would have moved the clock this far.
    /// </summary>
    public double LastPassEndWithin(double cap)
    {
        double last = _settling.Now;
        foreach (DecodeStretch stretch in _stretches)
        {
            foreach (double end in stretch.Ends)
            {
                if (end > cap) break;
                last = Math.Max(last, end);
            }
        }

        return last;
    }

    private void NoteCacheChange(int worker, double next)
    {
        _nextCacheChange[worker] = next;
        if (double.IsPositiveInfinity(next)) Clear(_lagging, worker);
        else Set(_lagging, worker);
    }

    private DecodeStretch StretchOf(int worker) => _stretches[worker];

    private void CutAfter(int worker, int passes)
    {
        StretchOf(worker).CutAfter(passes);
        _passes.Set(FirstPass + worker, EndOfStretch(worker));
    }

    // If a pass of the worker's stretch other than its last ends right now, the number of passes up to it; else 0.
    private int PassesUpToNow(int worker)
    {
        DecodeStretch stretch = StretchOf(worker);
        int passes = stretch.Steps == 0 ? 0 : stretch.EndedBy(_settling.Now);
        return passes > 0 && passes < stretch.Steps && stretch.Ends[passes - 1] == _settling.Now ? passes : 0;
    }

    // The first pass of a stretch is started when it is planned. The others start in the first round of their time, before
    // any pass without length takes effect there (see IPoolHost.BeforeInstantPass).
    private PassEnd EndOfStretch(int worker)
    {
        DecodeStretch stretch = StretchOf(worker);
        if (stretch.IsOpen) return PassEnd.Open(stretch.End);
        return new PassEnd(stretch.End, stretch.LastStart, stretch.Steps == 1 ? _startRound[worker] : 0);
    }
}
