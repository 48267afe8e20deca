using AgentSim.Simulation;

namespace AgentSim.Serving;

/// <summary>Makes a run keep to the wall clock, and lets tokens go when their time has come.</summary>
internal sealed class ServingClock(ArrivalQueue arrivals, ServedRecorder recorder, ServedSlots slots) : RunClock
{
    private double _now;

    public override double WaitForNext(double next) => Wait(next, heedsArrivals: true);

    public override void WaitUntil(double time) => Wait(time, heedsArrivals: false);

    public override void Refused(int request, AgentSimException reason) => slots[request].End(reason);

    private double Wait(double next, bool heedsArrivals)
    {
        recorder.DeliverUpTo(_now);   // of passes that took no time
        double time = arrivals.Wait(next, heedsArrivals, recorder);
        recorder.DeliverUpTo(time);
        return _now = time;
    }
}
