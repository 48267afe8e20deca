using System.Diagnostics;
using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>
/// The columns that session and agentic workloads share, filled row by row
/// (behaviour 01#6.2 and 01#6.4).
/// </summary>
internal sealed class RowColumns(int traceBlockSize)
{
    public PromptTrie Trie { get; } = new();
    public Column<int> PathStart;
    public Column<int> PathEnd;
    public Column<int> InputLength;
    public Column<int> OutputLength;
    public Column<int> Session;
    public RequestPlaces.Collector Places;

    private List<(int Row, IReadOnlyList<uint> Tokens)>? _authored;
    private List<(int Row, QueueAttributes Attributes)>? _queueing;

    private Column<int> _unnamed;
    private string? _source;   // of the rows that come
    private int _files;

    public int Count => InputLength.Count;

    public NameTable SessionNames { get; } = new();

    /// <summary>The sessions that are a row without one, ascending.</summary>
    public int[] UnnamedSessions => _unnamed.ToArray();

    public int TraceBlockSize { get; } = traceBlockSize;

    /// <summary>Number of a session, in order of first appearance; rows without a name are sessions of their own.</summary>
    public int SessionNumber(MooncakeRow row, RowPlace place, out bool isNew)
    {
        StartFile(place.Source);
        string name = row.SessionId ?? Unnamed(place.Line);
        int session = SessionNames.GetOrAdd(name, out isNew);
        if (isNew && row.SessionId is null) _unnamed.Add(session);
        return session;
    }

    /// <summary>Appends a row's lengths, prompt and queue attributes.</summary>
    /// <param name="row">The row.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="session">Its session's number.</param>
    public void Add(MooncakeRow row, RowPlace place, int session)
    {
        long input = MooncakeRowRules.Check(row, TraceBlockSize, place.Source, place.Line);
        long output = row.OutputLength!.Value;
        CheckLength(place, "input_length", input);
        CheckLength(place, "output_length", output);
        if (row.OutputTokenIds is { } tokens) (_authored ??= []).Add((Count, tokens));
        if (row.Priority is not null || row.StrictPriority is not null || row.PolicyClass is not null)
        {
            (_queueing ??= []).Add((Count, new QueueAttributes(row.Priority ?? 0, row.StrictPriority ?? 0, row.PolicyClass)));
        }

        PathStart.Add(Trie.RunCount);
        int blocks = (int)((input + TraceBlockSize - 1) / TraceBlockSize);
        if (MooncakeRowRules.SharesNothing(row)) Trie.AddPrivate(blocks);
        else Trie.Add(AsSpan(row.HashIds ?? []), blocks);
        PathEnd.Add(Trie.RunCount);
        InputLength.Add((int)input);
        OutputLength.Add((int)output);
        Session.Add(session);
        Places.Add(place.Shown);
        Debug.Assert(
            PathStart.Count == Count && PathEnd.Count == Count && OutputLength.Count == Count && Session.Count == Count,
                "a row is in every column");
    }

    // Files know nothing of each other: neither lines nor hash ids of different files are the same.
    private void StartFile(string source)
    {
        if (source == _source) return;
        if (_source is not null) Trie.ForgetIds();
        (_source, _files) = (source, _files + 1);
    }

    private string Unnamed(long line) =>
        _files == 1 ? FormattableString.Invariant($"request_{line}") : FormattableString.Invariant($"request_{line}~{_files}");

    /// <summary>Authored outputs by request; <paramref name="requestOf"/> maps rows to requests.</summary>
    public IReadOnlyList<uint>?[]? AuthoredOutput(Func<int, int> requestOf)
    {
        if (_authored is null) return null;
        var result = new IReadOnlyList<uint>?[Count];
        foreach ((int row, IReadOnlyList<uint> tokens) in _authored) result[requestOf(row)] = tokens;
        return result;
    }

    public QueueAttributes[]? Queueing(Func<int, int> requestOf)
    {
        if (_queueing is null) return null;
        var result = new QueueAttributes[Count];
        foreach ((int row, QueueAttributes attributes) in _queueing) result[requestOf(row)] = attributes;
        return result;
    }

    /// <summary>Frees what only adding rows needs; nothing can be added afterwards.</summary>
    public void Seal()
    {
        Trie.Seal();
        SessionNames.Seal();
    }

    private static void CheckLength(RowPlace place, string field, long value)
    {
        if (value > int.MaxValue)
            throw place.Error(Errors.RowInvalid, $"{field} {value} is out of range; lengths go up to {int.MaxValue} tokens");
    }

    private static ReadOnlySpan<ulong> AsSpan(IReadOnlyList<ulong> ids) => ids switch
    {
        ulong[] array => array,
        ArraySegment<ulong> segment => segment,
        _ => ids.ToArray(),
    };
}
