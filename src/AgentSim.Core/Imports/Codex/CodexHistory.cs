namespace AgentSim.Imports.Codex;

/// <summary>
/// Goes through the lines of a thread and finds its answers: an answer is what the model made since the one before, and
/// ends with its token count. A request starts with the last thing the model was given before.
/// </summary>
internal sealed class CodexHistory
{
    private const long ClockSlackMs = 2000;   // lines are written by several threads of the program

    private readonly CodexThread _thread;
    private readonly Dictionary<string, CodexItem> _openCalls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CodexCall> _calls = new(StringComparer.Ordinal);
    private readonly HashSet<CodexItem> _copiedCalls = [];
    private readonly Dictionary<CodexItem, CodexAnswer> _answerOf = [];
    private readonly Dictionary<string, double> _durations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _started = new(StringComparer.Ordinal);   // threads by the call that started them

    // What was said since the last answer, and what came while the next one was being made.
    private List<PromptSegment> _added = [], _late = [];
    private readonly List<CodexItem> _made = [];
    private long? _given, _lateGiven;
    private bool _isReset;

    private CodexAnswer? _last;        // whose prompt the next one goes on from
    private long? _lastEnd;
    private CodexTokens? _total;       // of the thread, as counted last
    private CodexUsage? _record;       // the last record, which a count may repeat
    private string? _model, _turnId;
    private int _turn;
    private bool _isCopy;

    public CodexHistory(CodexThread thread) => _thread = thread;

    public List<CodexAnswer> Answers { get; } = [];

    /// <summary>Tool calls with results.</summary>
    public IEnumerable<CodexCall> Calls => _calls.Values;

    /// <summary>Own tool calls without a result.</summary>
    public long UnfinishedCalls { get; private set; }

    /// <summary>Own answers that were broken off before they were counted.</summary>
    public long BrokenOff { get; private set; }

    /// <summary>Times at which the clock was set back.</summary>
    public List<CodexEvent> ClockJumps { get; } = [];

    /// <summary>Goes through all lines.</summary>
    public void Read()
    {
        MendClock();
        if (_thread.Meta?.Instructions is { } instructions) _added.Add(instructions);
        for (int i = 0; i < _thread.Events.Count; i++)
        {
            bool isCopy = i < _thread.OwnFrom;
            if (_isCopy && !isCopy) BreakOff();   // a copy ends wherever the fork was made
            _isCopy = isCopy;
            Read(_thread.Events[i]);
        }

        BreakOff();
        UnfinishedCalls = _openCalls.Values.LongCount(item => !_copiedCalls.Contains(item));
        foreach ((string call, string thread) in _started)
        {
            if (_calls.TryGetValue(call, out CodexCall? found)) found.StartedThread = thread;
        }
    }

    private void Read(CodexEvent next)
    {
        switch (next)
        {
            case CodexInput input:
                if (input.IsUser) BreakOff();
                Give(input.Segment, input.TimeMs);
                break;
            case CodexOutput output:
                Give(output.Segment, output.TimeMs);
                Finish(output);
                break;
            case CodexItem item:
                _made.Add(item);
                if (item.CallId is not { } id) break;
                _openCalls[id] = item;
                if (_isCopy) _copiedCalls.Add(item);
                break;
            case CodexContext context:
                (_model, _turnId) = (context.Model ?? _model, context.TurnId ?? _turnId);
                if (_made.Count == 0) _given = context.TimeMs;
                break;
            case CodexTurnStart turn:
                BreakOff();
                _turnId = turn.TurnId ?? _turnId;
                _turn++;
                break;
            case CodexAbort:
                BreakOff();
                break;
            case CodexCompaction compaction:
                BreakOff();
                _isReset = true;
                _added = [.. compaction.Replacement];
                break;
            case CodexRollback rollback:
                BreakOff();
                RollBack(rollback.Turns);
                break;
            case CodexUsage usage:
                Count(usage);
                break;
            case CodexDuration duration:
                if (_calls.TryGetValue(duration.CallId, out CodexCall? call)) call.DurationMs = duration.DurationMs;
                else _durations[duration.CallId] = duration.DurationMs;
                break;
            case CodexAgentStart agent:
                _started[agent.CallId] = agent.ThreadId;
                break;
        }
    }

    // What comes while an answer is being made – the result of a call that ran at once – is for the one after.
    private void Give(PromptSegment segment, long time)
    {
        if (_made.Count > 0)
        {
            _late.Add(segment);
            _lateGiven = time;
            return;
        }

        _added.Add(segment);
        _given = time;
    }

