using AgentSim.Capture;

namespace AgentSim.Proxy;

/// <summary>Counts what happens, also where it outlives this process. Thread-safe.</summary>
/// <param name="ledger">Takes the counts that tell what was lost should this process die; null if nobody asks.</param>
internal sealed class ProxyTally(ProxyLedger? ledger = null)
{
    private readonly object _gate = new();
    private readonly SortedDictionary<string, long> _kinds = new(StringComparer.Ordinal);
    private ProxyCounters _counters = new();

    /// <summary>What was counted so far.</summary>
    public ProxyCounters Counters
    {
        get
        {
            lock (_gate) return _counters with { NotRecordedKinds = new Dictionary<string, long>(_kinds) };
        }
    }

    public void Came() => Change(counters => counters with { Requests = counters.Requests + 1, Active = counters.Active + 1 });

    public void CameOther() => Change(counters => counters with { Other = counters.Other + 1 });

    public void RefusedConnection() => Change(counters => counters with { RefusedConnections = counters.RefusedConnections + 1 });

    /// <summary>A request was passed on and not recorded.</summary>
    /// <returns>Whether it is the first of its kind.</returns>
    public bool Skipped(string kind)
    {
        lock (_gate)
        {
            bool isFirst = !_kinds.TryGetValue(kind, out long count);
            _kinds[kind] = count + 1;
            return isFirst;
        }
    }

    /// <summary>A request was recorded with something to say about it.</summary>
    public void Marked(bool isEstimated, bool isRetried, bool isInferred) => Change(counters => counters with
    {
        Estimated = counters.Estimated + (isEstimated ? 1 : 0),
        Retried = counters.Retried + (isRetried ? 1 : 0),
        Inferred = counters.Inferred + (isInferred ? 1 : 0),
    });

    /// <summary>A request is over.</summary>
    public void Ended(RequestOutcome outcome) => Change(counters => (counters with { Active = counters.Active - 1 }) switch
    {
        var after when outcome == RequestOutcome.Failed => after with { Failed = after.Failed + 1 },
        var after when outcome == RequestOutcome.NotRecorded => after with { NotRecorded = after.NotRecorded + 1 },
        var after => after with
        {
            Recorded = after.Recorded + 1,
            Cancelled = after.Cancelled + (outcome == RequestOutcome.Cancelled ? 1 : 0),
            Broken = after.Broken + (outcome == RequestOutcome.Broken ? 1 : 0),
            Stopped = after.Stopped + (outcome == RequestOutcome.Stopped ? 1 : 0),
        },
    });

    private void Change(Func<ProxyCounters, ProxyCounters> change)
    {
        lock (_gate)
        {
            _counters = change(_counters);
            ledger?.Write(_counters);
        }
    }
}
