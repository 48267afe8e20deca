namespace AgentSim.Engines.Sglang;

// Why the queue stands still (behaviour 03#A.8).
internal sealed partial class SglangScheduler
{
    public override (int Request, string Reason) DescribeBlockage()
    {
        if (_running.Count > 0) return (_running[0].Request, $"it needs another KV page of {_limits.PageSize} tokens, and of the {_limits.TotalPages} of its worker none is free or can be evicted; raise num_gpu_blocks");
        if (_waiting.Count == 0) return (-1, "");
        Sequence head = _waiting.First;
        Chunk chunk = NextChunk(head, _limits.ChunkSize);
        string reason = (chunk.Tokens, chunk.Charge) switch
        {
            (0, _) when head.Length == 0 => "its prompt is empty",
            (0, _) => $"sglang.chunked_prefill_size {_limits.ChunkSize} is less than a page of {_limits.PageSize} tokens; raise it",
            (_, var charge) when charge > _limits.ChunkSize => $"its next {chunk.Tokens} tokens fill pages of {charge} tokens, more than sglang.chunked_prefill_size {_limits.ChunkSize}; raise it or use a smaller page size",
            (_, var charge) when charge > _limits.MaxPrefillTokens => $"its next {chunk.Tokens} tokens fill pages of {charge} tokens, more than sglang.max_prefill_tokens {_limits.MaxPrefillTokens}; raise it",
            _ => $"its next {chunk.Charge} tokens and {chunk.Output} reserved for output must be less than the {_pages.ObtainablePages * _limits.PageSize} tokens its worker has left of {_limits.TotalTokens}; raise num_gpu_blocks",
        };
        return (head.Request, reason);
    }
}
