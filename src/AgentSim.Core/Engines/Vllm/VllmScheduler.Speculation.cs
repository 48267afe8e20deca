using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

// Speculative decoding: a step emits a burst, the accepted draft tokens and one more. Blocks for the longest burst of every request
// are reserved before the accepted ones are drawn (behaviour 02#9.3).
internal sealed partial class VllmScheduler
{
    private readonly List<Sequence> _ready = [];
    private int[] _bursts = [];

    private double EmitBursts(double decodeStart, SpeculativeSampler speculation)
    {
        if (!ReserveBursts(speculation.MaxBurst)) return decodeStart;
        long context = 0;
        foreach (Sequence sequence in _ready) context += sequence.Length;
        // The reservation does not count as active here.
        double end = decodeStart + _times.Decode(_blocks.Active - _blocks.ReservedBlocks, context / _ready.Count);

        if (_bursts.Length < _ready.Count) Array.Resize(ref _bursts, Math.Max(_ready.Count, _bursts.Length * 2));
        for (int i = 0; i < _ready.Count; i++) _bursts[i] = (int)Math.Min(speculation.DrawBurst(), _limits.RemainingOutput(_ready[i]));
        for (int i = 0; i < _ready.Count; i++) EmitBurst(_ready[i], _bursts[i]);
        _blocks.DropReservation();
        return end;
    }

    private bool ReserveBursts(int mostTokens)
    {
        while (true)
        {
            _ready.Clear();
            int required = 0;
            foreach (Sequence sequence in _running)
            {
                long remaining = _limits.RemainingOutput(sequence);
                if (sequence.Computed < sequence.Length || remaining == 0) continue;
                _ready.Add(sequence);
                int burst = (int)Math.Min(mostTokens, remaining);
                required += BlockCount.Of(sequence.Length + burst, _limits.BlockSize) - BlockCount.Of(sequence.Length, _limits.BlockSize);
            }

            if (_ready.Count == 0) return false;
            if (_blocks.TryReserve(required)) return true;
            if (_admission.Victim() is not Sequence victim) return false;
            Preempt(victim);
        }
    }

    private void EmitBurst(Sequence sequence, int burst)
    {
        _pass.Emit(sequence.Request, burst);
        bool first = sequence.Generated == 0;
        for (int token = 0; token < burst; token++)
        {
            sequence.Generated++;
            if (sequence.Length % _limits.BlockSize == 1)
            {
                _blocks.OnTokenAppended(sequence);
                _blocks.TakeReserved(sequence);
            }
        }

        sequence.Allocated = sequence.Length;
        bool completed = _limits.RemainingOutput(sequence) == 0;
        if (first && (burst > 1 || !completed)) _pass.Signal(sequence.Request, SignalKind.FirstToken);
        if (completed)
        {
            _running.Remove(sequence);
            Retire(sequence);
        }
        else
        {
            sequence.Computed = sequence.Length - 1;
        }
    }
}
