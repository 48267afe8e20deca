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
/// The pass of a scheduler: what is known of it while it is computed, and afterwards what others act on. There is one object a rank,
/// which begins anew with every pass; engines add what only their own parts need.
/// </summary>
internal class Pass
{
    /// <summary>Signals, in order.</summary>
    public GrowList<Signal> Signals;

    /// <summary>Tokens that were emitted, by request in the order of emission; until they are stamped.</summary>
    public GrowList<EmittedTokens> Emitted;

    /// <summary>Requests beside these that emitted a token each and are recorded together; until they are stamped.</summary>
    public int EmittedTogether;

    /// <summary>Requests that ended, were rejected or were left to a hand-off.</summary>
    public int CompletedRequests;

    /// <summary>True when the pass admitted, scheduled, emitted or ended anything.</summary>
    public bool HadEffect { get; private set; }

    /// <summary>True when the pass admitted, emitted or ended anything.</summary>
    public bool HadOutcome { get; private set; }

    /// <summary>Passes in a row that had an effect but emitted nothing, ended nothing and computed nothing new.</summary>
    public int UnproductiveInARow { get; private set; }

    /// <summary>A request emitted tokens.</summary>
    public void Emit(int request, int tokens) => Emitted.Add(new EmittedTokens(request, tokens));

    /// <summary>Says something about a request.</summary>
    public void Signal(int request, SignalKind kind) => Signals.Add(new Signal(request, kind));

    /// <summary>The pass is computed.</summary>
    /// <param name="hasAdmitted">It admitted requests.</param>
    /// <param name="hasScheduled">It gave requests something to do.</param>
    /// <param name="hasComputed">It computed tokens that had not been computed before.</param>
    public void Conclude(bool hasAdmitted, bool hasScheduled, bool hasComputed)
    {
        bool yields = CompletedRequests > 0 || Emitted.Count > 0 || EmittedTogether > 0;
        HadOutcome = hasAdmitted || yields;
        HadEffect = HadOutcome || hasScheduled;
        UnproductiveInARow = !HadEffect || hasComputed || yields ? 0 : UnproductiveInARow + 1;
    }

    /// <summary>Drops the signals once they have been acted on.</summary>
    public void Forget()
    {
        Signals.Clear();
        CompletedRequests = 0;
        HadEffect = HadOutcome = false;
    }

    /// <summary>Records the tokens.</summary>
    public void Stamp(PassRecorder recorder, double end)
    {
        foreach ((int request, int tokens) in Emitted)
        {
            for (int i = 0; i < tokens; i++) recorder.Token(request, end);
        }

        Emitted.Clear();
    }

    /// <summary>Another pass begins.</summary>
    protected void BeginAnew()
    {
        Signals.Clear();
        Emitted.Clear();
        CompletedRequests = EmittedTogether = 0;
    }
}
