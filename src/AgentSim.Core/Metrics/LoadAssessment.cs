using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using AgentSim.Engines;

namespace AgentSim.Metrics;

/// <summary>How the load of a run compares with what its workers could do.</summary>
public enum LoadState
{
    /// <summary>Nothing can be said.</summary>
    Unknown,

    /// <summary>Requests hardly wait.</summary>
    Steady,

    /// <summary>Requests wait at times, and what waits is worked off before the last one arrives.</summary>
    Bursts,

    /// <summary>Nearly all requests arrive at once, so that they queue whatever the workers can do.</summary>
    AtOnce,

    /// <summary>Requests are held to a number in flight: the load follows the workers and cannot be more than they do.</summary>
    ClosedLoop,

    /// <summary>More arrives than is worked off before the last request comes, but the queue does not grow all the time.</summary>
    Behind,

    /// <summary>More arrives than the workers can do: they are busy and the queue grows all the time.</summary>
    Overloaded,
}

/// <summary>
/// Whether a run is overloaded, by its records: requests that wait for admission, what arrives and what completes. Times and counts are
/// of the time from the first to the last arrival; of several pools, of the one that is worst off.
/// </summary>
public sealed record LoadAssessment : IDynamicMetaObjectProvider
{
    /// <summary>What it comes to.</summary>
    public LoadState State { get; init; }

    /// <summary>The workers that it is about.</summary>
    public WorkerType Pool { get; init; }

    /// <summary>Their number; data-parallel ranks count one by one.</summary>
    public int Workers { get; init; }

    /// <summary>Requests that arrived there and were not turned away.</summary>
    public int Requests { get; init; }

    /// <summary>From the first to the last arrival, milliseconds.</summary>
    public double WindowMs { get; init; }

    /// <summary>From the last arrival until nothing waits any more, milliseconds.</summary>
    public double DrainMs { get; init; }

    /// <summary>Most requests that waited at a time.</summary>
    public int LongestQueue { get; init; }

    /// <summary>When that was, simulated milliseconds.</summary>
    public double LongestQueueAtMs { get; init; }

    /// <summary>Requests that waited when the last one arrived.</summary>
    public int QueueAtEnd { get; init; }

    /// <summary>Requests that waited on average.</summary>
    public double MeanQueue { get; init; }

    /// <summary>Arrivals per second; infinity where all arrive at once.</summary>
    public double ArrivalsPerSecond { get; init; }

    /// <summary>Requests per second that ended there meanwhile; infinity where all arrive at once.</summary>
    public double EndsPerSecond { get; init; }

    /// <summary>Share of the time in which a worker had admitted requests, mean of the workers, 0 to 1.</summary>
    public double BusyShare { get; init; }

    /// <summary>What it comes to as a sentence, without a full stop.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>What that rests on, without a full stop; empty where nothing can be said.</summary>
    public string Basis
    {
        get
        {
            if (State == LoadState.Unknown) return "";
            // Not a measure of headroom: a batch of one counts like a full one.
            string busy = $"{(Workers == 1 ? "the worker has" : "workers have")} at least one request admitted "
                + $"{PeopleUnits.Percent(BusyShare)} of the time (no measure of headroom)";
            if (State is LoadState.ClosedLoop or LoadState.AtOnce) return busy;
            return string.Create(CultureInfo.InvariantCulture,
                $"{ArrivalsPerSecond:0.###} requests/s arrive and {EndsPerSecond:0.###} end in ")
                + $"{PeopleUnits.Duration(WindowMs)} of arrivals, {busy}{Needed}";
        }
    }

    // What was admitted is at most what they can do for long: at first it fills their batches, and only later waits for ends. What more
    // workers gain or lose in cache hits is not in it.
    private string Needed
    {
        get
        {
            double share = (double)(Requests - QueueAtEnd) / Requests;
            if (State != LoadState.Overloaded || !(share is > 0.0 and < 1.0)) return "";
            string pool = Pool switch { WorkerType.Prefill => "prefill workers", WorkerType.Decode => "decode workers", _ => "workers" };
            return string.Create(CultureInfo.InvariantCulture,
                $"; {ArrivalsPerSecond * share:0.###} requests/s were admitted meanwhile: by that it takes at least ")
                + string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(Workers / share):N0} such {pool} instead of {Workers:N0}, ")
                + $"or {PeopleUnits.Percent(1.0 - share)} less load";
        }
    }

    /// <summary>True where the load is more than the workers can do.</summary>
    public bool IsOverloaded => State == LoadState.Overloaded;

    /// <summary>The sentence and its basis.</summary>
    public override string ToString() => Basis.Length == 0 ? Sentence : $"{Sentence} ({Basis})";

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(LoadAssessment));
}
