using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>The waiting queue and its order (behaviour 03#A.3.1).</summary>
internal sealed class SglangQueue(SglangLimits limits, PagePool pages)
{
    private readonly Deque<Sequence> _waiting = new();
    private readonly List<Sequence> _order = [];
    private readonly HashSet<int> _seenPrefixes = [];
    private bool _queueChanged;
    private long _orderedAtVersion = -1;

    public int Count => _waiting.Count;

    public Sequence First => _waiting.First;

    /// <summary>The sequence of a request, null where it does not wait.</summary>
    public Sequence? Find(int request) => _waiting.Find(request, (sequence, wanted) => sequence.Request == wanted);

    public void PushBack(Sequence sequence)
    {
        _waiting.PushBack(sequence);
        _queueChanged = true;
    }

    public void PushFront(Sequence sequence)
    {
        _waiting.PushFront(sequence);
        _queueChanged = true;
    }

    public void PopFront()
    {
        _waiting.PopFront();
        _queueChanged = true;
    }

    /// <summary>
    /// Puts the queue in order: the longest cached prefix first. Of several requests that find next to nothing in the cache and begin
    /// with the same tokens, only the first keeps its place: once it is prefilled, the others find its pages. As long as neither the
    /// queue nor the cache changes, the order stays and is not computed again.
    /// </summary>
    public void Order()
    {
        if (!limits.LongestPrefixFirst || _waiting.Count > SglangRules.LongestOrderedQueue) return;
        if (!_queueChanged && _orderedAtVersion == pages.CacheVersion) return;
        _queueChanged = false;
        _orderedAtVersion = pages.CacheVersion;
        if (_waiting.Count < 2) return;

        int prefixPages = BlockCount.Of(SglangRules.ShortMatchTokens, limits.PageSize);
        _seenPrefixes.Clear();
        _order.Clear();
        while (_waiting.Count > 0)
        {
            Sequence sequence = _waiting.PopFront();
            sequence.MatchedPages = pages.Peek(sequence);
            sequence.IsDeferred = (long)sequence.MatchedPages * limits.PageSize <= SglangRules.ShortMatchTokens
                && sequence.Length / limits.PageSize >= prefixPages
                && !_seenPrefixes.Add(pages.PageAt(sequence, prefixPages - 1));
            _order.Add(sequence);
        }

        foreach (Sequence sequence in _order.OrderBy(s => s.IsDeferred).ThenByDescending(s => s.MatchedPages)) _waiting.PushBack(sequence);
    }
}
