namespace AgentSim.Engines.Vllm;

/// <content>What the passes of a stretch do to blocks, in the order in which single passes would.</content>
internal sealed partial class VllmStretches
{
    private int[] _positions = [];   // by running request: tokens in its last block before the stretch
    private bool[] _busy = [];       // by pass number modulo block size: whether a block is taken or completed
    private int _played;             // passes of the stretch that are done to the blocks

    // Returns how many of the passes can be planned: where a request waits for blocks, one of generated tokens may be what it needs.
    private int BeginPlay(int steps)
    {
        int blockSize = _limits.BlockSize;
        bool hasCandidate = _state.Prompts.HasGeneratedIdentities && _running.Count < _limits.MaxSequences
            && _state.NextCandidate() is not null;
        if (_positions.Length < _running.Count) _positions = new int[Math.Max(_running.Count, 2 * _positions.Length)];
        if (_busy.Length == 0) _busy = new bool[blockSize];
        Array.Clear(_busy);
        for (int i = 0; i < _running.Count; i++)
        {
            int position = _running[i].Allocated % blockSize, left = blockSize - 1 - position;
            _positions[i] = position;
            _busy[left] = true;
            _busy[left == blockSize - 1 ? 0 : left + 1] = true;
            if (hasCandidate) steps = Math.Min(steps, left);
        }

        _played = 0;
        return steps;
    }

    private void PlayUpTo(int passes)
    {
        int blockSize = _limits.BlockSize, phase = _played % blockSize;
        for (; _played < passes; _played++)
        {
            if (_busy[phase]) Play(phase);
            if (++phase == blockSize) phase = 0;
        }
    }

    private void Play(int phase)
    {
        bool byPass = _blocks.InStretches == StretchBlocks.PlayedByPass;
        for (int i = 0; i < _running.Count; i++)
        {
            if (PositionIn(phase, i) == 0) _blocks.TakeTail(_running[i], (_running[i].Allocated + _played) / _limits.BlockSize);
            else if (!byPass) CompleteIn(phase, i);
        }

        for (int i = 0; byPass && i < _running.Count; i++) CompleteIn(phase, i);
    }

    private void CompleteIn(int phase, int i)
    {
        int blockSize = _limits.BlockSize;
        if (PositionIn(phase, i) == blockSize - 1) _blocks.CompleteTail(_running[i], (_running[i].Allocated + _played + 1) / blockSize);
    }

    private int PositionIn(int phase, int i)
    {
        int position = _positions[i] + phase;
        return position >= _limits.BlockSize ? position - _limits.BlockSize : position;
    }
}
