namespace AgentSim.Simulation;

/// <summary>
/// What makes a run keep to a clock outside of it, so that requests can arrive while it runs. A run without one goes from event to event
/// as fast as it can. What happens at which simulated time is the same either way.
/// </summary>
internal abstract class RunClock
{
    /// <summary>Waits until a simulated time has come, or a request has arrived before it; returns which of the two times it is.</summary>
    /// <param name="next">The next event of the run; infinity where there is none.</param>
    /// <exception cref="OperationCanceledException">The run is to end.</exception>
    public abstract double WaitForNext(double next);

    /// <summary>Waits until a simulated time has come, whoever arrives meanwhile.</summary>
    /// <exception cref="OperationCanceledException">The run is to end.</exception>
    public abstract void WaitUntil(double time);

    /// <summary>The router has no room for a request, which therefore ends without having run.</summary>
    public abstract void Refused(int request, AgentSimException reason);
}
