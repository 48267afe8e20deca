using System.Diagnostics;
using AgentSim.Collections;

namespace AgentSim.Agents;

/// <summary>A stretch of time of one request, simulated milliseconds.</summary>
internal readonly record struct Segment(TimePart Part, double Begin, double End, int Request)
{
    public double Length => End - Begin;
}

/// <summary>Stretches of time put one behind the other without gaps; those without length are left out.</summary>
internal struct Segments
{
    private GrowList<Segment> _list;
    private double _at;
    private double _end;
    private int _request;
    private int _apart;

    /// <summary>All that were put, request by request.</summary>
    public readonly ReadOnlySpan<Segment> All => _list.AsSpan();

    public void Clear()
    {
        _list.Clear();
        _apart = 0;
    }

    /// <summary>What is put from now on is not joined with what was put before.</summary>
    public void SetApart() => _apart = _list.Count;

    /// <summary>From now on time between these two is put.</summary>
    public void Begin(int request, double begin, double end) => (_request, _at, _end) = (request, begin, end);

    /// <summary>Puts the time up to <paramref name="end"/>; NaN stands for all that is left.</summary>
    public void Put(TimePart part, double end)
    {
        if (!(end <= _end)) end = _end;
        if (!(end > _at)) return;
        if (_list.Count > _apart)
        {
            ref Segment last = ref _list[_list.Count - 1];
            if (last.Part == part && last.Request == _request && last.End == _at)
            {
                last = last with { End = end };
                _at = end;
                return;
            }
        }

        _list.Add(new Segment(part, _at, end, _request));
        _at = end;
    }

    /// <summary>Puts what is left.</summary>
    public void PutRest(TimePart part)
    {
        Put(part, _end);
        Debug.Assert(_at >= _end, "nothing may be left over");
    }
}
