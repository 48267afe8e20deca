namespace AgentSim.Engines;

/// <summary>The passes of a rank from now on that could be planned, and what their lengths follow from.</summary>
/// <param name="MaxSteps">How many passes.</param>
/// <param name="Active">Active blocks before the first pass; where steps depend on tokens, the tokens of the batch.</param>
/// <param name="Obtainable">Blocks that the sequences can grow into.</param>
/// <param name="Times">The lengths of steps.</param>
/// <param name="Context">Mean sequence length before the first pass, rounded down.</param>
/// <param name="Batch">Sequences, where steps depend on tokens; else 0.</param>
internal readonly record struct RankPlan(int MaxSteps, long Active, long Obtainable, DecodeTimes Times, long Context, int Batch);

/// <summary>A rank that starts and ends its passes with others of its worker, while these passes are planned.</summary>
internal struct GroupedRank(DecodeStretch stretch, in RankPlan plan)
{
    public readonly DecodeStretch Stretch = stretch;
    public readonly RankPlan Plan = plan;

    // Before the next pass to be planned.
    public int Active = plan.Batch == 0 ? (int)plan.Active : 0;
    public long Obtainable = plan.Obtainable;
}

/// <content>Passes of ranks that wait for each other.</content>
internal sealed partial class DecodeStretch
{
    private const int StepsAtOnce = 32;

    /// <summary>
    /// Plans passes of several ranks of a worker: each pass ends when the rank does that takes longest for it. This is the plan of the
    /// worker; the ranks' own get its times and keep their growth.
    /// </summary>
    public bool PlanTogether(double now, Span<GroupedRank> ranks)
    {
        int maxSteps = MostSteps;
        bool byTokens = false;
        foreach (ref GroupedRank rank in ranks)
        {
            maxSteps = Math.Min(maxSteps, rank.Plan.MaxSteps);
            byTokens |= rank.Plan.Batch > 0;
        }

        maxSteps = Begin(now, maxSteps);
        if (byTokens) _segments.Add(new Segment(0, double.NaN));
        Span<double> longest = stackalloc double[StepsAtOnce], own = stackalloc double[StepsAtOnce];
        double clock = now, step = double.NaN;
        int done = 0, room, count;
        do
        {
            room = count = Math.Min(StepsAtOnce, maxSteps - done);
            longest.Clear();
            foreach (ref GroupedRank rank in ranks)
            {
                room = rank.Stretch.StepsFrom(done, ref rank, own[..room]);
                for (int i = 0; i < room; i++) longest[i] = Math.Max(longest[i], own[i]);
            }

            for (int i = 0; i < room; i++)
            {
                double end = clock + longest[i];
                // Passes too short to move the clock follow rules of their own and are not planned.
                if (end == clock) room = i;
                else if (!byTokens && longest[i] != step) _segments.Add(new Segment(done, step = longest[i]));
                if (i < room) _ends[done++] = clock = end;
            }
        }
        while (room == count && done < maxSteps);

        Steps = _planned = done;
        IsOpen = false;
        foreach (ref GroupedRank rank in ranks) rank.Stretch.Follow(this);
        return done > 0;
    }

    // The lengths of passes, one behind the other, that find the blocks they grow into; returns how many do.
    private int StepsFrom(int first, ref GroupedRank rank, Span<double> steps)
    {
        RankPlan plan = rank.Plan;
        if (plan.Batch > 0)
        {
            int room = PassesWithin(ref rank.Obtainable, first, steps.Length);
            plan.Times.Steps(steps[..room], plan.Active + ((long)first * plan.Batch), plan.Batch);
            return room;
        }

        int phase = first % _period;
        for (int i = 0; i < steps.Length; i++)
        {
            int crossing = _crossings[phase];
            if (crossing > rank.Obtainable) return i;
            rank.Obtainable -= crossing;
            rank.Active += crossing;
            if (crossing > 0) NoteGrowth(first + i, crossing);
            steps[i] = plan.Times[rank.Active, plan.Context + first + i];
            if (++phase == _period) phase = 0;
        }

        return steps.Length;
    }

    // Takes the times of the worker's plan over; both are read only until this one is made anew.
    private void Follow(DecodeStretch worker)
    {
        (_ends, _segments, Start) = (worker._ends, worker._segments, worker.Start);
        Steps = _planned = worker.Steps;
        IsOpen = false;
    }
}
