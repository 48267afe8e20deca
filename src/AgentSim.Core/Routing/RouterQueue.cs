using AgentSim.Collections;

namespace AgentSim.Routing;

/// <summary>
/// The requests that wait in the router: one heap a class, and deficit round robin among the classes (behaviour 05#8).
/// </summary>
internal sealed class RouterQueue
{
    private readonly ClassState[] _classes;
    private readonly int _targets;
    private readonly double _tokenBudget;
    private readonly DeficitRoundRobin _turns;
    private readonly long[] _heads;        // scratch: cost of the best request of each class
    private Slots<RouterQueueEntry> _entries = new();
    private int[] _overlaps = [];          // targets per entry
    private long _sequence;

    private sealed class ClassState(RouterPolicyClass policy)
    {
        public readonly RouterPolicyClass Policy = policy;
        public int[] Heap = new int[8];     // slots, best first
        public int Count;
        public long PromptTokens;
        public long CachedTokens;
    }

    public RouterQueue(IReadOnlyList<RouterPolicyClass> classes, int targets, long tokenBudget)
    {
        _classes = [.. classes.Select(c => new ClassState(c))];
        _targets = targets;
        _tokenBudget = tokenBudget;
        _turns = new DeficitRoundRobin([.. classes.Select(c => c.Quantum)]);
        _heads = new long[classes.Count];
    }

    /// <summary>Waiting requests.</summary>
    public int Count { get; private set; }

    /// <summary>True when a request of the class has to wait: others of its class do, or every target is busy.</summary>
    public bool MustWait(int classIndex, long leastPrefillTokens)
    {
        ClassState state = _classes[classIndex];
        return state.Policy.Queues && (state.Count > 0 || IsBusy(state, leastPrefillTokens));
    }

    /// <summary>The request in <paramref name="slot"/>.</summary>
    public ref readonly RoutedRequest Request(int slot) => ref _entries[slot].Request;

    /// <summary>The overlaps at arrival of the request in <paramref name="slot"/>, one a target.</summary>
    public ReadOnlySpan<int> Overlaps(int slot) => _overlaps.AsSpan(slot * _targets, _targets);

    /// <summary>Adds a request, unless a limit of its class is reached.</summary>
    public void Add(int classIndex, in RoutedRequest request, int cachedTokens, ReadOnlySpan<int> overlaps, double nowMs)
    {
        ClassState state = _classes[classIndex];
        CheckLimit(state, "waiting requests", state.Count, state.Policy.RequestLimit);
        CheckLimit(state, "waiting prompt tokens", state.PromptTokens, state.Policy.PromptTokenLimit);
        CheckLimit(state, "waiting cached prompt tokens", state.CachedTokens, state.Policy.CachedTokenLimit);

        int cost = Math.Max(request.PromptTokens - cachedTokens, 1);
        int slot = _entries.Add(new RouterQueueEntry(request, cachedTokens, cost,
            Merit(state.Policy.QueuePolicy, request.Priority, cost, nowMs), _sequence++));
        int end = (slot + 1) * _targets;
        if (end > _overlaps.Length) Array.Resize(ref _overlaps, end * 2);
        overlaps.CopyTo(_overlaps.AsSpan(slot * _targets));
        state.PromptTokens += request.PromptTokens;
        state.CachedTokens += cachedTokens;
        if (state.Count == state.Heap.Length) Array.Resize(ref state.Heap, state.Count * 2);
        SiftUp(state, state.Count++, slot);
        Count++;
    }

    /// <summary>
    /// Takes the next request of a class that has a target which is not busy. Its slot stays readable until the next
    /// <see cref="Add"/>; -1 when there is none.
    /// </summary>
    public int Take(long leastPrefillTokens)
    {
        for (int c = 0; c < _classes.Length; c++) _heads[c] = HeadCost(_classes[c], leastPrefillTokens);
        int sender = _turns.Next(_heads);
        if (sender < 0) return -1;
        int slot = _classes[sender].Heap[0];
        RemoveAt(_classes[sender], 0);
        _turns.Sent(sender, _entries[slot].Cost, _classes[sender].Count == 0);
        return slot;
    }

