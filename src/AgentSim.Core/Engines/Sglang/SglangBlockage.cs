using AgentSim.Collections;

namespace AgentSim.Engines.Sglang;

/// <summary>Why the queue of a rank stands still (behaviour 03#A.8).</summary>
internal static class SglangBlockage
{
    /// <summary>The request at the head of the queue and why it cannot run.</summary>
    public static (int Request, string Reason) Describe(SglangState state, SglangAdmission admission)
    {
        (SglangLimits limits, SglangQueue waiting, Batch<Sequence> running) = (state.Limits, state.Waiting, state.Running);
        if (running.Count > 0) return (running[0].Request,
            $"it needs another KV page of {limits.PageSize} tokens, and of the {limits.TotalPages} of its worker none is free or can " +
                "be evicted; raise num_gpu_blocks");
        if (waiting.Count == 0) return (-1, "");
        Sequence head = waiting.First;
        Chunk chunk = admission.NextChunk(head, limits.ChunkSize);
        string reason = (chunk.Tokens, chunk.Charge) switch
        {
            (0, _) when head.Length == 0 => "its prompt is empty",
            (0, _) => $"sglang.chunked_prefill_size {limits.ChunkSize} is less than a page of {limits.PageSize} tokens; raise it",
            (_, var charge) when charge > limits.ChunkSize =>
                $"its next {chunk.Tokens} tokens fill pages of {charge} tokens, more than sglang.chunked_prefill_size " +
                    $"{limits.ChunkSize}; raise it or use a smaller page size",
            (_, var charge) when charge > limits.MaxPrefillTokens =>
                $"its next {chunk.Tokens} tokens fill pages of {charge} tokens, more than sglang.max_prefill_tokens " +
                    $"{limits.MaxPrefillTokens}; raise it",
            _ => $"its next {chunk.Charge} tokens and {chunk.Output} reserved for output must be less than the " +
                $"{state.Pages.ObtainablePages * limits.PageSize} tokens its worker has left of {limits.TotalTokens}; raise num_gpu_blocks",
        };
        return (head.Request, reason);
    }
}
