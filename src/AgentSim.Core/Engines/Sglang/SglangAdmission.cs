namespace AgentSim.Engines.Sglang;

// Which waiting requests a pass prefills, and how far (behaviour 03#A.3.2 to 03#A.3.4).
internal sealed partial class SglangScheduler
{
    /// <summary>The part of a prompt that a pass would compute: 0 tokens when none can be.</summary>
    /// <param name="Tokens">Tokens to materialise.</param>
    /// <param name="Charge">The same in whole pages, as budgets count them.</param>
    /// <param name="Output">Output tokens to reserve.</param>
    private readonly record struct Chunk(int Tokens, double Charge, long Output)
    {
        public double Need => Charge + (double)Output;
    }

    // Returns the length of the prefill.
    private double Admit(double now)
    {
        if (_waiting.Count == 0 || IsAdmissionSuspended || _running.Count >= _limits.MaxRunning) return 0.0;
        long slots = _limits.MaxRunning - _running.Count;
        double total = Tokens(_pages.ObtainablePages) - ReservedAfter(0, _ratio);
        double inputBudget = _limits.MaxPrefillTokens, chunkBudget = _limits.ChunkSize;
        long inputTokens = 0, prefixTokens = 0;
        while (_batch.Count < slots && _waiting.Count > 0)
        {
            Sequence head = _waiting.First;
            Chunk chunk = NextChunk(head, chunkBudget);
            if (chunk.Tokens == 0 || chunk.Need >= total || chunk.Charge > inputBudget || chunk.Charge > chunkBudget) break;
            int before = head.Materialised, heldBefore = head.HeldPages, mostBefore = head.MostMaterialised;
            bool allocated = before == 0 ? _pages.TryStart(head, chunk.Tokens) : _pages.TryContinue(head, before + chunk.Tokens);
            if (!allocated)
            {
                _ratio = _limits.InitialRatio;
                break;
            }

            int reused = before == 0 ? head.CachedPages * _limits.PageSize : before;
            _recorder.Admitted(head.Request, now, reused);
            _materialisedNew |= head.MostMaterialised > mostBefore;
            inputTokens += head.Materialised;
            prefixTokens += reused;
            total -= (double)(((head.HeldPages - heldBefore) * (long)_limits.PageSize) + chunk.Output);
            inputBudget -= chunk.Charge;
            chunkBudget -= chunk.Charge;
            _waiting.PopFront();
            _queueChanged = true;
            _batch.Add(head);
            if (chunkBudget <= 0.0) break;
        }

        double prefill = _batch.Count == 0 || _limits.Role == WorkerType.Decode ? 0.0
            : _model.Prefill(_batch.Count, inputTokens, prefixTokens);
        if (prefill > 0) Observer?.Prefill(_batch.Count, inputTokens - prefixTokens, prefixTokens, prefill);
        return prefill;
    }

    private Chunk NextChunk(Sequence sequence, double chunkBudget)
    {
        int left = sequence.Length - sequence.Materialised;
        long tokens = left;
        if (left > _limits.ChunkSize) tokens = Math.Min((long)chunkBudget / _limits.PageSize * _limits.PageSize, left);
        double charge = (double)((tokens + _limits.PageSize - 1) / _limits.PageSize * _limits.PageSize);
        return new Chunk((int)tokens, charge, tokens < left ? 0 : Reservation(sequence));
    }

    // As the reference multiplies: 64 bits without sign.
    private double Tokens(long pages) => unchecked((ulong)(pages * _limits.PageSize));

    private long Reservation(Sequence sequence) => Math.Min(sequence.Remaining, _limits.OutputClip);

    // What running requests may still produce once they decoded for some more passes, scaled.
    private double ReservedAfter(int passes, double ratio)
    {
        double reserved = 0.0;
        foreach (Sequence sequence in _running) reserved += (double)Math.Min(sequence.Remaining - passes, _limits.OutputClip) * ratio;
        return reserved;
    }
}
