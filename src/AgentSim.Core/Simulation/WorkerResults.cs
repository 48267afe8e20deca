using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Recording;

namespace AgentSim.Simulation;

/// <summary>Sums the records of the requests up by worker.</summary>
internal static class WorkerResults
{
    public static WorkerResult[] Of(IReadOnlyList<RequestResult> requests, ReplaySettings settings)
    {
        if (settings.Pools is not { } pools) return Pool(requests, WorkerType.Aggregated, settings.Workers * (int)settings.Engine.DpSize);
        return [.. Pool(requests, WorkerType.Prefill, pools.PrefillWorkers), .. Pool(requests, WorkerType.Decode, pools.DecodeWorkers)];
    }

    private static WorkerResult[] Pool(IReadOnlyList<RequestResult> requests, WorkerType type, int count)
    {
        var sums = new Sum[count];
        // Without pools all is in what the simulation recorded: a record for each request would be made for this alone.
        if (type == WorkerType.Aggregated && requests is RequestResults results)
        {
            for (int i = 0; i < results.Count; i++)
            {
                ref readonly RequestOutcome outcome = ref results.Outcome(i);
                int at = outcome.Worker < 0 && count == 1 ? 0 : outcome.Worker;
                if (at >= 0) sums[at].Add(outcome);
            }

            return [.. sums.Select((sum, index) => sum.Result(type, index))];
        }

        foreach (RequestResult request in requests)
        {
            int? index = type == WorkerType.Prefill ? request.PrefillWorkerIdx : request.DecodeWorkerIdx;
            // The single-worker runtime names no worker.
            if (index is null && type == WorkerType.Aggregated && count == 1) index = 0;
            if (index is { } worker) sums[worker].Add(request, type);
        }

        return [.. sums.Select((sum, index) => sum.Result(type, index))];
    }

    private struct Sum
    {
        private int _requests;
        private int _completed;
        private int _answered;   // with a token or more
        private long _input;
        private long _output;
        private long _reused;
        private double _ttft;
        private double _latency;

        public void Add(RequestResult request, WorkerType type) => Add(request.TerminalStatus, request.InputLength,
            type == WorkerType.Prefill ? 0 : request.OutputLength,
            type == WorkerType.Decode ? request.DecodeReusedInputTokens ?? 0 : request.ReusedInputTokens,
            request.TtftMs ?? double.NaN, request.E2eLatencyMs ?? double.NaN);

        public void Add(in RequestOutcome outcome) => Add(outcome.Status, outcome.InputLength, outcome.OutputLength, outcome.ReusedInput,
            outcome.OutputLength == 0 ? double.NaN : outcome.Ttft, outcome.E2eLatency);

        private void Add(TerminalStatus status, long input, long output, long reused, double ttft, double latency)
        {
            _requests++;
            if (status != TerminalStatus.Completed) return;
            _completed++;
            _input += input;
            _output += output;
            _reused += reused;
            if (double.IsNaN(ttft) || double.IsNaN(latency)) return;
            _answered++;
            _ttft += ttft;
            _latency += latency;
        }

        public readonly WorkerResult Result(WorkerType type, int index) => new(
            type, index, _requests, _completed, _input, _output, _reused, Mean(_ttft), Mean(_latency));

        private readonly double Mean(double sum) => _answered == 0 ? double.PositiveInfinity : sum / _answered;
    }
}
