using AgentSim.Engines;

namespace AgentSim.Tests.Engines.StaticBatch;

/// <summary>One rank of the static-batching engine.</summary>
internal sealed class StaticBatchScheduler(long batchSize, double passMs, PassRecorder recorder) : Scheduler
{
    private readonly Queue<int> _waiting = [];
    private readonly List<int> _emitted = [];
    private List<(int Request, int Given)> _batch = [];

    public override int RequestCount => _waiting.Count + _batch.Count;

    public override void Submit(int request) => _waiting.Enqueue(request);

    public override double RunPass(double now)
    {
        ForgetPass();
        if (_batch.Count == 0) Admit(now);
        HadEffect = HadOutcome = true;
        List<(int, int)> remaining = [];
        foreach ((int request, int given) in _batch)
        {
            int planned = recorder.PlannedOutput(request);
            if (planned > 0) _emitted.Add(request);
            if (given + 1 < planned) remaining.Add((request, given + 1));
            else Complete(request);
            if (given == 0 && planned > 1) Signals.Add(new Signal(request, SignalKind.FirstToken));
        }

        _batch = remaining;
        return now + passMs;
    }

    public override void StampTokens(double end)
    {
        foreach (int request in _emitted) recorder.Token(request, end);
        _emitted.Clear();
    }

    public override (int Request, string Reason) DescribeBlockage() => (-1, "");

    private void Admit(double now)
    {
        while (_batch.Count < batchSize && _waiting.TryDequeue(out int request))
        {
            _batch.Add((request, 0));
            recorder.Admitted(request, now, reused: 0);
        }
    }

    private void Complete(int request)
    {
        CompletedRequests++;
        Signals.Add(new Signal(request, SignalKind.Completed));
    }
}
