using AgentSim.Prompts;

namespace AgentSim.Serving;

/// <summary>
/// Identities of blocks for a load without an end: a block that came in no prompt while so many others did is forgotten, and is another
/// one when it comes again. So memory has a bound, above what caches hold.
/// </summary>
/// <param name="blockSize">Tokens of a block.</param>
/// <param name="most">Blocks after which those that did not come again are forgotten.</param>
internal sealed class RecentBlocks(int blockSize, int most) : ContentInterner(blockSize)
{
    private Dictionary<BlockKey, ChainedBlock> _recent = [];
    private Dictionary<BlockKey, ChainedBlock> _before = [];
    private int _next;

    /// <summary>Blocks that are remembered.</summary>
    public int Remembered => _recent.Count + _before.Count;

    protected override ChainedBlock Find(in BlockKey key, in TokenCursor parent, int keep)
    {
        if (_recent.TryGetValue(key, out ChainedBlock block)) return block;
        if (!_before.Remove(key, out block))
        {
            if (_next == int.MaxValue) throw Errors.TooManyBlocks.Error($"{_next:N0} distinct blocks were served; the workers start anew");
            block = ChainedBlock.After(parent, _next++);
        }

        _recent.Add(key, block);
        if (_recent.Count < most) return block;
        (_before, _recent) = (_recent, new Dictionary<BlockKey, ChainedBlock>());
        return block;
    }
}
