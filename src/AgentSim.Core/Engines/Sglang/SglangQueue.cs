using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

// The order of the waiting queue (behaviour 03#A.3.1).
internal sealed partial class SglangScheduler
{
    private const int LongestOrderedQueue = 128;
    private const int ShortMatchTokens = 32;

    private readonly List<Sequence> _order = [];
    private readonly HashSet<int> _seenPrefixes = [];
    private bool _queueChanged;
    private long _orderedAtVersion = -1;

    // Longest cached prefix first. Of several requests that find next to nothing in the cache and begin with the same tokens, only
    // the first keeps its place: once it is prefilled, the others find its pages. As long as neither the queue nor the cache
    // changes, the order stays and is not computed again.
    private void OrderQueue()
    {
        if (!_limits.LongestPrefixFirst || _waiting.Count > LongestOrderedQueue) return;
        if (!_queueChanged && _orderedAtVersion == _pages.CacheVersion) return;
        _queueChanged = false;
        _orderedAtVersion = _pages.CacheVersion;
        if (_waiting.Count < 2) return;

        int prefixPages = BlockCount.Of(ShortMatchTokens, _limits.PageSize);
        _seenPrefixes.Clear();
        _order.Clear();
        while (_waiting.Count > 0)
        {
            Sequence sequence = _waiting.PopFront();
            sequence.MatchedPages = _pages.Peek(sequence);
            sequence.IsDeferred = (long)sequence.MatchedPages * _limits.PageSize <= ShortMatchTokens
                && sequence.Length / _limits.PageSize >= prefixPages
                && !_seenPrefixes.Add(_pages.PageAt(sequence, prefixPages - 1));
            _order.Add(sequence);
        }

        foreach (Sequence sequence in _order.OrderBy(s => s.IsDeferred).ThenByDescending(s => s.MatchedPages)) _waiting.PushBack(sequence);
    }
}
