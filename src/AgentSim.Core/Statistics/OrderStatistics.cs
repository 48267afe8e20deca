namespace AgentSim.Statistics;

/// <summary>
/// The k-th smallest of a list, for ascending k. A few ranks do not need the whole list sorted: each look-up partitions
/// what lies behind the one before, until the asked place is settled. The list itself is put in another order.
/// </summary>
internal ref struct OrderStatistics(Span<double> samples)
{
    private const int ShortPart = 16;

    private readonly Span<double> _values = samples;
    private int _settled;   // everything before is in its place

    /// <summary>The sample of the given 0-based rank, which must not be lower than the one before.</summary>
    public double At(int rank)
    {
        int first = Math.Min(_settled, rank), last = _values.Length - 1;
        // With a bad run of pivots, sorting what is left bounds the work.
        for (int attempts = 64; last - first >= ShortPart; attempts--)
        {
            if (attempts == 0)
            {
                _values.Slice(first, last - first + 1).Sort();
                break;
            }

            (int left, int right) = Partition(first, last);
            if (rank <= right) last = right;
            else if (rank >= left) first = left;
            else (first, last) = (rank, rank);
        }

        InsertionSort(first, last);
        _settled = rank;
        return _values[rank];
    }

    // Afterwards everything up to `right` is at most the pivot, everything from `left` on at least; between them are pivots.
    private readonly (int Left, int Right) Partition(int first, int last)
    {
        double pivot = MedianOfThree(_values[first], _values[first + ((last - first) >> 1)], _values[last]);
        int left = first, right = last;
        while (left <= right)
        {
            while (_values[left] < pivot) left++;
            while (_values[right] > pivot) right--;
            if (left > right) break;
            (_values[left], _values[right]) = (_values[right], _values[left]);
            left++;
            right--;
        }

        return (left, right);
    }

    private readonly void InsertionSort(int first, int last)
    {
        for (int i = first + 1; i <= last; i++)
        {
            double value = _values[i];
            int at = i;
            for (; at > first && _values[at - 1] > value; at--) _values[at] = _values[at - 1];
            _values[at] = value;
        }
    }

    private static double MedianOfThree(double a, double b, double c)
    {
        if (a > b) (a, b) = (b, a);
        return c < a ? a : c > b ? b : c;
    }
}
