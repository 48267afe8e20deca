using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Workload;

/// <summary>
/// Makes N times the agents of a workload. Copy 0 is the workload as it is; copies follow in load order, their names end in <c>#</c>
/// and their number. The blocks of a copy are its own but for the prefixes that unrelated tasks of the workload share, too.
/// </summary>
internal static class WorkloadCopies
{
    private const double CommonShare = 0.05;   // of the tasks that have a prefix which newcomers would have, too

    /// <exception cref="AgentSimException">There would be too many requests, or the window is too short.</exception>
    public static (WorkloadColumns Load, CopyFacts Facts) Of(WorkloadColumns load, WorkloadKnobs knobs, CancellationToken cancellation)
    {
        int copies = knobs.Copies, requests = load.InputLength.Length, sessions = load.SessionNames.Count;
        if ((long)requests * copies > Array.MaxLength / 4)
            throw Errors.WorkloadKnobRefused.Error(
                $"{Setting.Copies} {copies} of {requests} requests are too many for one replay; lower it");
        WorkloadTasks tasks = WorkloadTasks.Of(load);
        int[] shared = knobs.CopiesShared is { } blocks
            ? [.. load.PathStart.Select(_ => blocks)]
            : CommonPrefixes.BlocksOf(load, tasks, Math.Max(2, (int)Math.Ceiling(tasks.Count * CommonShare)));
        for (int request = 0; load.IsDelta && request < requests; request++)
        {
            if (load.TurnOf(request) > 0) shared[request] = 0;   // what a turn adds is no prefix of anybody's prompt
        }

        (PromptTrie trie, int[] pathStart, int[] pathEnd) = Prompts(load, shared, copies, cancellation);
        IReadOnlyList<uint>?[]? authored = load.AuthoredOutput is { } outputs ? Outputs(outputs, trie, copies) : null;
        trie.Seal();
        CopyStarts starts = new(load, tasks, knobs);
        WorkloadColumns all = load with
        {
            Trie = trie,
            PathStart = pathStart,
            PathEnd = pathEnd,
            InputLength = Repeat.Same(load.InputLength, copies),
            OutputLength = Repeat.Same(load.OutputLength, copies),
            AuthoredOutput = authored,
            QueueAttributes = load.QueueAttributes is { } attributes ? Repeat.Same(attributes, copies) : null,
            SessionNames = Names(load.SessionNames, copies),
            SessionOf = Repeat.Moved(load.SessionOf, copies, sessions),
            UnnamedSessions = Repeat.Moved(load.UnnamedSessions, copies, sessions),
            SessionStart = load.IsAgentic ? [] : [.. Repeat.Moved(load.SessionStart[..^1], copies, requests), requests * copies],
            Delay = Repeat.Same(load.Delay, copies),
            Places = load.Places?.Repeated(copies),
            FirstArrival = load.IsAgentic ? [] : starts.Moved(load.FirstArrival, session => session, copies),
            Agentic = load.Agentic is { } agentic ? Tied(agentic, tasks, starts, copies) : null,
        };
        return (all, new CopyFacts(starts.WindowMs, CommonPrefixes.Tokens(load, shared)));
    }

