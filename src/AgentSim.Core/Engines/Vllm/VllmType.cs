using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>vLLM (behaviour 02).</summary>
internal sealed class VllmType() : EngineType("vllm")
{
    internal override HandoffOrder Handoff => HandoffOrder.SourceFirst;

    internal override bool HasLengthLimit => true;

    internal override bool HasOffload => true;

    internal override long DefaultBlockSize(EngineArguments arguments) => 64;

    internal override string? FindUnrunnableBlockSize(EngineArguments arguments) => BlockManager.FindUnrunnableBlockSize(arguments);

    internal override string? WhyNever(EngineArguments arguments, int promptTokens, int outputTokens)
    {
        if (Rejects(arguments, promptTokens)) return null;
        long length = (long)promptTokens + outputTokens;
        if (arguments.MaxModelLen is long limit) length = Math.Min(length, limit);
        // The last token never gets a place of its own, except in a speculative burst.
        long held = arguments.AicNextn is null ? length - 1 : length;
        if (held > arguments.CapacityTokens)
        {
            return $"its {promptTokens} prompt and {outputTokens} output tokens need {BlockCount.Of(held, (int)arguments.BlockSize)} KV blocks and a worker has {arguments.NumGpuBlocks} of {arguments.BlockSize} tokens; raise num_gpu_blocks or set max_model_len";
        }

        // Prompts reach decode workers as KV.
        if (arguments.WorkerType != WorkerType.Decode && !arguments.EnableChunkedPrefill && !arguments.EnablePrefixCaching && promptTokens > arguments.MaxNumBatchedTokens)
        {
            return $"its {promptTokens} prompt tokens exceed max_num_batched_tokens {arguments.MaxNumBatchedTokens} and chunked prefill is off; raise max_num_batched_tokens or turn enable_chunked_prefill on";
        }

        return null;
    }

    internal override SimulatedEngine Create(EngineServices services) => new VllmEngine(services, guaranteedNoEvict: false);
}
