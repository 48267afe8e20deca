namespace AgentSim.Imports;

/// <summary>Keeps one of each set of copies: rows are copied into other files when a session is resumed or forked.</summary>
internal static class Copies
{
    /// <summary>The requests to keep; the others say which one stands for them.</summary>
    public static List<SourceRequest> KeepRequests(ImportSink sink)
    {
        var kept = new Dictionary<(string Format, string? Session, string Id), SourceRequest>();
        long repeated = 0;
        foreach (SourceRequest request in sink.Requests)
        {
            (string, string?, string) key = request.GlobalId is { } id ? (request.Format, null, "g:" + id)
                : (request.Format, request.Session?.Name ?? request.Place.Path, "s:" + request.SourceId);
            if (kept.TryAdd(key, request)) continue;
            repeated++;
            SourceRequest other = kept[key];
            bool isBetter = Preferred(request, other) < 0;
            (SourceRequest winner, SourceRequest loser) = isBetter ? (request, other) : (other, request);
            kept[key] = winner;
            loser.KeptCopy = winner;
        }

        sink.Drop(DropReason.Repeated, repeated);
        return [.. kept.Values];
    }

    /// <summary>The tool calls to keep: those of requests that are kept, each once in its session.</summary>
    public static List<SourceTool> KeepTools(ImportSink sink)
    {
        var kept = new Dictionary<(SourceSession Session, string Id), SourceTool>();
        foreach (SourceTool tool in sink.Tools)
        {
            if (tool.Source is { KeptCopy: not null }) continue;
            if (kept.TryGetValue((tool.Session, tool.CallId), out SourceTool? other) && RequestOrder.Compare(other, tool) <= 0) continue;
            kept[(tool.Session, tool.CallId)] = tool;
        }

        return [.. kept.Values];
    }

    private static int Preferred(SourceRequest x, SourceRequest y)
    {
        if (x.IsCopy != y.IsCopy) return x.IsCopy ? 1 : -1;
        if (x.IsContextOnly != y.IsContextOnly) return x.IsContextOnly ? 1 : -1;
        // Copies may have the time of the copying, which is later.
        int order = x.StartMs.CompareTo(y.StartMs);
        if (order == 0) order = string.CompareOrdinal(x.Session?.Name, y.Session?.Name);
        return order != 0 ? order : RequestOrder.Compare(x, y);
    }
}
