namespace AgentSim.Workload;

/// <summary>
/// The copies that were made of a workload: points of a sweep that ask for the same ones share them. Of those that nobody asked for of
/// late, no more are kept than a large workload takes. Thread-safe.
/// </summary>
internal sealed class MadeCopies
{
    private const long MostRequests = 1 << 20;

    private readonly List<Made> _made = [];   // those asked for last come last

    /// <summary>The copies that knobs ask for, made if they are not there.</summary>
    /// <exception cref="AgentSimException">There would be too many requests, or the window is too short.</exception>
    public (WorkloadColumns Load, CopyFacts Facts) Of(WorkloadColumns load, WorkloadKnobs knobs, CancellationToken cancellation)
    {
        // What else knobs change comes on top of the copies.
        Made made = Entry(new WorkloadKnobs
        {
            Copies = knobs.Copies,
            CopiesWindowSeconds = knobs.CopiesWindowSeconds,
            CopiesShared = knobs.CopiesShared,
            CopiesOffset = knobs.CopiesOffset,
            CopiesSeed = knobs.CopiesSeed,
        });
        lock (made)
        {
            made.Copies ??= new Copies(WorkloadCopies.Of(load, knobs, cancellation));
            return made.Copies.Result;
        }
    }

    private Made Entry(WorkloadKnobs knobs)
    {
        lock (_made)
        {
            int at = _made.FindIndex(each => each.Knobs == knobs);
            Made made = at >= 0 ? _made[at] : new Made(knobs);
            if (at >= 0) _made.RemoveAt(at);
            _made.Add(made);
            while (_made.Count > 1 && _made.Sum(each => (long)each.Requests) > MostRequests) _made.RemoveAt(0);
            return made;
        }
    }

    private sealed class Made(WorkloadKnobs knobs)
    {
        public WorkloadKnobs Knobs => knobs;

        public Copies? Copies { get; set; }

        public int Requests => Copies?.Result.Load.InputLength.Length ?? 0;
    }

    private sealed record Copies((WorkloadColumns Load, CopyFacts Facts) Result);
}
