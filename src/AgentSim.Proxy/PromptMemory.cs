using AgentSim.Imports;

namespace AgentSim.Proxy;

/// <summary>
/// Remembers prompts, so that later ones that begin alike share their tokens. Lengths are differences of reported totals: a
/// prompt that goes on from another one has exactly its tokens, and what it has more is divided among what came between, in
/// proportion to the estimates (the anchored chain). So a shared beginning ends where the server says, however long it is.
/// Memory is bounded; what was not seen again for a long time is forgotten, and a prompt that goes on from it begins anew. Thread-safe.
/// </summary>
/// <param name="blockSize">Tokens of a block.</param>
/// <param name="mostMarks">Places in prompts after which the older half of them is forgotten.</param>
internal sealed class PromptMemory(int blockSize, int mostMarks = 100_000)
{
    private const long MostBlocks = 4L << 20;
    private const long MostTokens = 16L << 20;   // of a prompt: more is a mistake, and must not cost memory
    private const int MostFailures = 10_000;

    private readonly object _gate = new();
    private readonly Dictionary<ulong, (int Count, DateTimeOffset First, int Status)> _failures = [];
    private Dictionary<ulong, Mark> _young = [];
    private Dictionary<ulong, Mark> _old = [];
    private long _blocks;

    /// <summary>Finds out what a prompt shares with earlier ones, and remembers it.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="reported">Its tokens as the server counted them; null if it did not.</param>
    /// <param name="session">The session it belongs to; null if the client named none.</param>
    /// <param name="responseId">What a later request may call this one's answer; null if nothing.</param>
    /// <param name="outputTokens">Tokens of that answer.</param>
    public PlacedPrompt Place(Prompt prompt, long? reported, string? session, string? responseId, long outputTokens)
    {
        lock (_gate)
        {
            (IReadOnlyList<PromptSegment> segments, ulong[] keys, Mark? before, int known) = Find(prompt);
            double more = 0;
            for (int i = known; i < segments.Count; i++) more += segments[i].Estimate;
            long kept = before?.Tokens ?? 0;
            long guess = kept + (long)Math.Ceiling(more);
            long most = Math.Min(MostTokens, prompt.IsPartial ? MostTokens : (8 * guess) + 16384);
            bool isEstimated = reported is not { } counted || counted > most;
            long total = isEstimated ? Math.Min(guess, MostTokens) : reported!.Value;
            kept = Math.Min(kept, total);

            var runs = new List<PromptRun>();
            long[] ends = Divide(segments, known, kept, total, more, runs, prompt.Key);
            PromptPath path = PromptPath.After(kept > 0 ? before!.Path : null, kept, runs, blockSize);
            string owner = session ?? SessionOf(before, known, segments.Count);
            for (int i = known; i < segments.Count; i++) Remember(keys[i], new Mark(path, ends[i - known]));
            Mark end = Ending(keys, path, total, owner);
            if (responseId is not null) Remember(Prompt.Root(responseId), end with { OutputTokens = outputTokens });
            _blocks += path.BlockCount - (kept / blockSize);
            return new PlacedPrompt(path.ToHashes(), total, isEstimated, owner, Retried(prompt.Key));
        }
    }

    /// <summary>Remembers that a server refused a prompt, for when it is sent again.</summary>
    public void Failed(Prompt prompt, DateTimeOffset received, int status)
    {
        lock (_gate)
        {
            if (_failures.Count >= MostFailures) _failures.Clear();
            bool isAgain = _failures.TryGetValue(prompt.Key, out (int Count, DateTimeOffset First, int Status) before);
            _failures[prompt.Key] = (before.Count + 1, isAgain ? before.First : received, status);
        }
    }

