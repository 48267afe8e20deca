using AgentSim.Engines;

namespace AgentSim.Timelines;

/// <summary>Processes and threads of a replay: a process per worker, in it a thread per session, more where its requests overlap.</summary>
internal sealed class ReplayTracks
{
    private readonly SortedDictionary<WorkerKey, int> _processes = new(Comparer<WorkerKey>.Create(ByPool));
    private readonly Dictionary<(int Process, string Session), Lanes<long>> _lanes = [];
    private readonly OrderedDictionary<(int Process, string Session, int Lane), int> _threads = [];
    private readonly int _ranks;

    /// <param name="workers">All workers, in any order.</param>
    /// <param name="ranks">Data-parallel ranks of each.</param>
    public ReplayTracks(IEnumerable<WorkerKey> workers, int ranks)
    {
        _ranks = ranks;
        foreach (WorkerKey worker in workers) _processes[worker] = 0;
        int number = 0;
        foreach (WorkerKey worker in _processes.Keys.ToArray()) _processes[worker] = ++number;
    }

    public IEnumerable<(WorkerKey Worker, int Process)> Processes => _processes.Select(each => (each.Key, each.Value));

    /// <summary>The process of a worker.</summary>
    public int this[WorkerKey worker] => _processes[worker];

    /// <summary>
    /// The thread of something that a session does on a worker. Spans are to be placed in the order in which they begin.
    /// Numbers of threads are different from each other and from those of processes, which some viewers need.
    /// </summary>
    public EventTrack Place(WorkerKey worker, string session, long begin, long end)
    {
        int process = _processes[worker];
        if (!_lanes.TryGetValue((process, session), out Lanes<long>? lanes)) _lanes.Add((process, session), lanes = new Lanes<long>());
        (int, string, int) key = (process, session, lanes.Place(begin, end));
        if (!_threads.TryGetValue(key, out int thread)) _threads.Add(key, thread = _processes.Count + _threads.Count + 1);
        return new EventTrack(process, thread);
    }

    /// <summary>A process that is no worker, with so many threads; to be asked for once everything else has its place.</summary>
    /// <param name="name">What the process is called.</param>
    /// <param name="threads">What its threads are called.</param>
    /// <param name="writer">Is told the names.</param>
    public EventTrack[] AddProcess(string name, IReadOnlyList<string> threads, TraceEventWriter writer)
    {
        int process = _processes.Count + _threads.Count + 1;
        writer.NameProcess(process, name);
        var tracks = new EventTrack[threads.Count];
        for (int i = 0; i < tracks.Length; i++)
        {
            tracks[i] = new EventTrack(process, process + 1 + i);
            writer.NameThread(tracks[i], threads[i]);
        }

        return tracks;
    }

    public void WriteNames(TraceEventWriter writer)
    {
        foreach ((WorkerKey worker, int process) in _processes) writer.NameProcess(process, Name(worker));
        foreach (((int process, string session, int lane), int thread) in _threads)
            writer.NameThread(new EventTrack(process, thread), session + _lanes[(process, session)].Suffix(lane));
    }

    private string Name(WorkerKey worker) => worker.Type switch
    {
        _ when worker.Index == WorkerKey.None => "No worker",
        WorkerType.Prefill => $"Prefill worker {worker.Index}",
        WorkerType.Decode => $"Decode worker {worker.Index}",
        _ when _ranks > 1 => $"Worker {worker.Index / _ranks} rank {worker.Index % _ranks}",
        _ => $"Worker {worker.Index}",
    };

    private static int ByPool(WorkerKey a, WorkerKey b) => a.Type != b.Type ? a.Type.CompareTo(b.Type) : a.Index.CompareTo(b.Index);
}
