using System.Globalization;
namespace AgentSim.Imports;

/// <summary>
/// Makes one import of what was found in all files: keeps one of each set of copies, sorts, repairs, chains prompts, and
/// settles times and ids. Nothing in it depends on the order in which things were found.
/// </summary>
internal sealed class ImportAssembly(ImportSink sink)
{
    private const int MostBlocks = 2_000_000;   // whose hashes still fit into a line of 64 MiB

    private readonly ImportOptions _options = sink.Options;

    /// <summary>Tokens of a block.</summary>
    public int BlockSize { get; private set; }

    /// <summary>The requests to write, in no order.</summary>
    public List<SourceRequest> Requests { get; private set; } = [];

    /// <summary>The tool calls to write, in no order.</summary>
    public List<SourceTool> Tools { get; private set; } = [];

    /// <summary>Tokens of the prompts to write that no earlier prompt of the import begins with, as far as the chain says.</summary>
    public long NewTokens { get; private set; }

    /// <summary>Does all of it.</summary>
    public void Run(CancellationToken cancel)
    {
        BlockSize = _options.BlockSize(RecordedBlockSize());
        RefuseImpossible();
        List<SourceRequest> kept = Copies.KeepRequests(sink);
        List<SourceTool> tools = Copies.KeepTools(sink);
        foreach (SourceRequest request in kept) Repair(request);
        foreach (SourceTool tool in tools) Repair(tool);
        List<IReadOnlyList<SourceRequest>> sessions = BySession(kept);
        foreach (SourceTool tool in tools) tool.Session.Tools.Add(tool);
        BreakCircles();
        cancel.ThrowIfCancellationRequested();

        new AnchoredChain(sink.Identity, _options.Prefix, BlockSize).Resolve(sessions, cancel);
        Filter(kept);
        Requests = [.. kept.Where(request => !request.IsContextOnly)];
        Tools = [.. tools.Where(IsWritten)];
        NewTokens = CountNew();
        new TimeShift(_options, sink).Apply(Requests, Tools);
        ImportIds.Assign(sink.Identity, _options.IsAnonymous, Requests);
    }

