using AgentSim.Collections;

namespace AgentSim.Agents;

/// <summary>Per part of the time, how long at least one of some stretches of time runs.</summary>
internal sealed class BusyTimes
{
    private readonly Stretches[] _parts = [.. Enumerable.Range(0, TimeSplit.Parts).Select(_ => new Stretches())];

    public void Clear()
    {
        foreach (Stretches part in _parts) part.Clear();
    }

    /// <summary>Adds stretches of time, as far as they lie before an end.</summary>
    public void Add(ReadOnlySpan<Segment> segments, double until)
    {
        foreach (ref readonly Segment segment in segments)
        {
            if (segment.Begin < until) _parts[(int)segment.Part].Add(segment.Begin, Math.Min(segment.End, until));
        }
    }

    /// <summary>The milliseconds of every part.</summary>
    public void Sum(Span<double> parts)
    {
        for (int part = 0; part < _parts.Length; part++) parts[part] = _parts[part].Sum();
    }

    private sealed class Stretches
    {
        private GrowList<double> _begins;
        private GrowList<double> _ends;
        private bool _isUnordered;

        public void Clear()
        {
            _begins.Clear();
            _ends.Clear();
            _isUnordered = false;
        }

        public void Add(double begin, double end)
        {
            int last = _begins.Count - 1;
            if (last >= 0 && begin < _begins[last])
            {
                _isUnordered = true;
            }
            else if (last >= 0 && begin <= _ends[last])
            {
                // Mostly one goes on where the one before ended, or runs within it.
                if (end > _ends[last]) _ends[last] = end;
                return;
            }

            _begins.Add(begin);
            _ends.Add(end);
        }

        public double Sum()
        {
            if (_isUnordered) _begins.Items.Sort(_ends.Items);
            double sum = 0.0, until = double.NegativeInfinity;
            for (int i = 0; i < _begins.Count; i++)
            {
                if (_ends[i] <= until) continue;
                sum += _ends[i] - Math.Max(_begins[i], until);
                until = _ends[i];
            }

            return sum;
        }
    }
}
