using AgentSim.Engines;
using AgentSim.Recording;

namespace AgentSim.Simulation;

/// <summary>One worker with one rank behind no router: pass after pass, arrivals in between (behaviour 04#4).</summary>
internal sealed class SingleWorkerRuntime(RuntimeParts parts, Rank only) : ReplayRuntime(parts)
{
    private readonly Scheduler _rank = only.Scheduler;
    private readonly StretchPlanner? _planner = parts.Settings.StepByStep ? null : only.Planner;
    private readonly KvUseRecorder? _kvUse = parts.KvUseOf(WorkerType.Aggregated, [only.Scheduler]);
    private int _idlePasses;

    public override double? DecodeWorkerSeconds => null;

    public override IEnumerable<Scheduler> AllRanks() => [_rank];

    public override void Run()
    {
        int? concurrency = Parts.Settings.Concurrency;
        while (_rank.RequestCount > 0 || !Driver.IsDrained)
        {
            TakeTurn();
            if (Now > TimeCap) return;
            Accept(concurrency);
            if (_rank.RequestCount == 0)
            {
                if (Driver.IsDrained) return;
                double next = Parts.Clock?.WaitForNext(Driver.NextReady) ?? Driver.NextReady;
                if (double.IsPositiveInfinity(next)) throw DeadEnd([_rank]);
                Now = next;
                // A timed request arrives with the jump of the clock, even when the cap then ends the run.
                if (concurrency is null) Accept(null);
                continue;
            }

            if (_planner is null || !TryRunStretch(_planner)) RunPass();
            if (concurrency is null) Accept(null);
        }
    }

    private void Accept(int? concurrency)
    {
        while ((concurrency is null || _rank.RequestCount < concurrency) && Driver.TryPop(Now, out int request, out double ready))
        {
            Arrive(request, RuntimeRules.Arrival(ready, Now, concurrency));
            _rank.Submit(request);
        }
    }

    // As many passes as nothing can interfere with; false when there are none.
    private bool TryRunStretch(StretchPlanner planner)
    {
        double horizon = TimeCap is double cap ? Math.Min(Driver.NextReady, Math.BitIncrement(cap)) : Driver.NextReady;
        if (!planner.TryPlan(Now, horizon)) return false;
        DecodeStretch stretch = planner.Stretch;
        while (stretch.IsOpen) stretch.Extend();
        Now = stretch.End;
        planner.Commit(stretch.Steps);
        _idlePasses = 0;
        ApplySignals();
        return true;
    }

    private void RunPass()
    {
        double start = Now;
        Now = _rank.RunPass(start);
        _rank.StampTokens(Now);
        Parts.Clock?.WaitUntil(Now);
        bool progress = Now > start || _rank.Pass.HadOutcome;
        _idlePasses = progress ? 0 : _idlePasses + 1;
        ApplySignals();
        CheckProductive(_rank);
        if (_idlePasses >= RuntimeRules.MostIdlePasses && _rank.RequestCount > 0) throw DeadEnd([_rank]);
    }

    private void ApplySignals()
    {
        foreach (Signal signal in _rank.Pass.Signals)
        {
            if (signal.Kind == SignalKind.FirstToken) continue;
            End(signal);
            Driver.OnTerminal(signal.Request, Now, signal.Kind == SignalKind.Completed);
        }

        _rank.Pass.Forget();
        _kvUse?.Sample(0, Now);
    }
}
