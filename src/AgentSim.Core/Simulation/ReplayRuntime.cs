using System.Globalization;
using AgentSim.Engines;
using AgentSim.Prompts;
using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>What every runtime is built from.</summary>
internal sealed record RuntimeParts(
    LoadDriver Driver,
    PromptCatalog Prompts,
    RunRecorder Recorder,
    WorkloadColumns Load,
    ReplaySettings Settings,
    IProgress<ReplayProgress>? Progress,
    CancellationToken Cancellation)
{
    /// <summary>Where to record the KV blocks in use; null: nowhere.</summary>
    public List<KvUseSample>? KvUse { get; init; }

    /// <summary>What the run waits for; null: nothing.</summary>
    public RunClock? Clock { get; init; }

    /// <summary>Somebody records what single passes do (see <see cref="EngineServices.IsWatched"/>).</summary>
    public bool IsWatched => KvUse is not null || Settings.Observer is not null;

    /// <summary>What records the KV blocks in use of a pool, if anything has to.</summary>
    public KvUseRecorder? KvUseOf(WorkerType type, Scheduler[] ranks) =>
        KvUse is { } samples ? new KvUseRecorder(type, ranks, samples) : null;
}

/// <summary>Moves requests through simulated workers (behaviour 04). Times are simulated milliseconds.</summary>
internal abstract class ReplayRuntime(RuntimeParts parts)
{
    private const int TurnsBetweenReports = 1024;

    private int _turns;

    protected RuntimeParts Parts { get; } = parts;

    protected LoadDriver Driver => Parts.Driver;

    protected RunRecorder Recorder => Parts.Recorder;

    protected double? TimeCap => Parts.Settings.MaxSimTimeMs;

    protected double Now { get; set; }

    /// <summary>Runs to the end or to the time cap.</summary>
    /// <exception cref="AgentSimException">Requests remain that can never run.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public abstract void Run();

    /// <summary>Seconds of all decode workers, added up from event to event; null for a single worker: the duration of the run.</summary>
    public abstract double? DecodeWorkerSeconds { get; }

    /// <summary>The ranks of all workers, those of a prefill pool first.</summary>
    public abstract IEnumerable<Scheduler> AllRanks();

    /// <summary>Seconds of prefill workers; 0 where there are none.</summary>
    public virtual double PrefillWorkerSeconds => 0.0;

    /// <summary>Called once per turn of the main loop, and for every pass that takes no time: stops when asked to, and reports progress now
    /// and then.</summary>
    protected void TakeTurn()
    {
        Parts.Cancellation.ThrowIfCancellationRequested();
        if (++_turns % TurnsBetweenReports != 0) return;
        Parts.Progress?.Report(new ReplayProgress(Recorder.TerminalCount + Driver.Skipped, Parts.Load.InputLength.Length, Now));
    }

    /// <summary>Lets a request into the system.</summary>
    protected void Arrive(int request, double arrival)
    {
        Parts.Prompts.Open(request);
        Recorder.Arrived(request, arrival, Parts.Prompts.PromptTokens(request));
        if ((Parts.Load.IsDelta || Parts.Load.CanSkip) && TimeCap is null) Feasibility.CheckArrived(Parts, request);
    }

    /// <summary>
    /// The target of a request, -1 where it has to wait. False when the router has no room for it: behind a clock such a request ends;
    /// elsewhere that is an error.
    /// </summary>
    protected bool TryPlace(Placement placement, int request, out int target)
    {
        try
        {
            target = placement.Place(request, Now);
            return true;
        }
        catch (AgentSimException full) when (Parts.Clock is not null && full.Code == Errors.RouterQueueFull)
        {
            target = -1;
            Parts.Clock.Refused(request, full);
            OnRefused(request);
            return false;
        }
    }

    /// <summary>Ends a request that found no room in the router.</summary>
    protected virtual void OnRefused(int request)
    {
        End(new Signal(request, SignalKind.Rejected));
        Driver.OnTerminal(request, Now, completed: false);
    }

    /// <summary>A request ended: its record is closed and its followers may become ready.</summary>
    protected void End(in Signal signal)
    {
        RecordEnd(signal);
        Parts.Prompts.Close(signal.Request, Recorder.OutputLength(signal.Request), signal.Kind == SignalKind.Rejected);
    }

    /// <summary>Closes only the record of a request whose prompt is still needed, by a hand-off that is not over.</summary>
    protected void RecordEnd(in Signal signal) =>
        Recorder.Terminal(signal.Request, Now, signal.Kind == SignalKind.Rejected ? TerminalStatus.Rejected : TerminalStatus.Completed);

    /// <summary>The error for requests that can never run, naming the one that blocks a rank.</summary>
    protected AgentSimException DeadEnd(IEnumerable<Scheduler> ranks)
    {
        int inFlight = 0, blocked = -1;
        string why = "";
        foreach (Scheduler rank in ranks)
        {
            inFlight += rank.RequestCount;
            if (blocked >= 0 || rank.RequestCount == 0) continue;
            (blocked, why) = rank.DescribeBlockage();
        }

        string end = string.Create(CultureInfo.InvariantCulture,
            $"the replay reached a dead end at {Now:F3} ms with {inFlight} requests in flight");
        if (blocked >= 0)
            return Parts.Load.Fault(blocked, Errors.ReplayDeadEnd, $"{end}; {Parts.Load.Describe(blocked)} can never run: {why}");
        // Nothing waits for a worker, so that what is left waits for a time that never comes.
        return Errors.ReplayDeadEnd.Error(inFlight > 0 ? end :
            $"{end}: the others start at no finite time; give smaller times, or a larger {Setting.ArrivalSpeedupRatio} if it is below 1 "
            + string.Create(CultureInfo.InvariantCulture, $"(is {Parts.Settings.ArrivalSpeedupRatio})"));
    }

    /// <summary>
    /// Throws for a rank that admits and preempts for ever without computing anything new (behaviour 04#9.3).
    /// </summary>
    protected void CheckProductive(Scheduler rank)
    {
        if (RuntimeRules.IsStuck(rank.Pass, Parts.Recorder.LongestSequence)) throw DeadEnd([rank]);
    }
}
