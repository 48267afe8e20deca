using System.Runtime.InteropServices;
using AgentSim.Prompts;
using AgentSim.Rows;
using AgentSim.Sessions;
using AgentSim.Files;
using AgentSim.Traces;

namespace AgentSim.Measures;

/// <summary>
/// Measures records of request traces, or Mooncake rows, added one by one, by group. Every group is measured by itself, as
/// if there were no others. Equal blocks of prompts are kept once.
/// </summary>
public sealed class TraceMeasurer
{
    private readonly HashSet<string> _requestIds = new(StringComparer.Ordinal);
    private readonly PromptTrie _prompts = new();
    private readonly Dictionary<string, MeasureGroup> _groups = new(StringComparer.Ordinal);
    private readonly List<MeasureGroup> _order = [];
    private MeasureGroup? _all;   // of what is added without a group

    /// <summary>Adds a record. Tool calls count as they do for rows: if they have a session and do not end before they start.</summary>
    /// <param name="record">The record.</param>
    /// <param name="group">Its group, null for none.</param>
    /// <exception cref="AgentSimException">The id of the request came before, or its hashes do not cover its prompt; it is not
    /// added.</exception>
    public void Add(TraceRecord record, string? group = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        switch (record)
        {
            case RequestRecord request:
                request.Check();
                if (!_requestIds.Add(request.RequestId))
                    throw request.Error(Errors.TraceRequestDuplicate,
                        $"request_id {Quote.Of(request.RequestId)} came before; is a shard given twice?");
                AddRequest(Group(group), new MeasuredRequest
                {
                    Session = request.SessionId,
                    Range = TimeRange.Of(request),
                    InputLength = request.InputLength,
                    OutputLength = request.OutputTokens,
                    BlockSize = (int)request.TraceBlockSize,
                }, request.Hashes, request.CachedTokens, request.IsError);
                break;
            case ToolRecord { SessionId: { } session } tool when tool.EndUnixMs >= tool.StartUnixMs:
                Group(group).AddTool(session, tool.ToolClass, TimeRange.Of(tool), tool.IsError, isPartOfRow: false);
                break;
        }
    }

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row; blocks of unknown size count as 512 tokens.</param>
    /// <param name="group">Its group, null for none.</param>
    /// <exception cref="AgentSimException">The row breaks a rule of its dialect; it is not added.</exception>
    public void Add(MooncakeRow row, string? group = null)
    {
        ArgumentNullException.ThrowIfNull(row);
        int blockSize = row.TraceBlockSize > 0 ? row.TraceBlockSize : MooncakeRow.DefaultTraceBlockSize;
        long input = MooncakeRowRules.Check(row, blockSize, "row", 0);
        MeasureGroup target = Group(group);
        var request = new MeasuredRequest { Session = row.SessionId, InputLength = input, OutputLength = row.OutputLength!.Value,
            BlockSize = blockSize };
        if (MooncakeRowRules.SharesNothing(row)) AddPrivate(target, request);
        else AddRequest(target, request, [.. row.HashIds ?? []], cached: null, isError: false);
        foreach (ToolSpan call in row.ToolEvents)
            target.AddTool(row.SessionId, call.ToolClass, TimeRange.Of(call), call.Status == "error" || call.ErrorType is not null,
                isPartOfRow: true);
    }

    /// <summary>Takes the files whose end is missing, of which the whole lines are read; null: such a file is a fault.</summary>
    public TornEnds? Torn { get; init; }

    /// <summary>Adds all records of files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="groupOf">The group of a record; records of which it returns false are passed over. Null: no groups.</param>
    /// <param name="onBadRow">Told of each record that is malformed or came before, which is then passed over; null: the first ends the
    /// reading.</param>
    /// <param name="progress">Told the bytes read so far over all files, as they lie on disk.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="AgentSimException">A file cannot be read.</exception>
    public void AddFiles(
        IEnumerable<string> paths, Func<TraceRecord, (bool IsMember, string? Group)>? groupOf = null,
            Action<AgentSimException>? onBadRow = null,
        IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (TraceRecord record in RequestTraceReader.Parse(paths, readsDependencies: false, onBadRow, progress, Torn, cancel))
        {
            try
            {
                (bool isMember, string? group) = groupOf?.Invoke(record) ?? (true, null);
                if (isMember) Add(record, group);
            }
            catch (AgentSimException error) when (onBadRow is not null)
            {
                onBadRow(error);
            }
        }
    }

    /// <summary>The measures, one per group in order of appearance; each is made when the enumeration reaches it.</summary>
    public IEnumerable<TraceMeasure> Measures()
    {
        var lastGroup = new int[_prompts.Nodes.Count];   // by block: the group that had it last, from 1
        int number = 0;
        return _order.Select(group => group.ToMeasure(requests => Repeated(requests, lastGroup, ++number)));
    }

    private void AddRequest(MeasureGroup group, MeasuredRequest request, ReadOnlySpan<ulong> blocks, ulong? cached, bool isError)
    {
        int start = _prompts.RunCount;
        _prompts.Add(blocks, blocks.Length);
        group.AddRequest(request with { PathStart = start, PathEnd = _prompts.RunCount }, cached, isError);
    }

    private void AddPrivate(MeasureGroup group, MeasuredRequest request)
    {
        // Nothing of it is ever repeated, so that it needs no blocks.
        group.AddRequest(request with { PathStart = _prompts.RunCount, PathEnd = _prompts.RunCount }, null, isError: false);
    }

    private MeasureGroup Group(string? name)
    {
        if (name is null)
        {
            if (_all is null) _order.Add(_all = new MeasureGroup(null));
            return _all;
        }

        ref MeasureGroup? group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, name, out _);
        if (group is null) _order.Add(group = new MeasureGroup(name));
        return group;
    }

    private long Repeated(IEnumerable<MeasuredRequest> requests, int[] lastGroup, int number)
    {
        long repeated = 0;
        foreach (MeasuredRequest request in requests)
        {
            long blocks = 0;
            foreach (NodeRun run in _prompts.Runs(request.PathStart, request.PathEnd))
            {
                // A block that came before came after the same blocks, so that those that are new are the last ones.
                Span<int> last = lastGroup.AsSpan(run.First, run.Count);
                int known = last.IndexOfAnyExcept(number);
                blocks += known < 0 ? last.Length : known;
                last.Fill(number);
            }

            repeated = Sum.Of(repeated, Math.Min(blocks * request.BlockSize, request.InputLength));
        }

        return repeated;
    }
}
