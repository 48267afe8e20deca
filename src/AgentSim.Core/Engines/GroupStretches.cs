namespace AgentSim.Engines;

/// <summary>A planner whose rank can go in lock step with the others of its worker.</summary>
internal abstract class RankPlanner : StretchPlanner
{
    /// <summary>
    /// The passes from <paramref name="now"/> on in which nothing but time changes, with their growth in <see
    /// cref="StretchPlanner.Stretch"/>. False when the next pass must run by itself.
    /// </summary>
    public abstract bool TryPrepare(double now, out RankPlan plan);

    /// <summary>The stretch that was prepared is planned.</summary>
    public abstract void OnPlanned();
}

/// <summary>
/// The stretches of a worker whose data-parallel ranks start and end their passes together (behaviour 02#14.1): planned when all ranks
/// that have requests are in passes of which only the time changes. The ranks' own planners do the rest.
/// </summary>
internal sealed class GroupStretches : StretchPlanner
{
    private readonly (Scheduler Scheduler, RankPlanner Planner)[] _ranks;
    private readonly RankPlanner[] _active;   // ranks of the plan
    private readonly GroupedRank[] _steps;        // scratch
    private int _count;

    private GroupStretches((Scheduler, RankPlanner)[] ranks)
    {
        _ranks = ranks;
        _active = new RankPlanner[ranks.Length];
        _steps = new GroupedRank[ranks.Length];
    }

    // Asked of each rank by itself.
    public override bool IgnoresNewcomers => false;

    public override double NextCacheChange => double.NegativeInfinity;

    /// <summary>The planner of a worker; null where one of its ranks has none.</summary>
    public static GroupStretches? Of(ReadOnlySpan<Rank> ranks)
    {
        var planned = new (Scheduler, RankPlanner)[ranks.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            if (ranks[i].Planner is not RankPlanner planner) return null;
            planned[i] = (ranks[i].Scheduler, planner);
        }

        return new GroupStretches(planned);
    }

    public override bool TryPlan(double now, double horizon)
    {
        _count = 0;
        foreach ((Scheduler scheduler, RankPlanner planner) in _ranks)
        {
            if (scheduler.RequestCount == 0) continue;
            if (!planner.TryPrepare(now, out RankPlan plan)) return false;
            _steps[_count] = new GroupedRank(planner.Stretch, plan);
            _active[_count++] = planner;
        }

        if (!Stretch.PlanTogether(now, _steps.AsSpan(0, _count))) return false;
        foreach (RankPlanner planner in _active.AsSpan(0, _count)) planner.OnPlanned();
        return true;
    }

    public override void Commit(int steps)
    {
        Stretch.CutAfter(steps);
        foreach (RankPlanner planner in _active.AsSpan(0, _count)) planner.Commit(steps);
        Stretch.Clear();
    }

    public override double SynchroniseCaches(double now, bool driven)
    {
        foreach (RankPlanner planner in _active.AsSpan(0, _count))
        {
            // The worker's plan may have been cut.
            if (planner.Stretch.Steps > Stretch.Steps) planner.Stretch.CutAfter(Stretch.Steps);
            planner.SynchroniseCaches(now, driven);
        }

        return NextCacheChange;
    }

    // Workers with several ranks do all, so that their passes take time.
    public override int RunInstantPasses() => 0;
}