    private void Finish(CodexOutput output)
    {
        if (!_openCalls.Remove(output.CallId, out CodexItem? item)) return;
        _calls[output.CallId] = new CodexCall
        {
            Item = item,
            Result = output,
            DurationMs = output.DurationMs ?? (_durations.TryGetValue(output.CallId, out double duration) ? duration : null),
            Answer = _answerOf.GetValueOrDefault(item),
            StartedThread = output.StartedThread,
            IsCopy = _copiedCalls.Contains(item),
        };
    }

    // An answer that will not be counted any more stays part of the history.
    private void BreakOff()
    {
        if (_made.Count == 0) return;
        if (!_isCopy) BrokenOff++;
        _added.AddRange(_made.Select(item => item.Segment));
        _made.Clear();
        TakeLate();
    }

    private void TakeLate()
    {
        _added.AddRange(_late);
        _late = [];
        _given = _lateGiven ?? _given;
        _lateGiven = null;
    }

    // The same answer may be counted again and again, and once more by a record.
    private void Count(CodexUsage usage)
    {
        if (usage.IsRecord)
        {
            if (usage.Last is not { } tokens || tokens.IsZero) return;
            if (_made.Count == 0 && Answers.LastOrDefault() is { ResponseId: null, Count.IsRecord: false } before
                && before.Tokens == tokens && !(_given > before.EndMs))
            {
                before.ResponseId = usage.ResponseId;
                return;
            }

            Answer(usage, tokens);
            _record = usage;
            return;
        }

        CodexTokens? counted = usage.Last;
        if (usage.Total is { } total)
        {
            bool isFirst = _total is null;
            CodexTokens before = _total ?? default;
            _total = total;
            if (total == before) return;
            // The counters of a thread that goes on from another one begin with the other one's, told once at its start.
            if (isFirst && _made.Count == 0 && !_isCopy && _thread.IsForked) return;
            counted ??= total.Since(before);
        }
        else if (_made.Count == 0) return;

        if (counted is not { } own || own.IsZero) return;
        if (_record is { } record && _made.Count == 0 && (record.Last == own || (record.Total is not null && record.Total == usage.Total)))
        {
            _record = null;
            return;
        }

        Answer(usage, own);
    }

    private void Answer(CodexUsage usage, CodexTokens tokens)
    {
        long earliest = _lastEnd ?? long.MinValue;
        bool isGuess = _made.Count == 0 && !(_given > earliest);
        long end = _made.Count > 0 ? _made[^1].TimeMs : usage.TimeMs;
        long start = isGuess ? end : Math.Max(_given ?? _made[0].TimeMs, earliest);
        ScaleReasoning(tokens);
        var answer = new CodexAnswer
        {
            Count = usage,
            Tokens = tokens,
            ResponseId = usage.ResponseId,
            IsCopy = _isCopy,
            StartMs = start,
            EndMs = end,
            IsGuess = isGuess,
            Model = usage.Model ?? _model,
            TurnId = _turnId,
            Turn = _turn,
            Previous = _last,
            IsReset = _isReset,
            Added = _added,
            Made = [.. _made.Select(item => item.Segment)],
            Calls = [.. _made.Where(item => item.CallId is not null).Select(item => new SourceToolCall(item.CallId, item.Tool))],
        };
        Answers.Add(answer);
        foreach (CodexItem item in _made)
        {
            _answerOf[item] = answer;
            if (item.CallId is { } id && _calls.TryGetValue(id, out CodexCall? call) && call.Item == item) call.Answer = answer;
        }

        (_last, _lastEnd, _isReset, _added, _given) = (answer, end, false, [], null);
        _made.Clear();
        TakeLate();
    }

    // Reasoning is encrypted; its length is known by the count only.
    private void ScaleReasoning(CodexTokens tokens)
    {
        int reasonings = _made.Count(item => item.IsReasoning);
        foreach (CodexItem item in _made)
        {
            if (item.IsReasoning) item.Segment = item.Segment with { Estimate = (double)tokens.Reasoning / reasonings };
        }
    }

    // The last answer of the turns that stay is what the next prompt goes on from.
    private void RollBack(int turns)
    {
        _turn = Math.Max(0, _turn - turns);
        CodexAnswer? last = _last;
        while (last is not null && last.Turn > _turn) last = last.Previous;
        if (last == _last) return;
        _isReset = last is null;
        _last = last ?? Answers.FirstOrDefault();
        _added = [];
    }

    // A clock that is set back while a thread runs would put its lines out of order: what follows goes on from there.
    private void MendClock()
    {
        long shift = 0, last = 0;
        for (int i = _thread.OwnFrom; i < _thread.Events.Count; i++)
        {
            CodexEvent next = _thread.Events[i];
            long time = next.TimeMs + shift;
            if (time < last - ClockSlackMs)
            {
                ClockJumps.Add(next);
                shift += last - time;
                time = last;
            }

            if (shift != 0) next.At = next.At with { TimeMs = time };
            last = Math.Max(last, time);
        }
    }
}
