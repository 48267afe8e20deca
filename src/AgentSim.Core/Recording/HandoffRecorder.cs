using AgentSim.Engines;

namespace AgentSim.Recording;

/// <summary>Writes down the hand-offs of a disaggregated replay; of every time the first one counts.</summary>
internal sealed class HandoffRecorder
{
    private readonly HandoffOutcome[] _outcomes;
    private readonly RunRecorder _run;

    public HandoffRecorder(RunRecorder run)
    {
        _run = run;
        _outcomes = new HandoffOutcome[run.Outcomes.Length];
        for (int request = 0; request < _outcomes.Length; request++) _outcomes[request] = HandoffOutcome.Empty;
        if (run.RecordsWaits) Array.Fill(TransferEnds = new double[_outcomes.Length], double.NaN);
        Prefill = new PrefillSide(this);
        Decode = new DecodeSide(this);
    }

    public HandoffOutcome[] Outcomes => _outcomes;

    /// <summary>When the KV of each request was on its decode worker; null unless <see cref="RunRecorder.RecordsWaits"/> is set.</summary>
    public double[]? TransferEnds { get; }

    /// <summary>The KV of a request is on its decode worker.</summary>
    public void Transferred(int request, double now)
    {
        if (TransferEnds is not null) TransferEnds[request] = now;
    }

    /// <summary>What prefill workers report to: of their tokens only the time of the last is kept, by which they plan.</summary>
    public PassRecorder Prefill { get; }

    /// <summary>What decode workers report to: their tokens are the request's.</summary>
    public PassRecorder Decode { get; }

    public ref HandoffOutcome this[int request] => ref _outcomes[request];

    public static void First(ref double time, double now)
    {
        if (double.IsNaN(time)) time = now;
    }

    private sealed class PrefillSide : PassRecorder
    {
        private readonly HandoffRecorder _owner;
        private readonly double[] _lastTokens;

        public PrefillSide(HandoffRecorder owner)
        {
            _owner = owner;
            Array.Fill(_lastTokens = new double[owner._outcomes.Length], double.NaN);
        }

        public override int PlannedOutput(int request) => _owner._run.PrefillOutput(request);

        public override double LastToken(int request) => _lastTokens[request];

        public override void Admitted(int request, double now, int reused)
        {
            ref HandoffOutcome outcome = ref _owner._outcomes[request];
            First(ref outcome.PrefillAdmit, now);
            outcome.PrefillReused = Math.Max(outcome.PrefillReused, reused);
            _owner._run.Admitted(request, now, reused);
        }

        public override void Token(int request, double time) => _lastTokens[request] = time;

        public override void StretchTokens(int request, DecodeStretch stretch) => _lastTokens[request] = stretch.End;

        public override void StretchGaps(DecodeStretch stretch, int requests)
        {
        }
    }

    private sealed class DecodeSide(HandoffRecorder owner) : PassRecorder
    {
        public override int PlannedOutput(int request) => owner._run.PlannedOutput(request);

        public override double LastToken(int request) => owner._run.LastToken(request);

        public override void Admitted(int request, double now, int reused)
        {
            ref HandoffOutcome outcome = ref owner._outcomes[request];
            First(ref outcome.DecodeAdmit, now);
            outcome.DecodeReused = Math.Max(outcome.DecodeReused, reused);
            owner._run.Admitted(request, now, reused);
        }

        public override void Token(int request, double time) => owner._run.Token(request, time);

        public override void StretchTokens(int request, DecodeStretch stretch) => owner._run.StretchTokens(request, stretch);

        public override void StretchGaps(DecodeStretch stretch, int requests) => owner._run.StretchGaps(stretch, requests);
    }
}
