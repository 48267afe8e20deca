using AgentSim.Capture;

namespace AgentSim.Proxy;

/// <summary>Counts what happens. Thread-safe.</summary>
internal sealed class ProxyTally
{
    private readonly object _gate = new();
    private ProxyCounters _counters = new();

    /// <summary>What was counted so far.</summary>
    public ProxyCounters Counters
    {
        get
        {
            lock (_gate) return _counters;
        }
    }

    public void Came() => Change(counters => counters with { Requests = counters.Requests + 1, Active = counters.Active + 1 });

    public void CameOther() => Change(counters => counters with { Other = counters.Other + 1 });

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
        },
    });

    private void Change(Func<ProxyCounters, ProxyCounters> change)
    {
        lock (_gate) _counters = change(_counters);
    }
}
