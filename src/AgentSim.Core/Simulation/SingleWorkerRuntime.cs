using AgentSim.Engines;
using AgentSim.Recording;

namespace AgentSim.Simulation;

/// <summary>One worker with one rank behind no router: pass after pass, arrivals in between (behaviour 04#4).</summary>
internal sealed class SingleWorkerRuntime(RuntimeParts parts, Scheduler rank) : ReplayRuntime(parts)
{
    private const int MostIdlePasses = 1024;

    private readonly KvUseRecorder? _kvUse = parts.KvUseOf(WorkerType.Aggregated, [rank]);
    private int _idlePasses;

    public override double? DecodeWorkerSeconds => null;

    public override IEnumerable<Scheduler> AllRanks() => [rank];

    public override void Run()
    {
        int? concurrency = Parts.Settings.Concurrency;
        while (rank.RequestCount > 0 || !Driver.IsDrained)
        {
            TakeTurn();
            if (Now > TimeCap) return;
            Accept(concurrency);
            if (rank.RequestCount == 0)
            {
                if (Driver.IsDrained) return;
                double next = Parts.Clock?.WaitForNext(Driver.NextReady) ?? Driver.NextReady;
                if (double.IsPositiveInfinity(next)) throw DeadEnd([rank]);
                Now = next;
                // A timed request arrives with the jump of the clock, even when the cap then ends the run.
                if (concurrency is null) Accept(null);
                continue;
            }

            if (Parts.Settings.StepByStep || !TryRunStretch()) RunPass();
            if (concurrency is null) Accept(null);
        }
    }

    private void Accept(int? concurrency)
    {
        while ((concurrency is null || rank.RequestCount < concurrency) && Driver.TryPop(Now, out int request, out double ready))
        {
            Arrive(request, concurrency is null ? ready : Now);
            rank.Submit(request);
        }
    }

    // As many passes as nothing can interfere with; false when there are none.
    private bool TryRunStretch()
    {
        double horizon = TimeCap is double cap ? Math.Min(Driver.NextReady, Math.BitIncrement(cap)) : Driver.NextReady;
        if (!rank.TryPlanStretch(Now, horizon)) return false;
        while (rank.Stretch.IsOpen) rank.Stretch.Extend();
        Now = rank.Stretch.End;
        rank.CommitStretch(rank.Stretch.Steps);
        _idlePasses = 0;
        ApplySignals();
        return true;
    }

    private void RunPass()
    {
        double start = Now;
        Now = rank.RunPass(start);
        rank.StampTokens(Now);
        Parts.Clock?.WaitUntil(Now);
        bool progress = Now > start || rank.HadOutcome;
        _idlePasses = progress ? 0 : _idlePasses + 1;
        ApplySignals();
        CheckProductive(rank);
        if (_idlePasses >= MostIdlePasses && rank.RequestCount > 0) throw DeadEnd([rank]);
    }

    private void ApplySignals()
    {
        foreach (Signal signal in rank.Signals)
        {
            if (signal.Kind == SignalKind.FirstToken) continue;
            End(signal);
            Driver.OnTerminal(signal.Request, Now, signal.Kind == SignalKind.Completed);
        }

        rank.ForgetPass();
        _kvUse?.Sample(0, Now);
    }
}
