using AgentSim.Sessions;

namespace AgentSim.Measures;

/// <summary>A request as measures need it.</summary>
/// <param name="Session">Its session, null without one.</param>
/// <param name="Range">When it ran; null for rows.</param>
/// <param name="InputLength">Prompt tokens.</param>
/// <param name="OutputLength">Output tokens.</param>
/// <param name="BlockSize">Tokens per block of the prompt.</param>
/// <param name="PathStart">Where its prompt starts in the runs of a <see cref="Prompts.PromptTrie"/>.</param>
/// <param name="PathEnd">Where it ends there.</param>
internal readonly record struct MeasuredRequest(
    string? Session, TimeRange? Range, long InputLength, long OutputLength, int BlockSize, int PathStart, int PathEnd);

/// <summary>What is kept of the records or rows of one group.</summary>
internal sealed class MeasureGroup(string? name)
{
    private readonly Dictionary<string, int> _turns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (List<double> Durations, int Errors)> _tools = new(StringComparer.Ordinal);
    private readonly List<MeasuredRequest> _requests = [];
    private TimeRange? _range;
    private int _errors;
    private long? _cached;

    public void AddRequest(in MeasuredRequest request, ulong? cached, bool isError)
    {
        _requests.Add(request);
        AddSession(request.Session, turns: 1);
        AddRange(request.Range);
        if (isError) _errors++;
        if (cached is { } tokens) _cached = Sum.Of(_cached ?? 0, (long)Math.Min(tokens, long.MaxValue));
    }

    /// <param name="session">The session of the call.</param>
    /// <param name="toolClass">Its class.</param>
    /// <param name="range">When it ran.</param>
    /// <param name="isError">Whether it failed.</param>
    /// <param name="isPartOfRow">True for a call listed in a row, whose time is not relative like that of the row.</param>
    public void AddTool(string? session, string toolClass, TimeRange range, bool isError, bool isPartOfRow)
    {
        AddSession(session, turns: 0);
        if (!isPartOfRow) AddRange(range);
        if (isError) _errors++;
        if (!_tools.TryGetValue(toolClass, out (List<double> Durations, int Errors) tools)) tools = ([], 0);
        tools.Durations.Add(range.Length);
        _tools[toolClass] = (tools.Durations, tools.Errors + (isError ? 1 : 0));
    }

    /// <summary>The measure of the group.</summary>
    /// <param name="repeated">Counts the prompt tokens that requests of this group, in order of start, have in common with earlier
    /// ones.</param>
    public TraceMeasure ToMeasure(Func<IEnumerable<MeasuredRequest>, long> repeated)
    {
        long input = 0, output = 0;
        foreach (MeasuredRequest request in _requests)
            (input, output) = (Sum.Of(input, request.InputLength), Sum.Of(output, request.OutputLength));
        long reused = repeated(_requests.OrderBy(request => request.Range?.Start ?? 0));   // a stable order
        MeasuredRequest[] timed = [.. _requests.Where(request => request.Range is not null)];
        return new TraceMeasure
        {
            Group = name,
            Start = _range is { } range ? TimeRange.Date(range.Start) : null,
            Duration = _range is { } whole ? TimeSpan.FromMilliseconds(whole.Length) : null,
            Sessions = _turns.Count,
            Requests = _requests.Count,
            ToolCalls = _tools.Values.Sum(tools => tools.Durations.Count),
            Errors = _errors,
            InputTokens = input,
            OutputTokens = output,
            CachedTokens = _cached,
            RepeatedTokens = reused,
            PrefixReuse = input == 0 ? double.NaN : (double)reused / input,
            InputLength = SampleSummary.Of(_requests.Select(request => (double)request.InputLength)),
            OutputLength = SampleSummary.Of(_requests.Select(request => (double)request.OutputLength)),
            RequestMs = timed.Length == 0 ? null : SampleSummary.Of(timed.Select(request => (double)request.Range!.Value.Length)),
            Turns = SampleSummary.Of(_turns.Values.Where(turns => turns > 0).Select(turns => (double)turns)),
            Tools = _tools.OrderByDescending(tool => tool.Value.Durations.Count).ThenBy(tool => tool.Key, StringComparer.Ordinal)
                .Select(tool => new ToolMeasure(tool.Key, tool.Value.Durations.Count, tool.Value.Errors,
                    SampleSummary.Of(tool.Value.Durations))).ToArray(),
            Concurrency = Concurrency.Of(timed.Select(request => request.Range!.Value)),
        };
    }

    private void AddSession(string? session, int turns)
    {
        if (session is not null) _turns[session] = _turns.GetValueOrDefault(session) + turns;
    }

    private void AddRange(TimeRange? range)
    {
        if (range is { } given) _range = _range?.Around(given) ?? given;
    }
}
