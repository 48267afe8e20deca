using AgentSim.Recording;

namespace AgentSim.Serving;

/// <summary>
/// Writes down what happens to requests as in a replay, and tells whoever waits for them. A pass is computed when it starts; its tokens
/// are held back until its end has come.
/// </summary>
/// <param name="slots">The requests.</param>
/// <param name="totals">Counts them.</param>
/// <param name="onAnswered">Told when the answer to a client has ended.</param>
internal sealed class ServedRecorder(ServedSlots slots, ServingTotals totals, Action<double> onAnswered)
    : RunRecorder(slots.Columns, hasTimeCap: false)
{
    // One batch for each end of a pass that is still to come: about as many as there are workers.
    private readonly List<Batch> _batches = [];
    private readonly Stack<Batch> _spare = new();

    private sealed class Batch
    {
        public double Time;
        public readonly List<(ServedRequest Request, int Tokens)> Tokens = [];
    }

    /// <summary>A request gets a slot that another one had.</summary>
    public void Begin(int slot) => Forget(slot);

    public override void Admitted(int request, double now, int reused)
    {
        RequestOutcome before = Outcomes[request];
        base.Admitted(request, now, reused);
        ServedRequest served = slots[request];
        if (double.IsNaN(before.FirstAdmit))
        {
            served.CachedTokens = reused;
            totals.Admitted(served, now);
        }
        else if (before.OutputLength > 0)
        {
            totals.Preemptions++;
        }
    }

    public override void Token(int request, double time)
    {
        RequestOutcome before = Outcomes[request];
        base.Token(request, time);
        ServedRequest served = slots[request];
        if (before.OutputLength == 0) totals.FirstToken(time - served.Arrival);
        else totals.Gap(time - before.LastToken);
        List<(ServedRequest Request, int Tokens)> tokens = BatchAt(time).Tokens;
        if (tokens.Count > 0 && tokens[^1].Request == served) tokens[^1] = (served, tokens[^1].Tokens + 1);
        else tokens.Add((served, 1));
    }

    public override void Terminal(int request, double now, TerminalStatus status)
    {
        DeliverUpTo(now);
        bool isFirst = Outcomes[request].Status == TerminalStatus.None;
        base.Terminal(request, now, status);
        if (!isFirst) return;
        ServedRequest served = slots[request];
        totals.Ended(served, now, status);
        served.End(status == TerminalStatus.Completed ? null
            : Errors.ServedRequestFailed.Error("the engines have no room for the request"));
        if (status == TerminalStatus.Completed && !served.IsAbandoned) onAnswered(now);
    }

    /// <summary>When the next tokens that are held back are due; infinity: none are.</summary>
    public double FirstDue { get; private set; } = double.PositiveInfinity;

    /// <summary>Hands over the tokens that are due by a time.</summary>
    public void DeliverUpTo(double time)
    {
        while (FirstDue <= time && Earliest() is { } batch)
        {
            _batches.Remove(batch);
            FirstDue = Earliest()?.Time ?? double.PositiveInfinity;
            foreach ((ServedRequest request, int tokens) in batch.Tokens) request.Deliver(new DueTokens(tokens, batch.Time));
            totals.Delivered(batch.Tokens.Sum(entry => entry.Tokens));
            batch.Tokens.Clear();
            _spare.Push(batch);
        }
    }

    private Batch? Earliest()
    {
        Batch? earliest = null;
        foreach (Batch batch in _batches)
        {
            if (earliest is null || batch.Time < earliest.Time) earliest = batch;
        }

        return earliest;
    }

    private Batch BatchAt(double time)
    {
        for (int i = _batches.Count - 1; i >= 0; i--)
        {
            if (_batches[i].Time == time) return _batches[i];
        }

        if (!_spare.TryPop(out Batch? batch)) batch = new Batch();
        batch.Time = time;
        _batches.Add(batch);
        FirstDue = Math.Min(FirstDue, time);
        return batch;
    }
}
