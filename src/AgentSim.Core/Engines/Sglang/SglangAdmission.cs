using AgentSim.Collections;

namespace AgentSim.Engines.Sglang;

/// <summary>The part of a prompt that a pass would compute: 0 tokens when none can be.</summary>
/// <param name="Tokens">Tokens to materialise.</param>
/// <param name="Charge">The same in whole pages, as budgets count them.</param>
/// <param name="Output">Output tokens to reserve.</param>
internal readonly record struct Chunk(int Tokens, double Charge, long Output)
{
    public double Need => Charge + (double)Output;
}

/// <summary>
/// Which waiting requests a pass prefills, and how far (behaviour 03#A.3.2 and 03#A.3.3): as long as there is room beside a share of what
/// running requests may still produce, which shrinks pass by pass until one has to give way.
/// </summary>
internal sealed class SglangAdmission(SglangState state)
{
    private readonly SglangLimits _limits = state.Limits;
    private readonly PagePool _pages = state.Pages;
    private readonly SglangQueue _waiting = state.Waiting;
    private readonly Batch<Sequence> _running = state.Running;
    private readonly PassRecorder _recorder = state.Recorder;

    /// <summary>Share of the remaining output that is reserved for running requests.</summary>
    public double Ratio { get; private set; } = state.Limits.InitialRatio;

    /// <summary>As at the beginning: pages ran out.</summary>
    public void RestoreRatio() => Ratio = _limits.InitialRatio;

    /// <summary>What so many passes do to the ratio.</summary>
    public void Decay(int passes)
    {
        for (int pass = 0; pass < passes; pass++)
        {
            double before = Ratio;
            Ratio = _limits.Decayed(before);
            if (Ratio == before) return;
        }
    }

    /// <summary>Takes requests from the queue into the batch of a pass; returns their prompt work.</summary>
    public PromptWork Admit(SglangPass pass, double now)
    {
        PromptWork work = default;
        if (_waiting.Count == 0 || state.Destination is { SuspendsAdmission: true } || _running.Count >= _limits.MaxRunning) return work;
        long slots = _limits.MaxRunning - _running.Count;
        double total = Tokens(_pages.ObtainablePages) - ReservedAfter(0, Ratio);
        double inputBudget = _limits.MaxPrefillTokens, chunkBudget = _limits.ChunkSize;
        while (pass.Batch.Count < slots && _waiting.Count > 0)
        {
            Sequence head = _waiting.First;
            Chunk chunk = NextChunk(head, chunkBudget);
            if (chunk.Tokens == 0 || chunk.Need >= total || chunk.Charge > inputBudget || chunk.Charge > chunkBudget) break;
            int before = head.Materialised, heldBefore = head.HeldPages, mostBefore = head.MostMaterialised;
            bool allocated = before == 0 ? _pages.TryStart(head, chunk.Tokens) : _pages.TryContinue(head, before + chunk.Tokens);
            if (!allocated)
            {
                RestoreRatio();
                break;
            }

            int reused = before == 0 ? head.CachedPages * _limits.PageSize : before;
            _recorder.Admitted(head.Request, now, reused);
            pass.MaterialisedNew |= head.MostMaterialised > mostBefore;
            work.Add(head.Materialised, reused);
            total -= (double)(((head.HeldPages - heldBefore) * (long)_limits.PageSize) + chunk.Output);
            inputBudget -= chunk.Charge;
            chunkBudget -= chunk.Charge;
            _waiting.PopFront();
            pass.Batch.Add(head);
            if (chunkBudget <= 0.0) break;
        }

        return work;
    }

    public Chunk NextChunk(Sequence sequence, double chunkBudget)
    {
        int left = sequence.Length - sequence.Materialised;
        long tokens = left;
        if (left > _limits.ChunkSize) tokens = Math.Min((long)chunkBudget / _limits.PageSize * _limits.PageSize, left);
        double charge = (double)((tokens + _limits.PageSize - 1) / _limits.PageSize * _limits.PageSize);
        return new Chunk((int)tokens, charge, tokens < left ? 0 : Reservation(sequence));
    }

    // As the reference multiplies: 64 bits without sign.
    public double Tokens(long pages) => unchecked((ulong)(pages * _limits.PageSize));

    public long Reservation(Sequence sequence) => Math.Min(sequence.Remaining, _limits.OutputClip);

    /// <summary>What running requests may still produce once they decoded for some more passes, scaled.</summary>
    public double ReservedAfter(int passes, double ratio)
    {
        double reserved = 0.0;
        foreach (Sequence sequence in _running) reserved += (double)Math.Min(sequence.Remaining - passes, _limits.OutputClip) * ratio;
        return reserved;
    }
}
