using System.Text;
using AgentSim.Traces;

namespace AgentSim.Tests.Lowering;

/// <summary>The agentic lowering, word for word as behaviour 01#3 puts it and without regard to speed.</summary>
internal static class PlainLowering
{
    public sealed class Row
    {
        public required RequestRecord Request { get; init; }
        public List<Row> WaitFor { get; set; } = [];
        public List<Row> Branches { get; set; } = [];
        public double? Delay { get; set; }
        public double ToolWait { get; set; }
        public List<ToolRecord> Tools { get; } = [];
        public long Start => Request.ReceivedUnixMs;
        public long End => Request.EndUnixMs;
    }

    /// <summary>The rows in output order; null if they wait for each other in a circle.</summary>
    public static List<Row>? Rows(IReadOnlyList<TraceRecord> records)
    {
        List<Row> rows = [.. records.OfType<RequestRecord>().Select(request => new Row { Request = request })
            .OrderBy(row => row.Start).ThenBy(row => row.End)
            .ThenBy(row => Convert.ToHexString(Encoding.UTF8.GetBytes(row.Request.RequestId)), StringComparer.Ordinal)];
        List<ToolRecord> tools = [.. records.OfType<ToolRecord>()
            .Where(tool => tool.SessionId is not null && tool.EndUnixMs >= tool.StartUnixMs)];
        Dictionary<string, List<Row>> sessions = rows.GroupBy(row => row.Request.SessionId!)
            .ToDictionary(group => group.Key, group => group.ToList());
        foreach (List<Row> session in sessions.Values)
        {
            for (int i = 1; i < session.Count; i++) session[i].WaitFor.Add(session[i - 1]);
        }

        foreach (List<Row> child in sessions.Values) Connect(child, sessions, tools, rows);
        foreach (Row row in rows)
        {
            row.Branches = [.. row.Branches.Distinct().OrderBy(rows.IndexOf)];
            Row? previous = Previous(row, sessions);
            row.WaitFor = [.. row.WaitFor.Distinct().OrderBy(other => other == previous ? -1 : rows.IndexOf(other))];
        }

        if (HasCycle(rows)) return null;
        foreach (Row row in rows.Where(row => row.WaitFor.Count > 0)) AddTools(row, Previous(row, sessions), tools);
        return rows;
    }

    private static Row? Previous(Row row, Dictionary<string, List<Row>> sessions)
    {
        List<Row> session = sessions[row.Request.SessionId!];
        int index = session.IndexOf(row);
        return index == 0 ? null : session[index - 1];
    }

    private static void Connect(List<Row> child, Dictionary<string, List<Row>> sessions, List<ToolRecord> tools, List<Row> rows)
    {
        string? parentName = child.Select(row => row.Request.ParentSessionId).FirstOrDefault(name => name is not null);
        if (parentName is null || !sessions.TryGetValue(parentName, out List<Row>? parent)) return;
        Row first = child[0];
        Row last = child.OrderBy(row => row.End).ThenBy(row => row.Start).ThenBy(rows.IndexOf).Last();
        ToolCausality? causality = tools.Find(tool => tool.Causality?.ChildSessionId == first.Request.SessionId)?.Causality;
        Row? spawn = causality is null
            ? parent.LastOrDefault(row => row.Start <= first.Start)
            : rows.Find(row => row.Request.RequestId == causality.SourceRequestId);
        Row? join = causality is null
            ? parent.Find(row => row.Start >= last.End)
            : rows.Find(row => row.Request.RequestId == causality.ConsumerRequestId);
        if (spawn is not null)
        {
            first.WaitFor.Add(spawn);
            spawn.Branches.Add(first);
        }

        join?.WaitFor.Add(last);
    }

    private static bool HasCycle(List<Row> rows)
    {
        var done = new HashSet<Row>();
        while (rows.Exists(row => !done.Contains(row)))
        {
            int before = done.Count;
            done.UnionWith(rows.Where(row => row.WaitFor.TrueForAll(done.Contains)).ToList());
            if (done.Count == before) return true;
        }

        return false;
    }

    private static void AddTools(Row row, Row? previous, List<ToolRecord> tools)
    {
        long ready = row.WaitFor.Max(other => other.End);
        long gap = Math.Max(0, row.Start - ready);
        long windowStart = previous?.Start ?? ready;
        var covered = new HashSet<long>();
        foreach (ToolRecord tool in tools.Where(tool => tool.SessionId == row.Request.SessionId).OrderBy(tool => tool.StartUnixMs)
            .ThenBy(tool => tool.EndUnixMs))
        {
            bool included = tool.Causality?.ConsumerRequestId is { } consumer
                ? consumer == row.Request.RequestId
                : tool.Causality?.ExecutionMode != "background" && tool.EndUnixMs > windowStart && tool.EndUnixMs <= row.Start;
            if (!included) continue;
            row.Tools.Add(tool);
            for (long ms = Math.Max(tool.StartUnixMs, ready); ms < Math.Min(tool.EndUnixMs, row.Start); ms++) covered.Add(ms);
        }

        row.ToolWait = Math.Min(covered.Count, gap);
        row.Delay = Math.Max(0, gap - row.ToolWait);
    }
}
