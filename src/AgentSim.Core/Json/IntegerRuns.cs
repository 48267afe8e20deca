using System.Collections;

namespace AgentSim.Json;

/// <summary>A list of integers most of which are one more than the one before, held as the runs of such.</summary>
internal sealed class IntegerRuns : IReadOnlyList<ulong>
{
    private readonly List<(ulong First, int Count)> _runs = new(4);
    private ulong _first;   // the last run, not yet in the list
    private int _length;

    public int Count { get; private set; }

    public ulong this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            for (int run = 0; ; index -= Run(run++).Count)
            {
                if (index < Run(run).Count) return Run(run).First + (uint)index;
            }
        }
    }

    /// <summary>How many runs there are.</summary>
    public int RunCount => _runs.Count + (_length > 0 ? 1 : 0);

    /// <summary>A run.</summary>
    public (ulong First, int Count) Run(int index) => index < _runs.Count ? _runs[index] : (_first, _length);

    /// <summary>Appends integers that follow each other.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many there are.</param>
    public void Add(ulong first, int count)
    {
        Count += count;
        if (_length > 0 && first == _first + (uint)_length)
        {
            _length += count;
            return;
        }

        if (_length > 0) _runs.Add((_first, _length));
        (_first, _length) = (first, count);
    }

    public IEnumerator<ulong> GetEnumerator()
    {
        for (int run = 0; run < RunCount; run++)
        {
            (ulong first, int count) = Run(run);
            for (int i = 0; i < count; i++) yield return first + (uint)i;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
