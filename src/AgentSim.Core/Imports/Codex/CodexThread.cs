using System.Globalization;

namespace AgentSim.Imports.Codex;

/// <summary>
/// A thread: the lines of all its files, each once. A thread may be in two files – one of them archived, or the second
/// going on from the first. Threads that were forked and sub-agents begin with a copy of another thread's history, which is
/// context, but none of their own requests.
/// </summary>
internal sealed class CodexThread
{
    private const long SlackMs = 1000;   // times of turns are partly whole seconds

    private CodexThread(string id, List<CodexEvent> events, CodexMeta? meta) => (Id, Events, Meta) = (id, events, meta);

    public string Id { get; }

    public List<CodexEvent> Events { get; }

    public CodexMeta? Meta { get; }

    /// <summary>The number of leading events that were copied from another thread.</summary>
    public int OwnFrom { get; private set; }

    /// <summary>Whether there is a copied history of which it cannot be seen where it ends.</summary>
    public bool IsUnclear { get; private set; }

    /// <summary>The thread whose history comes before its own lines, in its file or not.</summary>
    public string? OriginId => Meta is null ? null : Meta.HistoryBase?.ThreadId ?? Meta.ForkedFromId ?? Meta.ParentId;

    /// <summary>Whether it goes on from another thread's history instead of beginning afresh.</summary>
    public bool IsForked => Meta is { HistoryBase: not null } or { ForkedFromId: not null } || HasCopies;

    // Copies bring the header of their own thread with them.
    private bool HasCopies => Events.Any(found => found is CodexMeta other && other.ThreadId != Meta!.ThreadId);

    /// <summary>Makes threads of files.</summary>
    /// <param name="rollouts">The files, in any order.</param>
    /// <param name="sink">Told of what is there twice.</param>
    public static Dictionary<string, CodexThread> Join(IEnumerable<CodexRollout> rollouts, ImportSink sink)
    {
        var threads = new Dictionary<string, CodexThread>(StringComparer.Ordinal);
        foreach (IGrouping<string, CodexRollout> files in rollouts.GroupBy(rollout => rollout.ThreadId, StringComparer.Ordinal))
        {
            CodexRollout[] ordered = [.. files.Where(file => file.Events.Count > 0).OrderBy(file => file.Events[0].TimeMs)
                .ThenByDescending(file => file.Events.Count).ThenBy(file => file.Path, StringComparer.Ordinal)];
            if (ordered.Length == 0) continue;
            List<CodexEvent> events = ordered[0].Events;
            if (ordered.Length > 1)
            {
                events = [];
                var seen = new HashSet<ulong>();
                long repeated = 0;
                foreach (CodexEvent found in ordered.SelectMany(file => file.Events))
                {
                    if (seen.Add(found.At.Hash)) events.Add(found);
                    else if (found is CodexUsage) repeated++;
                }

                sink.Drop(DropReason.Repeated, repeated);
            }

            threads.Add(files.Key, new CodexThread(files.Key, events, ordered[0].Meta));
        }

        foreach (CodexThread thread in threads.Values) thread.FindOwn(threads);
        return threads;
    }

    private void FindOwn(Dictionary<string, CodexThread> threads)
    {
        if (Meta is null) return;
        if (Meta.OwnFromOrdinal is { } first && Events.Exists(found => found.At.Ordinal is not null))
        {
            OwnFrom = Events.FindIndex(found => found is not CodexMeta && found.At.Ordinal >= first);
        }
        else if (IsForked || Meta.ParentId is not null)
        {
            // The first turn that began after the thread did: the turns in the copy are older, whatever times their lines have.
            long born = (Meta.CreatedMs ?? Meta.TimeMs) - SlackMs;
            bool isDated = false;
            OwnFrom = Events.FindIndex(found =>
            {
                if (found is not CodexTurnStart turn || (turn.StartedMs ?? TimeOf(turn.TurnId)) is not { } started) return false;
                isDated = true;
                return started >= born;
            });
            if (OwnFrom < 0 && !isDated) OwnFrom = HasCopies ? AfterKnown(threads) : 0;
            if (OwnFrom < 0 && !isDated) IsUnclear = true;
        }

        if (OwnFrom < 0) OwnFrom = Events.Count;
    }

    // Without dated turns: behind the last count that the other thread's own file has, too.
    private int AfterKnown(Dictionary<string, CodexThread> threads)
    {
        var known = new HashSet<CodexTokens>();
        foreach (CodexMeta other in Events.OfType<CodexMeta>())
        {
            if (other.ThreadId is not { } id || id == Id || !threads.TryGetValue(id, out CodexThread? thread)) continue;
            known.UnionWith(thread.Events.OfType<CodexUsage>().Where(usage => usage.Total is not null).Select(usage => usage.Total!.Value));
        }

        int last = Events.FindLastIndex(found => found is CodexUsage { Total: { } total } && known.Contains(total));
        return last < 0 ? -1 : last + 1;
    }

    // Ids of turns are UUIDs of version 7, whose first 48 bits are a time.
    private static long? TimeOf(string? turnId) =>
        Guid.TryParseExact(turnId, "D", out Guid id) && id.Version == 7
            ? long.Parse(string.Concat(turnId.AsSpan(0, 8), turnId.AsSpan(9, 4)), NumberStyles.HexNumber,
                CultureInfo.InvariantCulture) : null;
}

/// <summary>A file as it was read.</summary>
/// <param name="path">The file.</param>
internal sealed class CodexRollout(string path)
{
    public string Path { get; } = path;

    public List<CodexEvent> Events { get; } = [];

    /// <summary>Lines of the format that had neither times nor token counts.</summary>
    public int BareLines { get; set; }

    /// <summary>The header of its own thread: the first one.</summary>
    public CodexMeta? Meta => Events.OfType<CodexMeta>().FirstOrDefault();

    /// <summary>The thread it belongs to; files without a header are named after themselves.</summary>
    public string ThreadId => Meta?.ThreadId is { Length: > 0 } id ? id : IdOf(SourceNames.Stem(Path));

    // rollout-2026-03-21T10-05-38-UUID
    private static string IdOf(string name) =>
        name.Length > 36 && Guid.TryParseExact(name[^36..], "D", out Guid id) ? id.ToString("D", CultureInfo.InvariantCulture) : name;
}
