using System.Globalization;
using AgentSim.Engines;
using AgentSim.Recording;

namespace AgentSim.Metrics;

/// <summary>Tells from the records of a run whether its load was more than its workers could do.</summary>
internal static class LoadAssessor
{
    private const double MostMs = 1e15;   // thirty thousand years: sums of longer times are no numbers
    private const int Slices = 10;
    private const int ShortQueue = 10;           // what waits in passing
    private const double AtOnceShare = 0.02;     // of the run: arrivals within it come at once
    private const double DrainShare = 0.05;      // of the arrivals' time: a backlog that counts
    private const double BusyEnough = 0.95;

    /// <param name="requests">The records of the run.</param>
    /// <param name="workers">Its workers.</param>
    /// <param name="run">How it ran: whether it was a closed loop.</param>
    /// <param name="cutOff">Requests that the time cap cut off; they have no records.</param>
    public static LoadAssessment Of(IReadOnlyList<RequestResult> requests, IReadOnlyList<WorkerResult> workers, RunInfo run, long cutOff)
    {
        if (cutOff > 0)
            return Unknown($"The time cap cut off {PeopleUnits.Count(cutOff, "request")}, so that nothing can be said of the queue");
        if (requests.Count == 0) return Unknown("There are no records of requests, so that nothing can be said of the queue");
        LoadAssessment[] pools = [.. workers.GroupBy(worker => worker.WorkerType)
            .Select(pool => OfPool(Stays(requests, pool.Key), pool.Key, pool.Count(), run))];
        return pools.OrderByDescending(pool => pool.State).FirstOrDefault() ?? Unknown("There are no workers");
    }

    /// <summary>What holds the requests of a run to a number in flight; null: they come when they come.</summary>
    public static string? ClosedLoop(RunInfo run) =>
        Number(run, "replay_concurrency") is { } sessions ? $"{PeopleUnits.Count(sessions, "session")} at a time"
        : Number(run, "concurrent_tasks") is { } tasks ? $"{PeopleUnits.Count(tasks, "task")} at a time" : null;

