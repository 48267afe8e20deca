namespace AgentSim.Reports.Html;

/// <summary>How many of something there are over time: the mean in each of a number of equal slices of the time from 0 on.</summary>
internal sealed class TimeBins
{
    private readonly double _stepMs;
    private readonly double[] _partial;   // shares of a slice in which something began or ended
    private readonly int[] _change;       // how many more there are from a slice on, for its whole length

    public TimeBins(double endMs, int slices)
    {
        _stepMs = endMs / slices;
        _partial = new double[slices];
        _change = new int[slices + 1];
    }

    /// <summary>Something is there from one time to another.</summary>
    public void Add(double fromMs, double toMs)
    {
        if (!(toMs > fromMs)) return;
        int first = Slice(fromMs), last = Slice(toMs);
        if (first == last)
        {
            _partial[first] += (toMs - fromMs) / _stepMs;
            return;
        }

        _partial[first] += first + 1 - fromMs / _stepMs;
        _partial[last] += toMs / _stepMs - last;
        _change[first + 1]++;
        _change[last]--;
    }

    public double[] Means()
    {
        var means = new double[_partial.Length];
        int whole = 0;
        for (int slice = 0; slice < means.Length; slice++)
        {
            whole += _change[slice];
            means[slice] = whole + _partial[slice];
        }

        return means;
    }

    private int Slice(double timeMs) => Math.Clamp((int)(timeMs / _stepMs), 0, _partial.Length - 1);
}
