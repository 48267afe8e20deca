using AgentSim.Collections;

namespace AgentSim.Engines.Vllm;

/// <summary>A pass of a vLLM or TensorRT-LLM rank (behaviour 02#6).</summary>
internal sealed class VllmPass : Pass
{
    private long _number;
    private bool _scheduledWork;
    private bool _computedNew;

    /// <summary>Tokens that may still be scheduled.</summary>
    public long Budget;

    /// <summary>The prompts it computes.</summary>
    public PromptWork Prompts;

    /// <summary>A request was preempted.</summary>
    public bool PreemptedAny;

    /// <summary>Requests admitted.</summary>
    public int Admissions;

    /// <summary>Requests turned away; they are told at the end of the pass.</summary>
    public GrowList<int> Rejected;

    public void Begin(long budget)
    {
        BeginAnew();
        _number++;
        Budget = budget;
        Prompts = default;
        PreemptedAny = _scheduledWork = _computedNew = false;
        Admissions = 0;
        Rejected.Clear();
    }

    /// <summary>Gives a sequence tokens to compute.</summary>
    public void Charge(Sequence sequence, int tokens, int promptTokens, int promptBefore)
    {
        sequence.ScheduledPass = _number;
        sequence.ScheduledTokens = tokens;
        sequence.ScheduledPrompt = promptTokens;
        sequence.ScheduledPromptBefore = promptBefore;
        Budget -= tokens;
        _scheduledWork |= promptTokens > 0 || sequence.OutputLimit > sequence.Generated;
        if (sequence.Computed > sequence.MostComputed)
        {
            sequence.MostComputed = sequence.Computed;
            _computedNew = true;
        }

        if (promptTokens > 0) Prompts.Add(promptBefore + promptTokens, promptBefore);
    }

    /// <summary>Gives sequences that decode in step a token each.</summary>
    public void ChargeInStep(int sequences)
    {
        Budget -= sequences;
        _scheduledWork = true;
    }

    /// <summary>Takes back what it gave to a sequence that was preempted, if it gave any.</summary>
    public void Refund(Sequence sequence)
    {
        if (sequence.ScheduledPass != _number) return;
        sequence.ScheduledPass = 0;
        Budget += sequence.ScheduledTokens;
        if (sequence.ScheduledPrompt > 0)
            Prompts.TakeBack(sequence.ScheduledPromptBefore + sequence.ScheduledPrompt, sequence.ScheduledPromptBefore);
    }

    public void Conclude()
    {
        foreach (int request in Rejected) Signal(request, SignalKind.Rejected);
        Conclude(Admissions > 0, _scheduledWork, _computedNew);
    }
}
