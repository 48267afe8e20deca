namespace AgentSim.Workload;

/// <summary>
/// A priority queue of (ready time, index), earliest time first and the lower index first among equals
/// (behaviour 01#10.2). What is known at the start is sorted once; only what becomes ready later goes
/// through a heap, which so never holds more than the requests whose think time or tool call is running.
/// </summary>
internal sealed class ReadyQueue
{
    private readonly record struct Entry(double Time, int Index)
    {
        public bool Before(in Entry other) => Time < other.Time || (Time == other.Time && Index < other.Index);
    }

    private Entry[] _initial = new Entry[16];
    private int _initialCount;
    private int _next;
    private Entry[] _heap = new Entry[16];
    private int _count;

    /// <summary>Makes room for some number of entries known at the start; without it there is room for few, and it grows.</summary>
    public void Expect(int count) => Array.Resize(ref _initial, Math.Max(count, _initialCount));

    /// <summary>Adds an entry known at the start; <see cref="SortInitial"/> follows the last one.</summary>
    public void AddInitial(double time, int index)
    {
        if (_initialCount == _initial.Length) Array.Resize(ref _initial, Math.Max(16, _initialCount * 2));
        _initial[_initialCount++] = new Entry(time, index);
    }

    /// <summary>Puts the entries known at the start in order; call once, before anything is taken.</summary>
    public void SortInitial()
    {
        // Traces mostly are in order already.
        int sorted = 1;
        while (sorted < _initialCount && _initial[sorted - 1].Before(_initial[sorted])) sorted++;
        if (sorted < _initialCount)
            _initial.AsSpan(0, _initialCount).Sort((a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Index.CompareTo(b.Index));
        NextTime = TimeOfFirst();
    }

    public bool IsEmpty => _next == _initialCount && _count == 0;

    /// <summary>Time of the first entry, infinity when there is none. It is asked for far more often than it changes.</summary>
    public double NextTime { get; private set; } = double.PositiveInfinity;

    public void Add(double time, int index)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
        Entry entry = new(time, index);
        int at = _count++;
        while (at > 0)
        {
            int parent = (at - 1) >> 1;
            if (!entry.Before(_heap[parent])) break;
            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = entry;
        if (time < NextTime) NextTime = time;
    }

    /// <summary>Takes the first entry if it is due at <paramref name="now"/>.</summary>
    public bool TryTake(double now, out int index, out double time)
    {
        (index, time) = (-1, NextTime);
        if (!(time <= now) || IsEmpty) return false;
        Entry first = IsHeapFirst ? _heap[0] : _initial[_next];
        (index, time) = (first.Index, first.Time);
        RemoveFirst();
        return true;
    }

    /// <summary>The index of the first entry; false when there is none.</summary>
    public bool TryPeek(out int index)
    {
        index = IsEmpty ? -1 : (IsHeapFirst ? _heap[0] : _initial[_next]).Index;
        return index >= 0;
    }

    /// <summary>Removes the first entry.</summary>
    public void RemoveFirst()
    {
        if (IsHeapFirst) RemoveTop();
        else _next++;
        NextTime = TimeOfFirst();
    }

    private double TimeOfFirst()
    {
        double time = _next < _initialCount ? _initial[_next].Time : double.PositiveInfinity;
        return _count > 0 && _heap[0].Time < time ? _heap[0].Time : time;
    }

    private bool IsHeapFirst => _count > 0 && (_next == _initialCount || _heap[0].Before(_initial[_next]));

    private void RemoveTop()
    {
        Entry last = _heap[--_count];
        int at = 0;
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _count) break;
            if (child + 1 < _count && _heap[child + 1].Before(_heap[child])) child++;
            if (!_heap[child].Before(last)) break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
    }
}
