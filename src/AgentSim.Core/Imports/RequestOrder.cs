namespace AgentSim.Imports;

/// <summary>The order of requests: by start, end and id; everything that decides is in their content.</summary>
internal static class RequestOrder
{
    public static int Compare(SourceRequest? x, SourceRequest? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        int order = x.StartMs.CompareTo(y.StartMs);
        if (order == 0) order = x.EndMs.CompareTo(y.EndMs);
        if (order == 0) order = x.Sequence.CompareTo(y.Sequence);
        if (order == 0) order = string.CompareOrdinal(x.Session?.Name, y.Session?.Name);
        if (order == 0) order = string.CompareOrdinal(x.SourceId, y.SourceId);
        if (order == 0) order = string.CompareOrdinal(x.Format, y.Format);
        if (order == 0) order = string.CompareOrdinal(x.Place.Path, y.Place.Path);
        return order != 0 ? order : x.Place.Line.CompareTo(y.Place.Line);
    }

    public static int Compare(SourceTool x, SourceTool y)
    {
        int order = x.StartMs.CompareTo(y.StartMs);
        if (order == 0) order = x.EndMs.CompareTo(y.EndMs);
        if (order == 0) order = string.CompareOrdinal(x.Session.Name, y.Session.Name);
        if (order == 0) order = string.CompareOrdinal(x.CallId, y.CallId);
        if (order == 0) order = string.CompareOrdinal(x.Place.Path, y.Place.Path);
        return order != 0 ? order : x.Place.Line.CompareTo(y.Place.Line);
    }
}
