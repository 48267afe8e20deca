using AgentSim.Workload;

namespace AgentSim.Serving;

/// <summary>Hands out requests as they come from outside.</summary>
internal sealed class ServedDriver(ArrivalQueue arrivals, ServedSlots slots, ServedRecorder recorder) : LoadDriver(0)
{
    // More may always come.
    public override bool IsDrained => false;

    public override double NextReady => arrivals.NextTime;

    public override bool TryPop(double now, out int request, out double readyTime)
    {
        if (arrivals.TakeUpTo(now, recorder.DeliverUpTo) is not { } taken)
        {
            (request, readyTime) = (-1, double.PositiveInfinity);
            return false;
        }

        (request, readyTime) = (slots.Take(taken), taken.Arrival);
        recorder.Begin(request);
        return true;
    }

    protected override void Ended(int request, double now, bool completed)
    {
    }
}
