namespace AgentSim.Agents;

/// <summary>
/// The times of sessions that do one thing after the other, as most do: found together with those of their task, so that what their
/// requests did need not be looked at again. For each part how long the session was busy with it, then its share of the critical path.
/// </summary>
internal sealed class InTurnTimes(int sessions)
{
    private const int Numbers = 2 * TimeSplit.Parts;

    private readonly double[] _times = new double[sessions * Numbers];
    private readonly bool[] _isKnown = new bool[sessions];

    /// <summary>The times of a session; empty where they are not known.</summary>
    public ReadOnlySpan<double> Find(int session) => _isKnown[session] ? _times.AsSpan(session * Numbers, Numbers) : default;

    /// <summary>Adds a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="segments">All it did, one behind the other. With tools among them, which have names, it is left out.</param>
    public void Add(int session, ReadOnlySpan<Segment> segments)
    {
        Span<double> begins = stackalloc double[TimeSplit.Parts], ends = stackalloc double[TimeSplit.Parts];
        begins.Clear();
        ends.Fill(double.NegativeInfinity);
        Span<double> busy = _times.AsSpan(session * Numbers, TimeSplit.Parts);
        Span<double> critical = _times.AsSpan((session * Numbers) + TimeSplit.Parts, TimeSplit.Parts);
        // Both as their definitions add: BusyTimes joins what goes on, critical paths begin with the last link.
        foreach (ref readonly Segment segment in segments)
        {
            int part = (int)segment.Part;
            if (segment.Part == TimePart.Tool) return;
            if (segment.Begin <= ends[part])
            {
                ends[part] = Math.Max(ends[part], segment.End);
                continue;
            }

            if (ends[part] > begins[part]) busy[part] += ends[part] - begins[part];
            (begins[part], ends[part]) = (segment.Begin, segment.End);
        }

        for (int part = 0; part < TimeSplit.Parts; part++)
        {
            if (ends[part] > begins[part]) busy[part] += ends[part] - begins[part];
        }

        for (int link = segments.Length - 1; link >= 0; link--) critical[(int)segments[link].Part] += segments[link].Length;
        _isKnown[session] = true;
    }
}
