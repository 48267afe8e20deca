namespace AgentSim.Simulation;

/// <summary>
/// Order of what happens at one timestamp: rounds in which workers are driven, counted up also by passes without length
/// (behaviour 04#5.4). Shared by the pools of a runtime.
/// </summary>
internal sealed class Settling
{
    public int Round { get; set; }

    /// <summary>
    /// False until the first round has driven the workers, or a pass without length took effect in it. Until then the pass of
    /// a stretch that follows one which ends right now has not started.
    /// </summary>
    public bool Driven { get; set; }

    /// <summary>A rank was tried in vain that changes with every pass (<see cref="Engines.Scheduler.ChangesWithoutEffect"/>).</summary>
    public bool TriedInVain { get; set; }

    /// <summary>
    /// Such a rank was tried in vain at the last timestamp and is tried again at the next, whatever that is. So the clock has
    /// to stop at the end of every pass: none may be hidden in a stretch.
    /// </summary>
    public bool EveryPassCounts { get; private set; }

    public void Begin() => (Round, Driven, TriedInVain) = (0, false, false);

    public void EndRound()
    {
        Driven = true;
        Round++;
    }

    public void End() => EveryPassCounts = TriedInVain;
}