    /// <summary>Removes a request, if it waits.</summary>
    public void Remove(int request)
    {
        for (int c = 0; c < _classes.Length; c++)
        {
            ClassState state = _classes[c];
            for (int i = 0; i < state.Count; i++)
            {
                if (_entries[state.Heap[i]].Request.Id != request) continue;
                RemoveAt(state, i);
                if (state.Count == 0) _turns.Emptied(c);
                return;
            }
        }
    }

    // 0 when no request of the class may go.
    private long HeadCost(ClassState state, long leastPrefillTokens) =>
        state.Count == 0 || IsBusy(state, leastPrefillTokens) ? 0 : _entries[state.Heap[0]].Cost;

    // All targets have the same bounds, so all are busy when the lightest is.
    private bool IsBusy(ClassState state, long leastPrefillTokens) =>
        leastPrefillTokens > state.Policy.BusyTokens || leastPrefillTokens > state.Policy.BusyFraction * _tokenBudget;

    private static double Merit(RouterQueuePolicy policy, int priority, int cost, double nowMs)
    {
        double jump = Math.Max(priority, 0);
        double seconds = Math.Max(nowMs, 0) / 1000.0;
        return policy switch
        {
            RouterQueuePolicy.Fcfs => jump - seconds,
            RouterQueuePolicy.Lcfs => jump + seconds,
            _ => (1.0 + jump) / cost,
        };
    }

    private void CheckLimit(ClassState state, string what, long current, long? perTarget)
    {
        if (perTarget is not { } each) return;
        Int128 limit = (Int128)each * _targets;
        if (current < limit) return;
        throw Errors.RouterQueueFull.Error(
            $"router queue class {Quote.Of(state.Policy.Name)} is full: {current} {what}, limit {limit} ({each} per target); raise the " +
                "limit in the policy file or lower the load");
    }

    private void RemoveAt(ClassState state, int index)
    {
        int slot = state.Heap[index];
        ref RouterQueueEntry entry = ref _entries[slot];
        state.PromptTokens -= entry.Request.PromptTokens;
        state.CachedTokens -= entry.CachedTokens;
        int last = state.Heap[--state.Count];
        if (index < state.Count)
        {
            SiftDown(state, index, last);
            SiftUp(state, index, state.Heap[index]);
        }

        _entries.Free(slot);
        Count--;
    }

    private void SiftUp(ClassState state, int index, int slot)
    {
        while (index > 0)
        {
            int parent = (index - 1) >> 1;
            if (!_entries[slot].IsBefore(_entries[state.Heap[parent]])) break;
            state.Heap[index] = state.Heap[parent];
            index = parent;
        }

        state.Heap[index] = slot;
    }

    private void SiftDown(ClassState state, int index, int slot)
    {
        for (int child = index * 2 + 1; child < state.Count; child = index * 2 + 1)
        {
            if (child + 1 < state.Count && _entries[state.Heap[child + 1]].IsBefore(_entries[state.Heap[child]])) child++;
            if (!_entries[state.Heap[child]].IsBefore(_entries[slot])) break;
            state.Heap[index] = state.Heap[child];
            index = child;
        }

        state.Heap[index] = slot;
    }
}

/// <summary>A waiting request with the key that orders it, fixed when it was queued.</summary>
internal readonly record struct RouterQueueEntry
{
    public readonly RoutedRequest Request;
    public readonly int CachedTokens;
    public readonly int Cost;              // uncached prompt tokens, at least 1
    private readonly double _merit;
    private readonly long _sequence;

    public RouterQueueEntry(in RoutedRequest request, int cachedTokens, int cost, double merit, long sequence)
    {
        Request = request;
        CachedTokens = cachedTokens;
        Cost = cost;
        _merit = merit;
        _sequence = sequence;
    }

    /// <summary>Higher strict priority first, then higher merit, then who came first.</summary>
    public bool IsBefore(in RouterQueueEntry other)
    {
        if (Request.StrictPriority != other.Request.StrictPriority) return Request.StrictPriority > other.Request.StrictPriority;
        if (_merit != other._merit) return _merit > other._merit;
        return _sequence < other._sequence;
    }
}
