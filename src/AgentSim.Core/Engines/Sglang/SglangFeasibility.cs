using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>Requests that an SGLang worker never admits or never finishes, whatever else it does (behaviour 03#A.8).</summary>
internal static class SglangFeasibility
{
    /// <summary>Why a request can never run to its end; null when it may.</summary>
    public static string? WhyNever(EngineConfig config, int promptTokens, int outputTokens)
    {
        SglangLimits limits = new(config);
        if (promptTokens == 0) return "its prompt is empty";
        if (WhyNeverPrefilled(limits, promptTokens) is string budget) return budget;

        // The last chunk of a long prompt finds less by exactly what the earlier ones took.
        long prompt = InPages(promptTokens, limits), reserved = Math.Min(outputTokens, limits.OutputClip);
        if (prompt + reserved >= limits.TotalTokens)
        {
            return $"its prompt fills pages of {prompt} tokens, {reserved} are reserved for output, and together they must be less than " +
                $"the {limits.TotalTokens} a worker has; raise num_gpu_blocks";
        }

        long final = InPages((long)promptTokens + outputTokens, limits);
        return final <= limits.TotalTokens ? null
            : $"its {promptTokens} prompt and {outputTokens} output tokens fill pages of {final} tokens and a worker has " +
            $"{limits.TotalTokens}; raise num_gpu_blocks";
    }

    private static string? WhyNeverPrefilled(in SglangLimits limits, int promptTokens)
    {
        bool isCut = promptTokens > limits.ChunkSize;
        long charge = isCut ? limits.ChunkSize / limits.PageSize * limits.PageSize : InPages(promptTokens, limits);
        if (charge == 0) return $"its {promptTokens} prompt tokens exceed sglang.chunked_prefill_size {limits.ChunkSize}, which is less " +
            $"than a page of {limits.PageSize}; raise it";
        string part = isCut ? $"the first part of its {promptTokens} prompt tokens" : "its prompt";
        if (charge > limits.ChunkSize)
            return $"{part} fills pages of {charge} tokens, more than sglang.chunked_prefill_size {limits.ChunkSize}; raise it or " +
                "use a smaller page size";
        return charge > limits.MaxPrefillTokens
            ? $"{part} fills pages of {charge} tokens, more than sglang.max_prefill_tokens {limits.MaxPrefillTokens}; raise it" : null;
    }

    private static long InPages(long tokens, in SglangLimits limits) => BlockCount.Of(tokens, limits.PageSize) * limits.PageSize;
}