    // The longest known beginning: the segments to place, what stands for them, its end, and how many of them are in it.
    private (IReadOnlyList<PromptSegment> Segments, ulong[] Keys, Mark? Before, int Known) Find(Prompt prompt)
    {
        IReadOnlyList<PromptSegment> segments = prompt.Segments;
        ulong[] keys;
        if (prompt.PreviousId is { } previous)
        {
            ulong root = Prompt.Root(previous);
            Mark? answered = Get(root);
            // What the server knows already: its answer stands before what is new, tools and instructions in front of all.
            if (answered is not null)
                segments = [new PromptSegment(root, answered.OutputTokens), .. segments.Skip(prompt.HeadCount)];
            keys = Prompt.Chain(root, segments);
            return Longest(answered);
        }

        keys = prompt.Keys.ToArray();
        return Longest(null);

        (IReadOnlyList<PromptSegment> Segments, ulong[] Keys, Mark? Before, int Known) Longest(Mark? otherwise)
        {
            for (int i = keys.Length - 1; i >= 0; i--)
            {
                if (Get(keys[i]) is { } mark) return (segments, keys, mark, i + 1);
            }

            return (segments, keys, otherwise, 0);
        }
    }

    // Where each new segment ends. Rounding the ends, not the lengths, makes the lengths add up.
    private static long[] Divide(
        IReadOnlyList<PromptSegment> segments, int known, long kept, long total, double more, List<PromptRun> runs, ulong own)
    {
        var ends = new long[segments.Count - known];
        long start = kept;
        double sum = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            sum += segments[known + i].Estimate;
            double share = more > 0 ? sum / more : 0;
            ends[i] = i == ends.Length - 1 ? total : kept + (long)Math.Round((total - kept) * share, MidpointRounding.AwayFromZero);
            if (ends[i] > start) runs.Add(new PromptRun(segments[known + i].Identity, 0, ends[i] - start));
            start = ends[i];
        }

        if (ends.Length == 0 && total > kept) runs.Add(new PromptRun(~own, 0, total - kept));   // the same prompt, counted otherwise
        return ends;
    }

    // A prompt that goes on from a whole earlier one belongs to its session, unless another one did so before: that is a branch.
    private static string SessionOf(Mark? before, int known, int count)
    {
        if (before is { Session: { } session, IsContinued: false })
        {
            before.IsContinued = known < count;
            return session;
        }

        return $"inferred-{Guid.NewGuid()}";
    }

    private Mark Ending(ulong[] keys, PromptPath path, long total, string session)
    {
        var end = new Mark(path, total) { Session = session };
        if (keys.Length > 0) Remember(keys[^1], end);
        return end;
    }

    private (int Count, DateTimeOffset First, int Status)? Retried(ulong key) =>
        _failures.Remove(key, out (int Count, DateTimeOffset First, int Status) failed) ? failed : null;

    private Mark? Get(ulong key)
    {
        if (_young.TryGetValue(key, out Mark? mark)) return mark;
        if (_old.TryGetValue(key, out mark)) Remember(key, mark);
        return mark;
    }

    private void Remember(ulong key, Mark mark)
    {
        if (_young.Count >= mostMarks / 2 || _blocks > MostBlocks / 2) (_old, _young, _blocks) = (_young, [], 0);
        _young[key] = mark;
    }

    /// <summary>A place in a prompt.</summary>
    /// <param name="Path">The prompt.</param>
    /// <param name="Tokens">How many of its tokens are before the place.</param>
    private sealed record Mark(PromptPath Path, long Tokens)
    {
        public string? Session { get; init; }   // of the prompt that ends here; null inside of prompts

        public long OutputTokens { get; init; }

        public bool IsContinued { get; set; }
    }
}

/// <summary>A prompt whose place among the others is known.</summary>
/// <param name="Hashes">Hashes of its blocks.</param>
/// <param name="Tokens">Its length.</param>
/// <param name="IsEstimated">Whether the length is an estimate.</param>
/// <param name="Session">The session it belongs to, by its header or by the prompts it goes on from.</param>
/// <param name="Failures">How often the server refused the same prompt before, when first, and with which status last.</param>
internal sealed record PlacedPrompt(
    ulong[] Hashes, long Tokens, bool IsEstimated, string Session, (int Count, DateTimeOffset First, int Status)? Failures);
