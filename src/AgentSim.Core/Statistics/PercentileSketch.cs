using System.Runtime.CompilerServices;

namespace AgentSim.Statistics;

/// <summary>Counts of samples by logarithmic bucket (behaviour 06#3.2); its percentiles are bucket representatives.</summary>
internal sealed class PercentileSketch
{
    private const int Slack = 512;

    private long[] _counts = [];
    private int _firstKey;
    private long _zeros;
    private long _total;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int key, long multiplicity)
    {
        _total += multiplicity;
        uint slot = (uint)(key - _firstKey);
        if (slot < (uint)_counts.Length) _counts[slot] += multiplicity;
        else AddOutside(key, multiplicity);
    }

    public void Merge(PercentileSketch other)
    {
        if (other._zeros > 0) Add(LogBuckets.ZeroKey, other._zeros);
        for (int i = 0; i < other._counts.Length; i++)
        {
            if (other._counts[i] > 0) Add(other._firstKey + i, other._counts[i]);
        }
    }

    /// <summary>Representative of the bucket that holds the sample at a 0-based rank.</summary>
    public double At(long rank)
    {
        long seen = _zeros;
        if (rank < seen || rank >= _total) return 0.0;
        int slot = -1;
        while (seen <= rank) seen += _counts[++slot];
        return LogBuckets.Representative(_firstKey + slot);
    }

    /// <summary>The representatives of all buckets that hold samples, in ascending order, with the number of their samples.</summary>
    public IEnumerable<(double Value, long Count)> Samples
    {
        get
        {
            if (_zeros > 0) yield return (0.0, _zeros);
            for (int slot = 0; slot < _counts.Length; slot++)
            {
                if (_counts[slot] > 0) yield return (LogBuckets.Representative(_firstKey + slot), _counts[slot]);
            }
        }
    }

    private void AddOutside(int key, long multiplicity)
    {
        if (key == LogBuckets.ZeroKey)
        {
            _zeros += multiplicity;
            return;
        }

        bool empty = _counts.Length == 0;
        int first = empty ? key - Slack : Math.Min(_firstKey, key - Slack);
        int end = empty ? key + Slack : Math.Max(_firstKey + _counts.Length, key + Slack);
        var wider = new long[end - first];
        _counts.CopyTo(wider, empty ? 0 : _firstKey - first);
        _counts = wider;
        _firstKey = first;
        _counts[key - first] += multiplicity;
    }
}
