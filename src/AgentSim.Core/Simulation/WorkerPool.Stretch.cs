using AgentSim.Engines;

namespace AgentSim.Simulation;

// Workers whose next passes only repeat are busy with a stretch of them, planned at once. Nothing may come out different from
// driving pass by pass: a stretch is cut where something interferes, and its passes keep their places among whatever else
// ends at the same time.
internal sealed partial class WorkerPool
{
    private readonly int[] _startRound;   // of the first pass of each worker's stretch

    private bool MayPlan => RanksPerWorker == 1 && !_stepByStep && !_settling.EveryPassCounts;

    /// <summary>
    /// Makes the running pass the last one of its stretch, so that the worker can be seen to when it ends. Where it ended
    /// right now, and the next one has not started, the worker is idle.
    /// </summary>
    public void Interrupt(int worker)
    {
        DecodeStretch stretch = StretchOf(worker);
        if (stretch.Steps == 0) return;
        int steps = stretch.StartedBy(_host.Now, _settling.Driven);
        if (steps == stretch.Steps) return;
        CutAfter(worker, steps);
        if (stretch.End != _host.Now) return;
        _passes.Remove(FirstPass + worker);
        EndPass(worker);
    }

    /// <summary>Does so for all workers.</summary>
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
    /// Ends the stretches in which a pass has just ended, of the workers from one on: these are driven like all that are idle.
    /// </summary>
    public void EndStretchesBetweenPasses(int from)
    {
        for (int worker = Math.Max(from, 0); worker < Workers; worker++)
        {
            if (PassesUpToNow(worker) > 0) Interrupt(worker);
        }
    }

    /// <summary>Makes all caches look as they do now, between the passes of stretches.</summary>
    public void SynchroniseCaches()
    {
        foreach (Scheduler rank in _ranks)
        {
            if (rank.Stretch.Steps > 0) rank.SynchroniseCaches(_host.Now, _settling.Driven);
        }
    }

    /// <summary>
    /// The last pass end up to <paramref name="cap"/> among planned passes; they have no events of their own, but the
    /// clock would have stopped at each of them.
    /// </summary>
    public double LastPassEndWithin(double cap)
    {
        double last = _host.Now;
        foreach (Scheduler rank in _ranks)
        {
            foreach (double end in rank.Stretch.Ends)
            {
                if (end > cap) break;
                last = Math.Max(last, end);
            }
        }

        return last;
    }

    private DecodeStretch StretchOf(int worker) => _ranks[worker * RanksPerWorker].Stretch;

    private void CutAfter(int worker, int passes)
    {
        StretchOf(worker).CutAfter(passes);
        _passes.Set(FirstPass + worker, EndOfStretch(worker));
    }

    // Passes of the worker's stretch, fewer than all, of which the last ends right now; 0 when no pass but its last does.
    private int PassesUpToNow(int worker)
    {
        DecodeStretch stretch = StretchOf(worker);
        int passes = stretch.Steps == 0 ? 0 : stretch.EndedBy(_host.Now);
        return passes > 0 && passes < stretch.Steps && stretch.Ends[passes - 1] == _host.Now ? passes : 0;
    }

    // The first pass of a stretch is started when it is planned. The others start in the first round of their time, before
    // any pass without length takes effect there (see IPoolHost.BeforeInstantPass).
    private PassEnd EndOfStretch(int worker)
    {
        DecodeStretch stretch = StretchOf(worker);
        return new PassEnd(stretch.End, stretch.LastStart, stretch.Steps == 1 ? _startRound[worker] : 0);
    }
}
