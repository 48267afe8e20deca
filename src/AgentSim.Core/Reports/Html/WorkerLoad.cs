using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Reports.Html;

/// <summary>The requests of a worker over time.</summary>
/// <param name="Name">The worker as the page calls it.</param>
/// <param name="Running">Mean number in each slice of those admitted and not done.</param>
/// <param name="Waiting">Mean number of those that are to be admitted. A request that lost its place and waits again counts as
/// running.</param>
internal sealed record WorkerLoad(string Name, double[] Running, double[] Waiting)
{
    /// <param name="result">The run.</param>
    /// <param name="endMs">End of the last slice.</param>
    /// <param name="slices">Their number.</param>
    /// <returns>One for each worker, in the order of <see cref="ReplayResult.Workers"/>.</returns>
    public static WorkerLoad[] Of(ReplayResult result, double endMs, int slices)
    {
        IReadOnlyList<WorkerResult> workers = result.Workers;
        int prefillWorkers = workers.Count(worker => worker.WorkerType == WorkerType.Prefill);
        TimeBins[] running = [.. workers.Select(_ => new TimeBins(endMs, slices))];
        TimeBins[] waiting = [.. workers.Select(_ => new TimeBins(endMs, slices))];
        foreach (RequestResult request in result.Requests)
        {
            if (prefillWorkers == 0)
            {
                Stay(request.DecodeWorkerIdx ?? 0, request.ArrivalTimeMs, request.FirstAdmitMs, request.TerminalTimeMs);
                continue;
            }

            if (request.PrefillWorkerIdx is { } prefill)
                Stay(prefill, request.ArrivalTimeMs, request.PrefillAdmitMs, request.SourceHeldMs ?? request.TerminalTimeMs);
            if (request.DecodeWorkerIdx is { } decode && request.SourceHeldMs is { } held)
                Stay(prefillWorkers + decode, held, request.DecodeAdmitMs, request.TerminalTimeMs);
        }

        string[] names = Names(workers);
        return [.. names.Select((name, i) => new WorkerLoad(name, running[i].Means(), waiting[i].Means()))];

        void Stay(int worker, double from, double? admitted, double to)
        {
            waiting[worker].Add(from, admitted ?? to);
            if (admitted is { } start) running[worker].Add(start, to);
        }
    }

    /// <summary>The sums over the workers of each pool that has several.</summary>
    public static IEnumerable<WorkerLoad> Totals(IReadOnlyList<WorkerLoad> loads, IReadOnlyList<WorkerResult> workers)
    {
        foreach (IGrouping<WorkerType, int> pool in Enumerable.Range(0, loads.Count).GroupBy(i => workers[i].WorkerType))
        {
            int[] members = [.. pool];
            if (members.Length == 1) continue;
            string type = pool.Key switch { WorkerType.Prefill => "prefill ", WorkerType.Decode => "decode ", _ => "" };
            yield return new WorkerLoad($"all {members.Length} {type}workers", Sum(i => loads[i].Running), Sum(i => loads[i].Waiting));

            double[] Sum(Func<int, double[]> of) => [.. Enumerable.Range(0, of(members[0]).Length)
                .Select(slice => members.Sum(i => of(i)[slice]))];
        }
    }

    /// <summary>Workers as the page calls them.</summary>
    public static string[] Names(IReadOnlyList<WorkerResult> workers) => [.. workers.Select(worker => worker.WorkerType switch
    {
        WorkerType.Prefill => $"prefill worker {worker.Index}",
        WorkerType.Decode => $"decode worker {worker.Index}",
        _ => $"worker {worker.Index}",
    })];
}
