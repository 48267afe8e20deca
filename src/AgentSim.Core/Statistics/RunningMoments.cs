namespace AgentSim.Statistics;

/// <summary>
/// Count, mean, squared deviations and extremes of a stream of samples with multiplicities.
/// Samples are first summed relative to the mean so far and folded in now and then, which costs no division a sample;
/// as no more than a fixed multiple of what is already folded may wait, the result stays as exact as folding one by one.
/// </summary>
internal struct RunningMoments
{
    private const long LargestWait = 1 << 16;
    private const long WaitingPerFolded = 64;

    private long _folded;
    private double _mean;
    private double _squares;

    private long _waiting;
    private long _mayWait;
    private double _sum;          // of (sample - _mean), waiting ones
    private double _sumOfSquares;

    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;

    public RunningMoments()
    {
    }

    public readonly long Count => _folded + _waiting;

    public readonly double Min => Count == 0 ? 0.0 : _min;

    public readonly double Max => Count == 0 ? 0.0 : _max;

    public void Add(double value, long multiplicity)
    {
        Widen(value);
        AddWithin(value, multiplicity);
    }

    /// <summary>There is, or will be, a sample of this value: it counts for the extremes alone.</summary>
    public void Widen(double value)
    {
        if (value < _min) _min = value;
        if (value > _max) _max = value;
    }

    /// <summary>Adds samples that hardly differ from their mean, and whose extremes were told by <see cref="Widen"/>.</summary>
    public void AddWithin(double value, long multiplicity)
    {
        if (_waiting + multiplicity > _mayWait)
        {
            FoldWaiting();
            if (multiplicity > _mayWait)
            {
                Fold(multiplicity, value, 0.0);
                return;
            }
        }

        double deviation = value - _mean;
        double weighted = deviation * multiplicity;
        _waiting += multiplicity;
        _sum += weighted;
        _sumOfSquares += weighted * deviation;
    }

    /// <summary>Adds <paramref name="count"/> samples of known mean and squared deviations from it.</summary>
    public void AddGroup(long count, double mean, double squares, double min, double max)
    {
        if (min < _min) _min = min;
        if (max > _max) _max = max;
        FoldWaiting();
        Fold(count, mean, squares);
    }

    public void Merge(RunningMoments other)
    {
        if (other.Count == 0) return;
        FoldWaiting();
        other.FoldWaiting();
        Fold(other._folded, other._mean, other._squares);
        _min = Math.Min(_min, other._min);
        _max = Math.Max(_max, other._max);
    }

    public readonly (double Mean, double Std) Result()
    {
        if (Count == 0) return default;
        RunningMoments all = this;
        all.FoldWaiting();
        return (all._mean, Math.Sqrt(all._squares / all._folded));
    }

    private void FoldWaiting()
    {
        if (_waiting == 0) return;
        double shift = _sum / _waiting;
        double squares = Math.Max(0.0, _sumOfSquares - _sum * shift);
        long count = _waiting;
        _waiting = 0;
        _sum = _sumOfSquares = 0.0;
        Fold(count, _mean + shift, squares);
    }

    private void Fold(long count, double mean, double squares)
    {
        long total = _folded + count;
        double delta = mean - _mean;
        double share = (double)count / total;
        _mean += delta * share;
        _squares += squares + delta * delta * share * _folded;
        _folded = total;
        _mayWait = Math.Min(LargestWait, WaitingPerFolded * total);
    }
}
