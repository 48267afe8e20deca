namespace AgentSim.Engines;

/// <summary>
/// The scheduler of one rank: the definition of its engine, pass by pass. A pass is computed as a whole when it starts; its tokens
/// are stamped once the end of the worker's pass is known, its signals take effect when that end is reached (behaviour 04#2.1).
/// What stands beside a scheduler, to plan passes ahead or to hand requests over, is named by its <see cref="Rank"/>.
/// </summary>
/// <param name="pass">What its passes do.</param>
/// <param name="recorder">Where tokens are written down.</param>
internal abstract class Scheduler(Pass pass, PassRecorder recorder)
{
    /// <summary>What the last pass did.</summary>
    public Pass Pass { get; } = pass;

    /// <summary>True when a rank whose pass had no effect is blocked for ever, whatever requests join its queue.</summary>
    public virtual bool StaysBlocked => true;

    /// <summary>True when even a pass without effect changes what later passes do (SGLang reserves less for output with each).</summary>
    public virtual bool ChangesWithoutEffect => false;

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

    /// <summary>Runs one pass at <paramref name="now"/>; returns when it ends if no other rank holds it up.</summary>
    public abstract double RunPass(double now);

    /// <summary>Records the tokens of the last pass at <paramref name="end"/>.</summary>
    public virtual void StampTokens(double end) => Pass.Stamp(recorder, end);

    /// <summary>
    /// The last pass has ended. Of engines that publish their cache only then, routers see from now on what the pass changed;
    /// of the others they see it from the start of the pass.
    /// </summary>
    public virtual void PublishCache()
    {
    }

    /// <summary>The request at the head of the queue and why it cannot run, for the error of a replay that cannot go on.</summary>
    public abstract (int Request, string Reason) DescribeBlockage();
}