    private static AgenticColumns Tied(AgenticColumns agentic, WorkloadTasks tasks, CopyStarts starts, int copies)
    {
        int requests = agentic.DependencyCount.Length;
        // Rows that start with the replay have a time in copies.
        double[] earliest = [.. agentic.EarliestStart];
        for (int request = 0; request < requests; request++)
        {
            if (agentic.DependencyCount[request] == 0) earliest[request] = WorkloadTasks.StartOf(agentic, request, tasks.Origin);
        }

        int plays = agentic.PlayOf is { Length: > 0 } playOf ? playOf.Max() + 1 : 0;
        return agentic with
        {
            RequestIds = Names(agentic.RequestIds, copies),
            Origin = tasks.Origin,
            EarliestStart = starts.Moved(earliest, request => tasks.TaskOf[request], copies),
            DependencyCount = Repeat.Same(agentic.DependencyCount, copies),
            ThinkMs = agentic.ThinkMs is { } think ? Repeat.Same(think, copies) : null,
            ToolWaitMs = agentic.ToolWaitMs is { } wait ? Repeat.Same(wait, copies) : null,
            OnCompletion = agentic.OnCompletion.Repeated(copies),
            OnDispatch = agentic.OnDispatch?.Repeated(copies),
            PlayOf = agentic.PlayOf is { } all ? Repeat.Moved(all, copies, plays) : null,
            PlayNames = agentic.PlayNames is { } names
                ? [.. Enumerable.Range(0, copies).SelectMany(copy => names.Select(name => Name(name, copy)))] : null,
            Branches =
            [
                .. from copy in Enumerable.Range(0, copies)
                   from pair in agentic.Branches
                   select (pair.Request + (copy * requests), pair.Branch + (copy * requests)),
            ],
            Recorded = agentic.Recorded is { } recorded ? Repeat.Same(recorded, copies) : null,
            Tools = agentic.Tools?.Repeated(copies),
        };
    }

    // Blocks are told apart by their labels; those of a copy get its number in front, unless they are shared.
    private static (PromptTrie Trie, int[] PathStart, int[] PathEnd) Prompts(WorkloadColumns load, int[] shared, int copies,
        CancellationToken cancellation)
    {
        var trie = new PromptTrie();
        int requests = shared.Length;
        var start = new int[requests * copies];
        var end = new int[requests * copies];
        ulong[] ids = [];
        for (int at = 0; at < start.Length; at++)
        {
            if (at % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            int request = at % requests;
            ulong copy = (ulong)(at / requests) << 32;
            int blocks = 0;
            foreach (NodeRun run in load.Trie.Runs(load.PathStart[request], load.PathEnd[request]))
            {
                if (ids.Length < blocks + run.Count) Array.Resize(ref ids, Math.Max(blocks + run.Count, ids.Length * 2));
                for (int node = run.First; node < run.First + run.Count; node++, blocks++)
                    ids[blocks] = (blocks < shared[request] ? 0 : copy) | (uint)load.Trie.Nodes.Label(node);
            }

            start[at] = trie.RunCount;
            trie.Add(ids.AsSpan(0, blocks), blocks);
            end[at] = trie.RunCount;
        }

        return (trie, start, end);
    }

    // Output tokens that rows name are numbers of ids, so that they can come back in a prompt: those of a copy in its own. Tokens that
    // no prompt has get numbers that no id has.
    private static IReadOnlyList<uint>?[] Outputs(IReadOnlyList<uint>?[] outputs, PromptTrie trie, int copies)
    {
        Dictionary<ulong, uint> others = [];
        var all = new IReadOnlyList<uint>?[outputs.Length * copies];
        for (int at = 0; at < all.Length; at++)
        {
            ulong copy = (ulong)(at / outputs.Length) << 32;
            if (outputs[at % outputs.Length] is { } tokens) all[at] = [.. tokens.Select(token => Number(copy, token))];
        }

        return all;

        uint Number(ulong copy, uint token)
        {
            int label = trie.FindLabel(copy | token);
            if (label < 0) label = trie.FindLabel(token);   // one that copies share
            if (label >= 0) return (uint)label;
            if (others.TryGetValue(copy | token, out uint number)) return number;
            return others[copy | token] = checked((uint)(trie.LabelCount + others.Count));
        }
    }

    private static NameTable Names(NameTable names, int copies)
    {
        var all = new NameTable();
        for (int copy = 0; copy < copies; copy++)
        {
            foreach (string name in names)
            {
                string own = Name(name, copy);
                bool isNew;
                // A name of the trace may look like that of a copy.
                for (all.GetOrAdd(own, out isNew); !isNew; all.GetOrAdd(own, out isNew)) own = Name(own, copy);
            }
        }

        all.Seal();
        return all;
    }

    private static string Name(string name, int copy) => copy == 0 ? name : FormattableString.Invariant($"{name}#{copy}");
}
