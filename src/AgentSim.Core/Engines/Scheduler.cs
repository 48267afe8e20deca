using AgentSim.Collections;

namespace AgentSim.Engines;

/// <summary>What a pass says about a request, as far as the runtime acts on it (behaviour 04#5.5).</summary>
internal enum SignalKind : byte
{
    /// <summary>The first token, which does not end the request.</summary>
    FirstToken,

    /// <summary>The request ended with its output complete.</summary>
    Completed,

    /// <summary>The request was turned away.</summary>
    Rejected,
}

/// <summary>Tokens that a request emitted in a pass.</summary>
internal readonly record struct EmittedTokens(int Request, int Tokens);

/// <summary>One signal of a pass.</summary>
internal readonly record struct Signal(int Request, SignalKind Kind);

/// <summary>
/// The scheduler of one rank. A pass is computed as a whole when it starts; its tokens are stamped once the end of the
/// worker's pass is known, its signals take effect when that end is reached (behaviour 04#2.1).
/// </summary>
internal abstract class Scheduler
{
    /// <summary>Signals of the last pass, in order.</summary>
    public GrowList<Signal> Signals;

    /// <summary>Requests that ended, were rejected or were left to a hand-off in the last pass.</summary>
    public int CompletedRequests { get; protected set; }

    /// <summary>True when the last pass admitted, scheduled, emitted or ended anything.</summary>
    public bool HadEffect { get; protected set; }

    /// <summary>True when the last pass admitted, emitted or ended anything.</summary>
    public bool HadOutcome { get; protected set; }

    /// <summary>Passes in a row that had an effect but emitted nothing, ended nothing and computed nothing new.</summary>
    public int UnproductivePasses { get; protected set; }

    /// <summary>True when a request that joins the queue now cannot change the passes of the planned stretch.</summary>
    public virtual bool IgnoresNewcomers => false;

    /// <summary>True when a rank whose pass had no effect is blocked for ever, whatever requests join its queue.</summary>
    public virtual bool StaysBlocked => true;

    /// <summary>True when even a pass without effect changes what later passes do (SGLang reserves less for output with each).</summary>
    public virtual bool ChangesWithoutEffect => false;

    /// <summary>
    /// The last pass has ended. Of engines that publish their cache only then, routers see from now on what the pass changed;
    /// of vLLM they see it from the start of the pass.
    /// </summary>
    public virtual void PublishCache()
    {
    }

    /// <summary>Drops the signals of the last pass once they have been acted on.</summary>
    public void ForgetPass()
    {
        Signals.Clear();
        CompletedRequests = 0;
        HadEffect = HadOutcome = false;
    }

    /// <summary>Requests waiting or running.</summary>
    public abstract int RequestCount { get; }

    /// <summary>Requests among them that wait, for metrics of servers.</summary>
    public virtual int WaitingCount => 0;

    /// <summary>KV blocks that requests hold, for timelines; 0 where an engine does not count any.</summary>
    public virtual long UsedBlocks => 0;

    /// <summary>Appends a request to the waiting queue; the next pass sees it.</summary>
    public abstract void Submit(int request);

    /// <summary>
    /// Lets a request end with the next token that it gets, where its client is gone; a replay never asks for it. False where the rank
    /// does not have it.
    /// </summary>
    public virtual bool TryCutShort(int request) => false;

    /// <summary>
    /// Runs one pass at <paramref name="now"/>; returns when it ends if no other rank holds it up. This is the definition of
    /// the engine: what is planned ahead below gives what single passes would give (tests: <c>StretchTests</c>).
    /// </summary>
    public abstract double RunPass(double now);

    /// <summary>Records the tokens of the last pass at <paramref name="end"/>.</summary>
    public abstract void StampTokens(double end);

    /// <summary>Repetitive passes planned ahead, empty where the next pass must run by itself.</summary>
    public virtual DecodeStretch Stretch => DecodeStretch.None;

    /// <summary>
    /// Runs passes that take no time and only emit tokens, all but the one in which a request ends; returns how many.
    /// 0 when the next pass must run by itself.
    /// </summary>
    public virtual int RunInstantPasses() => 0;

    /// <summary>
    /// Plans a stretch of passes in which nothing but time changes, up to the first that ends at or after
    /// <paramref name="horizon"/>. False when the next pass must run by itself; an engine that plans nothing leaves it
    /// and the members about stretches around it alone.
    /// </summary>
    public virtual bool TryPlanStretch(double now, double horizon) => false;

    /// <summary>
    /// Applies the first <paramref name="steps"/> planned passes and drops the rest of the plan. The signals are those of
    /// the last of them: requests may end in it.
    /// </summary>
    public virtual void CommitStretch(int steps)
    {
    }

    /// <summary>
    /// Brings what a router sees of the cache up to <paramref name="now"/>, in the midst of a stretch. <paramref name="driven"/>:
    /// passes were already started at this time, so that one that starts now counts.
    /// </summary>
    public virtual void SynchroniseCaches(double now, bool driven)
    {
    }

    /// <summary>The request at the head of the queue and why it cannot run, for the error of a replay that cannot go on.</summary>
    public abstract (int Request, string Reason) DescribeBlockage();
}

/// <summary>What a scheduler reports of its passes. Requests are 0-based ordinals, times simulated milliseconds.</summary>
internal abstract class PassRecorder
{
    /// <summary>Output tokens the request will produce here.</summary>
    public abstract int PlannedOutput(int request);

    /// <summary>Time of the request's last token, NaN before the first.</summary>
    public abstract double LastToken(int request);

    /// <summary>The request was admitted with so many prompt tokens from the cache.</summary>
    public abstract void Admitted(int request, double now, int reused);

    /// <summary>The request emitted a token.</summary>
    public abstract void Token(int request, double time);

    /// <summary>One token at the end of every pass of a stretch; the gaps are recorded for the batch as a whole.</summary>
    public abstract void StretchTokens(int request, DecodeStretch stretch);

    /// <summary>The gaps of a stretch, each once for every request of its batch.</summary>
    public abstract void StretchGaps(DecodeStretch stretch, int requests);
}