    private static long? Number(RunInfo run, string setting) =>
        run.Settings.GetValueOrDefault(setting) is { } value
        && long.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.Integer, CultureInfo.InvariantCulture,
            out long number) ? number : null;

    private static Stay[] Stays(IReadOnlyList<RequestResult> requests, WorkerType pool)
    {
        // Records that are made when they are asked for are not needed for it, where there are no pools.
        IEnumerable<Stay> stays = requests is RequestResults results && pool is not (WorkerType.Prefill or WorkerType.Decode)
            ? StaysOf(results)
            : requests.Where(request => request.TerminalStatus != TerminalStatus.Rejected).Select(request => pool switch
            {
                WorkerType.Prefill => new Stay(request.PrefillWorkerIdx ?? 0, request.ArrivalTimeMs, request.PrefillAdmitMs ?? double.NaN,
                    request.SourceHeldMs ?? request.TerminalTimeMs),
                WorkerType.Decode => new Stay(request.DecodeWorkerIdx ?? 0, request.SourceHeldMs ?? double.NaN,
                    request.DecodeAdmitMs ?? double.NaN, request.TerminalTimeMs),
                _ => new Stay(request.DecodeWorkerIdx ?? 0, request.ArrivalTimeMs, request.FirstAdmitMs ?? double.NaN,
                    request.TerminalTimeMs),
            });
        // Room for all: what grows leaves as much again behind.
        var known = new Stay[requests.Count];
        int count = 0;
        foreach (Stay stay in stays)
        {
            if (!double.IsNaN(stay.From)) known[count++] = stay;
        }

        return count == known.Length ? known : known[..count];
    }

    private static IEnumerable<Stay> StaysOf(RequestResults results)
    {
        for (int i = 0; i < results.Count; i++)
        {
            RequestOutcome outcome = results.Outcome(i);
            if (outcome.Status != TerminalStatus.Rejected)
                yield return new Stay(Math.Max(outcome.Worker, 0), outcome.Arrival, outcome.FirstAdmit, outcome.Terminal);
        }
    }

    private static LoadAssessment OfPool(Stay[] stays, WorkerType pool, int workers, RunInfo run)
    {
        string? closedLoop = ClosedLoop(run);
        if (stays.Length == 0) return Unknown("No request reached a worker");
        var queue = new QueueOverTime(Array.ConvertAll(stays, stay => stay.From),
            Array.ConvertAll(stays, stay => stay.IsAdmitted ? stay.Admitted : stay.To));
        double window = queue.LastArrival - queue.FirstArrival, end = stays.Max(stay => stay.To);
        if (!(end - queue.FirstArrival < MostMs)) return Unknown("The run is too long to tell how its queue went");
        (int longest, double longestAt) = queue.Longest();
        bool atOnce = !(window > AtOnceShare * (end - queue.FirstArrival));
        double until = atOnce || closedLoop is not null ? end : queue.LastArrival;
        double[] means = window > 0.0 ? queue.Means(Slices) : [stays.Length];
        var load = new LoadAssessment
        {
            Pool = pool,
            Workers = workers,
            Requests = stays.Length,
            WindowMs = window,
            DrainMs = Math.Max(0.0, queue.LastAdmission - queue.LastArrival),
            LongestQueue = longest,
            LongestQueueAtMs = longestAt,
            QueueAtEnd = queue.At(queue.LastArrival),
            MeanQueue = means.Average(),
            ArrivalsPerSecond = window > 0.0 ? stays.Length / window * 1000.0 : double.PositiveInfinity,
            EndsPerSecond = window > 0.0 ? stays.Count(stay => stay.To <= queue.LastArrival) / window * 1000.0 : double.PositiveInfinity,
            BusyShare = Busy(stays, workers, queue.FirstArrival, until),
        };
        load = load with
        {
            State = closedLoop is not null ? LoadState.ClosedLoop : atOnce ? LoadState.AtOnce : StateOf(load, queue, means),
        };
        // Workers that had nothing to do at the beginning do not tell against it, but those that have nothing while others wait.
        if (load.State == LoadState.Overloaded
            && Busy(stays, workers, queue.FirstArrival + window / Slices, queue.LastArrival) < BusyEnough)
            load = load with { State = LoadState.Behind };
        return load with { Sentence = Sentence(load, WorkersOf(load, run), closedLoop, end - queue.FirstArrival) };
    }

    private static LoadState StateOf(LoadAssessment load, QueueOverTime queue, double[] means)
    {
        if (load.LongestQueue <= ShortQueue || load.MeanQueue < 0.05) return LoadState.Steady;
        bool isBehind = load.QueueAtEnd > ShortQueue && load.DrainMs > DrainShare * load.WindowMs;
        if (!isBehind) return LoadState.Bursts;
        bool grows = Enumerable.Range(1, means.Length - 1).All(slice => means[slice] > means[slice - 1])
            && !queue.IsEmptyBetween(queue.FirstArrival + load.WindowMs / Slices, queue.LastArrival)
            && load.QueueAtEnd > 0.9 * load.LongestQueue;
        return grows && load.EndsPerSecond < load.ArrivalsPerSecond ? LoadState.Overloaded : LoadState.Behind;
    }

    private static string Sentence(LoadAssessment load, string workers, string? closedLoop, double runMs)
    {
        string most = load.LongestQueue.ToString("N0", CultureInfo.InvariantCulture);
        string end = load.QueueAtEnd.ToString("N0", CultureInfo.InvariantCulture), mean = load.MeanQueue.ToString(
            "#,##0.###", CultureInfo.InvariantCulture);
        return load.State switch
        {
            LoadState.ClosedLoop => $"Closed loop, {closedLoop}: requests come as others end, so that the load cannot be more than "
                + $"{workers} can do",
            LoadState.AtOnce => $"All requests arrive within {PeopleUnits.Duration(load.WindowMs)} of a run of "
                + $"{PeopleUnits.Duration(runMs)}: they queue whatever the workers can do",
            LoadState.Overloaded => $"Overloaded: the load is more than {workers} can do, the queue grows all the time ({end} wait when "
                + "the last request arrives)",
            LoadState.Behind => $"More arrives than {workers} work{(load.Workers == 1 ? "s" : "")} off, though the queue does not grow "
                + $"all the time: up to {most} wait, {end} when the last request arrives, none {PeopleUnits.Duration(load.DrainMs)} later",
            LoadState.Bursts => $"Not overloaded, but requests queue at times: {mean} wait on average, up to {most} at "
                + $"{PeopleUnits.Duration(load.LongestQueueAtMs)}, and {workers} work{(load.Workers == 1 ? "s" : "")} it off",
            _ => $"Not overloaded: {workers} keep{(load.Workers == 1 ? "s" : "")} up, at most "
                + $"{PeopleUnits.Count(load.LongestQueue, "request")} wait{(load.LongestQueue == 1 ? "s" : "")} at a time, "
                + $"{mean} on average",
        };
    }

    private static string WorkersOf(LoadAssessment load, RunInfo run) => PeopleUnits.Count(load.Workers, load.Pool switch
    {
        WorkerType.Prefill => "prefill worker",
        WorkerType.Decode => "decode worker",
        _ => Number(run, "num_workers") is { } workers && workers != load.Workers ? "rank" : "worker",
    });

    private static LoadAssessment Unknown(string sentence) => new() { Sentence = sentence };

    // Mean share of a stretch of time in which a worker has admitted requests.
    private static double Busy(Stay[] stays, int workers, double from, double to)
    {
        if (!(to > from)) return 0.0;
        double busy = 0.0;
        (int[] order, List<int> ends) = ByWorker(stays);
        for (int worker = 0; worker < ends.Count; worker++)
        {
            double done = from;
            foreach (int at in order.AsSpan((worker == 0 ? 0 : ends[worker - 1])..ends[worker]))
            {
                Stay stay = stays[at];
                double begin = Math.Max(stay.Admitted, done), end = Math.Min(stay.To, to);
                if (!(end > begin)) continue;
                busy += end - begin;
                done = end;
            }
        }

        return busy / (to - from) / workers;
    }

    // The numbers of the stays by worker, in the order of their admission, and where those of each worker end; workers in the order of
    // their first request.
    private static (int[] Order, List<int> Ends) ByWorker(Stay[] stays)
    {
        var numbers = new Dictionary<int, int>();
        var next = new List<int>();   // first how many each worker has, then where its next one goes, in the end where they end
        var worker = new int[stays.Length];
        for (int i = 0; i < stays.Length; i++)
        {
            if (!stays[i].IsAdmitted) continue;
            if (!numbers.TryGetValue(stays[i].Worker, out worker[i]))
            {
                numbers.Add(stays[i].Worker, worker[i] = next.Count);
                next.Add(0);
            }

            next[worker[i]]++;
        }

        int all = 0;
        for (int i = 0; i < next.Count; i++) (next[i], all) = (all, all + next[i]);
        var order = new int[all];
        for (int i = 0; i < stays.Length; i++)
        {
            if (stays[i].IsAdmitted) order[next[worker[i]]++] = i;
        }

        for (int i = 0; i < next.Count; i++) Sort(order.AsSpan((i == 0 ? 0 : next[i - 1])..next[i]), stays);
        return (order, next);
    }

    // Mostly they are in order as they come.
    private static void Sort(Span<int> order, Stay[] stays)
    {
        for (int i = 1; i < order.Length; i++)
        {
            if (stays[order[i - 1]].Admitted <= stays[order[i]].Admitted) continue;
            order.Sort((a, b) =>
                stays[a].Admitted.CompareTo(stays[b].Admitted) is var byTime and not 0 ? byTime : a.CompareTo(b));
            return;
        }
    }

    // A request at a worker: when it came, was admitted (NaN: never) and left.
    private readonly record struct Stay(int Worker, double From, double Admitted, double To)
    {
        public bool IsAdmitted => !double.IsNaN(Admitted);
    }
}
