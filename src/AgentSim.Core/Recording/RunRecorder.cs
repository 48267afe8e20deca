using AgentSim.Collections;
using AgentSim.Engines;
using AgentSim.Statistics;
using AgentSim.Workload;

namespace AgentSim.Recording;

/// <summary>
/// Writes down what happens to every request (behaviour 06#2; 04#5.8). Gaps between tokens count only for
/// requests that complete: without a time cap every request that emits does, so they are folded in as they come; with
/// one they are kept per request until it ends.
/// </summary>
internal class RunRecorder : PassRecorder
{
    private readonly RequestOutcome[] _outcomes;
    private readonly List<double>?[]? _openGaps;
    private readonly WorkloadColumns _load;

    private GrowList<Readmission> _readmissions;

    public RunRecorder(WorkloadColumns load, bool hasTimeCap)
    {
        _load = load;
        _outcomes = new RequestOutcome[load.InputLength.Length];
        for (int request = 0; request < _outcomes.Length; request++) _outcomes[request] = RequestOutcome.Empty;
        if (hasTimeCap) _openGaps = new List<double>?[_outcomes.Length];
    }

    public ReadOnlySpan<RequestOutcome> Outcomes => _outcomes;

    public RequestOutcome[] OutcomeArray => _outcomes;

    /// <summary>
    /// Requests that were admitted again after their first token, in the order of time; only where <see cref="RecordsWaits"/> is set.
    /// </summary>
    public Readmission[] Readmissions => _readmissions.ToArray();

    /// <summary>Whether to write down what only sessions and tasks are made of.</summary>
    public bool RecordsWaits { get; init; }

    public GapStatistics Gaps { get; } = new();

    /// <summary>Tokens of the longest sequence asked for so far, prompt and output.</summary>
    public long LongestSequence { get; private set; }

    /// <summary>Requests that ended, in whatever way.</summary>
    public int TerminalCount { get; private set; }

    public override int PlannedOutput(int request) => _load.OutputLength[request];

    /// <summary>
    /// Output tokens of the request on a prefill worker: one, unless its output is planned, and the plan of a trace is
    /// its whole output (behaviour 04#7.4).
    /// </summary>
    public int PrefillOutput(int request) => _load.HasPlannedOutput ? _load.OutputLength[request]
        : Math.Min(_load.OutputLength[request], 1);

    public override double LastToken(int request) => _outcomes[request].LastToken;

    public int OutputLength(int request) => _outcomes[request].OutputLength;

    /// <summary>Forgets a request, so that its number can be given to another one.</summary>
    protected void Forget(int request) => _outcomes[request] = RequestOutcome.Empty;

    public void Arrived(int request, double time, int inputLength)
    {
        ref RequestOutcome outcome = ref _outcomes[request];
        outcome.Arrival = time;
        outcome.InputLength = inputLength;
        outcome.RequestedOutput = _load.OutputLength[request];
        LongestSequence = Math.Max(LongestSequence, (long)inputLength + outcome.RequestedOutput);
    }

    /// <summary>The request went to a scheduler; the first one counts.</summary>
    public void Dispatched(int request, int worker)
    {
        ref RequestOutcome outcome = ref _outcomes[request];
        if (outcome.Worker < 0) outcome.Worker = worker;
    }

    public override void Admitted(int request, double now, int reused)
    {
        ref RequestOutcome outcome = ref _outcomes[request];
        if (double.IsNaN(outcome.FirstAdmit))
        {
            outcome.FirstAdmit = now;
            outcome.FirstAdmissionReused = reused;
        }
        else if (RecordsWaits && outcome.OutputLength > 0)
        {
            _readmissions.Add(new Readmission(request, outcome.LastToken, now));
        }

        outcome.ReusedInput = Math.Max(outcome.ReusedInput, reused);
    }

    public override void Token(int request, double time)
    {
        ref RequestOutcome outcome = ref _outcomes[request];
        if (outcome.OutputLength == 0)
        {
            outcome.FirstToken = time;
        }
        else
        {
            if (outcome.OutputLength == 1) outcome.SecondToken = time;
            AddGap(request, Math.Max(0.0, time - outcome.LastToken));
        }

        outcome.LastToken = time;
        outcome.OutputLength++;
    }

    // With a time cap the gaps of each request have to be known by themselves.
    public override bool TakesTokensTogether => _openGaps is null;

    public override void PassTokens(double gap, int requests) => Gaps.Add(gap, requests);

    public override void Tokens(int request, int tokens, double lastTime)
    {
        ref RequestOutcome outcome = ref _outcomes[request];
        outcome.OutputLength += tokens;
        outcome.LastToken = lastTime;
    }

    /// <summary>One token at the end of every pass of a stretch; the gaps are recorded for the batch as a whole.</summary>
    public override void StretchTokens(int request, DecodeStretch stretch)
    {
        ref RequestOutcome outcome = ref _outcomes[request];
        if (outcome.OutputLength == 1) outcome.SecondToken = stretch.Ends[0];
        outcome.LastToken = stretch.End;
        outcome.OutputLength += stretch.Steps;
        if (_openGaps is null) return;
        double before = stretch.Start;
        foreach (double end in stretch.Ends)
        {
            AddGap(request, end - before);
            before = end;
        }
    }

    /// <summary>The gaps of a stretch, each once for every request of its batch.</summary>
    public override void StretchGaps(DecodeStretch stretch, int requests)
    {
        if (_openGaps is not null) return;
        ReadOnlySpan<double> ends = stretch.Ends;
        ReadOnlySpan<DecodeStretch.Segment> segments = stretch.Segments;
        double start = stretch.Start;
        int first = 0;
        for (int next = 1; first < ends.Length; next++)
        {
            int last = next < segments.Length ? Math.Min(segments[next].First, ends.Length) : ends.Length;
            double end = ends[last - 1];
            if (!Gaps.AddStretch(segments[next - 1].StepMs, last - first, start, end, requests))
                Gaps.AddPasses(start, ends[first..last], requests);
            (start, first) = (end, last);
        }
    }

    public virtual void Terminal(int request, double now, TerminalStatus status)
    {
        ref RequestOutcome outcome = ref _outcomes[request];
        if (outcome.Status != TerminalStatus.None) return;
        outcome.Status = status;
        outcome.Terminal = now;
        TerminalCount++;
        if (_openGaps?[request] is not List<double> gaps) return;
        _openGaps[request] = null;
        if (!outcome.IsCounted) return;
        foreach (double gap in gaps) Gaps.Add(gap);
    }

    private void AddGap(int request, double gap)
    {
        if (_openGaps is null) Gaps.Add(gap);
        else (_openGaps[request] ??= []).Add(gap);
    }
}
