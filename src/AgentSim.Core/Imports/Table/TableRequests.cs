using System.Globalization;

namespace AgentSim.Imports.Table;

/// <summary>
/// Turns rows into requests. Rows with ids of blocks have exactly their prompts; of a session without ids, each prompt is taken
/// to go on from the one before as long as lengths grow; rows without either share nothing.
/// </summary>
internal sealed class TableRequests(TableFormat format, TablePreset? preset, ImportSink sink)
{
    private const double MaxMs = 2.5e14;   // in the year 9892


    /// <summary>Hands over the rows of a file.</summary>
    public void Add(string path, IReadOnlyList<TableRow> rows)
    {
        if (rows.Count == 0) return;
        Warn(rows);
        Dictionary<TableRow, string>? chats = rows.Any(row => row.ParentTurn is not null)
            ? TableChats.Roots(rows, SourceNames.Stem(path)) : null;
        foreach (IGrouping<string?, TableRow> session in rows.GroupBy(row => chats?.GetValueOrDefault(row) ?? row.Session))
        {
            if (session.Key is { } name) AddSession(name, [.. session], path);
            else foreach (TableRow row in session)
                Add(row, null, Prompt(row, null, new RecordedIds(sink.Identity, Scope(path), BlockTokens)));
        }
    }

    private int BlockTokens => preset?.BlockTokens ?? sink.Options.BlockSize(null);

    // Data sets number their blocks from 0; two files are two data sets as far as anybody knows.
    private static string Scope(string path) => "table " + SourceNames.Stem(path);

    private void AddSession(string name, List<TableRow> rows, string path)
    {
        SourceSession session = sink.Session(format, name);
        if (rows.Find(row => row.Parent is not null && row.Parent != name)?.Parent is { } parent)
            session.Parent = sink.Session(format, parent);
        rows.Sort((x, y) => x.StartMs != y.StartMs ? x.StartMs.CompareTo(y.StartMs) : x.Place.Line.CompareTo(y.Place.Line));
        var recorded = new RecordedIds(sink.Identity, Scope(path), BlockTokens);
        SourceRequest? before = null;
        foreach (TableRow row in rows)
        {
            SourcePrompt prompt = Prompt(row, before, recorded);
            SourceRequest request = Add(row, session, prompt);
            if (prompt is RecordedPrompt) recorded.Follow(request);
            before = request;
        }
    }

    private SourcePrompt Prompt(TableRow row, SourceRequest? before, RecordedIds recorded)
    {
        if (row.Ids is { } ids) return recorded.Next(ids.AsSpan(0, (int)Math.Min(ids.Length, row.Input / BlockTokens)));
        return new ChainedPrompt { Predecessor = before is not null && row.Input >= before.InputTokens ? before : null };
    }

    private SourceRequest Add(TableRow row, SourceSession? session, SourcePrompt prompt)
    {
        long start = Milliseconds(row.StartMs), end = row.EndMs is { } ended ? Milliseconds(ended) : start;
        string line = row.Place.Line.ToString(CultureInfo.InvariantCulture);
        var request = new SourceRequest
        {
            Session = session,
            SourceId = row.Id ?? line,
            GlobalId = preset?.HasGlobalIds == true && row.Id is { } id ? $"{preset.Name}:{id}" : null,
            Sequence = row.Place.Line,
            Place = row.Place,
            StartMs = start,
            EndMs = end,
            Times = row.EndMs is null ? TimeOrigin.Estimated : TimeOrigin.Recorded,
            InputTokens = row.Input,
            CachedTokens = row.Cached,
            OutputTokens = row.Output,
            TtftMs = row.TtftMs,
            FinishReason = row.FinishReason,
            ToolCalls = row.ToolCalls,
            Model = row.Model,
            Prompt = session is null && prompt is ChainedPrompt ? null : prompt,
        };
        sink.Add(format, request);
        return request;
    }

    private void Warn(IReadOnlyList<TableRow> rows)
    {
        if (rows.Any(row => row.EndMs is null))
            sink.Warnings.Add("tables without ends of requests: each is taken to have ended when it started, so that pauses within " +
                "sessions hold the time of the answers, too");
        if (rows.Any(row => row.Ids is null && (row.Session ?? row.ParentTurn) is not null))
            sink.Warnings.Add("tables with sessions but without the text or the blocks of prompts: the prompts of a session are taken to " +
                "go on from each other as long as they grow");
    }

    private static long Milliseconds(double value) => (long)Math.Round(Math.Clamp(value, -MaxMs, MaxMs), MidpointRounding.AwayFromZero);
}

/// <summary>Conversations of rows that name the turn they go on from: all that come from one first turn are one.</summary>
internal static class TableChats
{
    /// <summary>The name of each row's conversation.</summary>
    /// <param name="rows">The rows of a file.</param>
    /// <param name="file">What the file is called; files number their turns alike.</param>
    public static Dictionary<TableRow, string> Roots(IReadOnlyList<TableRow> rows, string file)
    {
        var byId = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        foreach (TableRow row in rows)
        {
            if (row.Id is { } id) byId.TryAdd(id, row);
        }

        var names = new Dictionary<TableRow, string>();
        foreach (TableRow row in rows)
        {
            TableRow root = row;
            var seen = new HashSet<TableRow> { row };
            while (root.ParentTurn is { } parent && byId.TryGetValue(parent, out TableRow? before) && seen.Add(before)) root = before;
            names[row] = $"{file}/{root.Id ?? FormattableString.Invariant($"line{root.Place.Line}")}";
        }

        return names;
    }
}