    // What nothing could read again: a record is one line, and rows hold lengths of 31 bits.
    private void RefuseImpossible()
    {
        var refused = new HashSet<SourceRequest>();
        long uncovered = 0;
        foreach (SourceRequest request in sink.Requests)
        {
            string? fault = request.InputTokens < 0 || request.OutputTokens < 0 ? "a number of tokens below 0"
                : request.InputTokens > int.MaxValue || request.OutputTokens > int.MaxValue
                ? FormattableString.Invariant($"more than {int.MaxValue} tokens")
                : request.InputTokens / BlockSize > MostBlocks
                ? FormattableString.Invariant($"a prompt of {request.InputTokens} tokens, more than {MostBlocks} blocks of {BlockSize}")
                : null;
            if (fault is not null)
            {
                sink.Fault(DropReason.Impossible, request.Place.Error(Errors.ImportRowInvalid, $"a request has {fault}; it was left out"));
                request.IsContextOnly = refused.Add(request);
            }
            else if (request.InputTokens == 0)
            {
                sink.Drop(DropReason.NoUsage);
                request.IsContextOnly = true;
            }
            else if (request.Prompt is RecordedPrompt recorded
                && recorded.KeptBlocks + recorded.NewBlocks.Length < request.InputTokens / recorded.BlockTokens)
            {
                uncovered++;
            }
        }

        if (uncovered > 0)
        {
            sink.Warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"{uncovered} prompts are longer than their recorded block ids cover; the rest of each is taken to be its own " +
                $"(if most are, the ids stand for larger blocks)"));
        }

        if (refused.Count == 0) return;
        sink.Requests.RemoveAll(refused.Contains);
        foreach (SourceRequest request in sink.Requests)
        {
            if (request.Prompt?.Predecessor is not { } before || !refused.Contains(before)) continue;
            if (request.Prompt is RecordedPrompt { KeptBlocks: > 0 }) request.Prompt = null;
            else request.Prompt.Predecessor = null;
        }
    }

    private int? RecordedBlockSize()
    {
        int? size = null;
        foreach (SourceRequest request in sink.Requests)
        {
            if (request.Prompt is not RecordedPrompt recorded || recorded.BlockTokens == size) continue;
            if (size is not null && _options.TraceBlockSize is null)
            {
                throw request.Place.Error(Errors.TraceBlockSizeMixed, 
                    $"the ids here stand for blocks of {recorded.BlockTokens} tokens, those of other files for {size}; import them " +
                        "separately, or give the trace block size to use for all");
            }

            size = recorded.BlockTokens;
        }

        return size;
    }

    private void Repair(SourceRequest request)
    {
        if (request.EndMs >= request.StartMs) return;
        sink.Fault(DropReason.ClockBack, request.Place.Error(Errors.ImportTimeInvalid,
            "the request ends before it starts; it was given no duration"));
        request.EndMs = request.StartMs;
    }

    private void Repair(SourceTool tool)
    {
        if (tool.EndMs >= tool.StartMs) return;
        sink.Fault(DropReason.ClockBack, tool.Place.Error(Errors.ImportTimeInvalid,
            "the tool call ends before it starts; it was given no duration"));
        tool.EndMs = tool.StartMs;
    }

    private static List<IReadOnlyList<SourceRequest>> BySession(List<SourceRequest> kept)
    {
        var lists = new List<IReadOnlyList<SourceRequest>>();
        kept.Sort(RequestOrder.Compare);
        foreach (SourceRequest request in kept)
        {
            if (request.Session is not { } session)
            {
                lists.Add([request]);
                continue;
            }

            if (session.Requests.Count == 0) lists.Add(session.Requests);
            session.Requests.Add(request);
        }

        return lists;
    }

    // A session that is its own ancestor has no parent.
    private void BreakCircles()
    {
        foreach (SourceSession session in sink.Sessions.OrderBy(session => session.Name, StringComparer.Ordinal))
        {
            var seen = new HashSet<SourceSession>();
            for (SourceSession next = session; next.Parent is { } parent; next = parent)
            {
                if (seen.Add(next)) continue;
                sink.Fault(DropReason.Circle, Errors.ImportSessionInvalid.Error(
                    $"session {Quote.Of(session.Name)} is its own ancestor; it was taken for one without a parent"));
                session.Parent = null;
                break;
            }
        }
    }

    private void Filter(List<SourceRequest> kept)
    {
        long since = _options.Since?.ToUnixTimeMilliseconds() ?? long.MinValue, until = _options.Until?.ToUnixTimeMilliseconds()
            ?? long.MaxValue;
        foreach (SourceRequest request in kept)
        {
            if (request.IsContextOnly) continue;
            DropReason? reason = request.StartMs < since || request.StartMs >= until ? DropReason.OutsideSpan
                : _options.Model is { } model && !string.Equals(model, request.Model, StringComparison.OrdinalIgnoreCase)
                ? DropReason.OtherModel
                : null;
            if (reason is null) continue;
            request.IsContextOnly = true;
            sink.Drop(reason);
            if (reason == DropReason.OtherModel)
                sink.OtherModels[request.Model ?? "(none)"] = sink.OtherModels.GetValueOrDefault(request.Model ?? "(none)") + 1;
        }
    }

    private bool IsWritten(SourceTool tool)
    {
        if (tool.IsPerson)
        {
            sink.Drop(DropReason.Person);
            return false;
        }

        return tool.Source is { } source ? !source.Kept.IsContextOnly : tool.Session.Requests.Exists(request => !request.IsContextOnly);
    }

    // What requests that are not written have is no reuse: nobody will have sent it.
    private long CountNew()
    {
        long news = 0;
        var pools = new Dictionary<ulong, long>();
        var between = new List<SourceRequest>();
        foreach (SourceRequest request in Requests.Order(Comparer<SourceRequest>.Create(RequestOrder.Compare)))
        {
            long kept = request.KeptTokens;
            between.Clear();
            SourceRequest? before = request.Before;
            for (; before is { IsContextOnly: true }; before = before.Before) between.Add(before);
            long known = before is null ? 0 : kept;
            foreach (SourceRequest context in between.AsEnumerable().Reverse())
            {
                known = Math.Max(context.WrittenTokens, Math.Min(known, context.KeptTokens));
                context.WrittenTokens = Math.Max(context.WrittenTokens, Math.Min(kept, context.InputTokens));
            }

            known = Math.Min(known, kept);
            if (request.PoolTokens > known) known = Math.Max(known, Math.Min(pools.GetValueOrDefault(request.Pool), request.PoolTokens));
            if (request.PoolTokens > 0) pools[request.Pool] = Math.Max(pools.GetValueOrDefault(request.Pool), request.PoolTokens);
            news += request.InputTokens - known;
        }

        return news;
    }
}
