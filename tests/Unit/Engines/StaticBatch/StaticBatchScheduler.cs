using AgentSim.Engines;

namespace AgentSim.Tests.Engines.StaticBatch;

/// <summary>One rank of the static-batching engine.</summary>
internal sealed class StaticBatchScheduler(long batchSize, double passMs, PassRecorder recorder) : Scheduler(new Pass(), recorder)
{
    private readonly PassRecorder _recorder = recorder;
    private readonly Queue<int> _waiting = [];
    private List<(int Request, int Given)> _batch = [];

    public override int RequestCount => _waiting.Count + _batch.Count;

    public override void Submit(int request) => _waiting.Enqueue(request);

    public override double RunPass(double now)
    {
        Pass.Forget();
        if (_batch.Count == 0) Admit(now);
        List<(int, int)> remaining = [];
        foreach ((int request, int given) in _batch)
        {
            int planned = _recorder.PlannedOutput(request);
            if (planned > 0) Pass.Emit(request, tokens: 1);
            if (given + 1 < planned) remaining.Add((request, given + 1));
            else Complete(request);
            if (given == 0 && planned > 1) Pass.Signal(request, SignalKind.FirstToken);
        }

        _batch = remaining;
        Pass.Conclude(hasAdmitted: true, hasScheduled: true, hasComputed: true);
        return now + passMs;
    }

    public override (int Request, string Reason) DescribeBlockage() => (-1, "");

    private void Admit(double now)
    {
        while (_batch.Count < batchSize && _waiting.TryDequeue(out int request))
        {
            _batch.Add((request, 0));
            _recorder.Admitted(request, now, reused: 0);
        }
    }

    private void Complete(int request)
    {
        Pass.CompletedRequests++;
        Pass.Signal(request, SignalKind.Completed);
    }
}
