namespace AgentSim.Metrics;

/// <summary>How many requests wait for admission, as steps of the simulated time.</summary>
internal sealed class QueueOverTime
{
    private readonly double[] _arrivals;
    private readonly double[] _admissions;   // or the end of those that were never admitted

    /// <param name="arrivals">When each request came into the queue; is put in order.</param>
    /// <param name="admissions">When each left it, in the order of the arrivals; is put in order.</param>
    public QueueOverTime(double[] arrivals, double[] admissions)
    {
        for (int i = 0; i < arrivals.Length; i++) admissions[i] = Math.Max(arrivals[i], admissions[i]);
        (_arrivals, _admissions) = (Ordered(arrivals), Ordered(admissions));
    }

    public double FirstArrival => _arrivals[0];

    public double LastArrival => _arrivals[^1];

    public double LastAdmission => _admissions[^1];

    /// <summary>Number that waits at a time, those that come just then with them.</summary>
    public int At(double time) => AtMost(_arrivals, time) - AtMost(_admissions, time);

    /// <summary>The most up to the last arrival, and since when.</summary>
    public (int Count, double Time) Longest()
    {
        (int most, double at) = (0, FirstArrival);
        int left = 0;
        for (int come = 0; come < _arrivals.Length; come++)
        {
            while (left < _admissions.Length && _admissions[left] <= _arrivals[come]) left++;
            // Of those that come together the last one sees them all.
            if (come + 1 - left > most) (most, at) = (come + 1 - left, _arrivals[come]);
        }

        return (most, at);
    }

    /// <summary>True where nothing waits at some time between two times, of which the second is no later than the last arrival.</summary>
    public bool IsEmptyBetween(double from, double to)
    {
        int left = AtMost(_admissions, from);
        if (At(from) == 0) return true;
        // The queue is shortest just before something comes and at the end.
        for (int come = AtMost(_arrivals, from); come <= _arrivals.Length; come++)
        {
            double time = come < _arrivals.Length ? Math.Min(_arrivals[come], to) : to;
            while (left < _admissions.Length && _admissions[left] < time) left++;
            if (come <= left) return true;
            if (time >= to) return false;
        }

        return false;
    }

    /// <summary>The mean in each of some equal slices of the time between the first and the last arrival.</summary>
    public double[] Means(int slices)
    {
        double step = (LastArrival - FirstArrival) / slices;
        double[] waited = [.. Enumerable.Range(0, slices + 1).Select(edge => Waited(FirstArrival + edge * step))];
        return [.. Enumerable.Range(0, slices).Select(slice => (waited[slice + 1] - waited[slice]) / step)];
    }

    private static double[] Ordered(double[] times)
    {
        // Mostly they are in order as they come.
        for (int i = 1; i < times.Length; i++)
        {
            if (times[i - 1] <= times[i]) continue;
            Array.Sort(times);
            break;
        }

        return times;
    }

    // All that was waited up to a time.
    private double Waited(double time) => Sum(_arrivals, time) - Sum(_admissions, time);

    private static double Sum(double[] sorted, double time)
    {
        double sum = 0.0;
        for (int i = 0; i < sorted.Length && sorted[i] < time; i++) sum += time - sorted[i];
        return sum;
    }

    private static int AtMost(double[] sorted, double time)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (sorted[middle] <= time) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
