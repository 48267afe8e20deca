using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>Why the queue of a rank stands still (behaviour 02#13).</summary>
internal static class VllmBlockage
{
    /// <summary>The request at the head of the queue and why it cannot run.</summary>
    public static (int Request, string Reason) Describe(VllmState state)
    {
        (Deque<Sequence> waiting, Batch<Sequence> running, VllmLimits limits) = (state.Waiting, state.Running, state.Limits);
        if (waiting.Count == 0) return (running.Count > 0 ? running[0].Request : -1, "it waits for KV blocks that nothing will free");
        Sequence head = waiting.First;
        int blocks = BlockCount.Of(head.Length, limits.BlockSize);
        if (blocks > limits.TotalBlocks)
        {
            return (head.Request, $"it needs {blocks} KV blocks of {limits.BlockSize} tokens and its worker has {limits.TotalBlocks}; " +
                "raise num_gpu_blocks or set max_model_len");
        }

        if (head.WasPreempted || blocks > limits.TotalBlocks - state.Blocks.Active)
        {
            return (head.Request, $"it needs {blocks} KV blocks of {limits.BlockSize} tokens, and of the {limits.TotalBlocks} of its " +
                $"worker {state.Blocks.Active} stay in use; raise num_gpu_blocks");
        }

        return (head.Request, $"its {head.PromptTokens} prompt tokens exceed max_num_batched_tokens {limits.TokenBudget} and chunked " +
            "prefill is off; raise max_num_batched_tokens or turn enable_chunked_prefill on");
    }
}
