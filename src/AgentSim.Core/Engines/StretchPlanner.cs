namespace AgentSim.Engines;

/// <summary>
/// Computes many passes of a rank at once, beside its scheduler (behaviour 02#14 and 03#C). Whatever it does gives what
/// <see cref="Scheduler.RunPass"/> would have given pass by pass; a rank without one runs every pass by itself.
/// </summary>
internal abstract class StretchPlanner
{
    /// <summary>Repetitive passes planned ahead, empty where the next pass must run by itself.</summary>
    public DecodeStretch Stretch { get; } = new();

    /// <summary>True when a request that joins the queue now cannot change the passes of the planned stretch.</summary>
    public abstract bool IgnoresNewcomers { get; }

    /// <summary>
    /// Plans a stretch of passes in which nothing but time changes, up to the first that ends at or after
    /// <paramref name="horizon"/>. False when the next pass must run by itself.
    /// </summary>
    public abstract bool TryPlan(double now, double horizon);

    /// <summary>
    /// Applies the first <paramref name="steps"/> planned passes and drops the rest of the plan. The signals are those of
    /// the last of them: requests may end in it.
    /// </summary>
    public abstract void Commit(int steps);

    /// <summary>
    /// Before this time <see cref="SynchroniseCaches"/> has nothing to do in the planned stretch; infinity: what a router sees of the
    /// cache stays as it is.
    /// </summary>
    public abstract double NextCacheChange { get; }

    /// <summary>
    /// Brings what a router sees of the cache up to <paramref name="now"/>, in the midst of a stretch. <paramref name="driven"/>:
    /// passes were already started at this time, so that one that starts now counts. Returns <see cref="NextCacheChange"/> as it is then.
    /// </summary>
    public abstract double SynchroniseCaches(double now, bool driven);

    /// <summary>
    /// Runs passes that take no time and only emit tokens, all but the one in which a request ends; returns how many.
    /// 0 when the next pass must run by itself.
    /// </summary>
    public abstract int RunInstantPasses();
}
