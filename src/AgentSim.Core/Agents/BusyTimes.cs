namespace AgentSim.Agents;

/// <summary>Per part of the time, how long at least one of some stretches of time runs.</summary>
internal sealed class BusyTimes
{
    private readonly List<(double Begin, double End)>[] _stretches = [.. Enumerable.Range(0, TimeSplit.Parts).Select(_ => new List<(double, double)>())];
    private readonly bool[] _isUnordered = new bool[TimeSplit.Parts];

    public void Clear()
    {
        foreach (List<(double, double)> part in _stretches) part.Clear();
        Array.Clear(_isUnordered);
    }

    /// <summary>Adds stretches of time, as far as they lie before an end.</summary>
    public void Add(ReadOnlySpan<Segment> segments, double until)
    {
        foreach (ref readonly Segment segment in segments)
        {
            if (!(segment.Begin < until)) continue;
            int part = (int)segment.Part;
            List<(double Begin, double End)> stretches = _stretches[part];
            double end = Math.Min(segment.End, until);
            if (stretches.Count > 0 && segment.Begin < stretches[^1].Begin) _isUnordered[part] = true;
            // Mostly one goes on where the one before ended, or runs within it.
            else if (stretches.Count > 0 && segment.Begin <= stretches[^1].End)
            {
                if (end > stretches[^1].End) stretches[^1] = (stretches[^1].Begin, end);
                continue;
            }

            stretches.Add((segment.Begin, end));
        }
    }

    /// <summary>Adds what another one holds.</summary>
    public void Add(BusyTimes other)
    {
        for (int part = 0; part < _stretches.Length; part++)
        {
            if (other._stretches[part].Count == 0) continue;
            _isUnordered[part] |= _stretches[part].Count > 0 || other._isUnordered[part];
            _stretches[part].AddRange(other._stretches[part]);
        }
    }

    /// <summary>The milliseconds of every part.</summary>
    public void Sum(Span<double> parts)
    {
        for (int part = 0; part < _stretches.Length; part++)
        {
            List<(double Begin, double End)> stretches = _stretches[part];
            if (_isUnordered[part]) stretches.Sort(static (a, b) => a.Begin.CompareTo(b.Begin));
            double sum = 0.0, until = double.NegativeInfinity;
            foreach ((double begin, double end) in stretches)
            {
                if (end <= until) continue;
                sum += end - Math.Max(begin, until);
                until = end;
            }

            parts[part] = sum;
        }
    }
}
