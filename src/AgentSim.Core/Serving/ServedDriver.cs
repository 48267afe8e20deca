using AgentSim.Workload;

namespace AgentSim.Serving;

/// <summary>Hands out requests as they come from outside.</summary>
/// <param name="arrivals">The requests.</param>
/// <param name="slots">Numbers them.</param>
/// <param name="recorder">Writes down what happens to them.</param>
/// <param name="onTurn">Called whenever the engines can be told something.</param>
internal sealed class ServedDriver(ArrivalQueue arrivals, ServedSlots slots, ServedRecorder recorder, Action onTurn) : LoadDriver(0)
{
    // More may always come.
    public override bool IsDrained => false;

    public override double NextReady => arrivals.NextTime;

    public override bool TryPop(double now, out int request, out double readyTime)
    {
        onTurn();
        if (arrivals.TakeUpTo(now, recorder) is not { } taken)
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
