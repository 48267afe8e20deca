using AgentSim.Engines.Vllm;
using AgentSim.Prompts;

namespace AgentSim.Engines;

public abstract partial class EngineType
{
    /// <summary>vLLM.</summary>
    public static EngineType Vllm { get; } = Add(new VllmType());
}

/// <summary>vLLM (behaviour 02).</summary>
internal sealed class VllmType() : EngineType("vllm")
{
    internal override Splitting Splitting { get; } = new(VllmRules.Handoff, NewEngine);

    internal override bool HasLengthLimit => true;

    internal override bool HasOffload => true;

    internal override long DefaultBlockSize(EngineArguments arguments) => 64;

    internal override string? FindUnrunnableBlockSize(EngineConfig config) => BlockManager.FindUnrunnableBlockSize(config);

    internal override string? WhyNever(EngineConfig config, int promptTokens, int outputTokens)
    {
        if (Rejects(config, promptTokens)) return null;
        long length = (long)promptTokens + outputTokens;
        if (config.MaxModelLen is long limit) length = Math.Min(length, limit);
        // The last token never gets a place of its own, except in a speculative burst.
        long held = config.Speculates ? length : length - 1;
        if (held > config.CapacityTokens)
        {
            return $"its {promptTokens} prompt and {outputTokens} output tokens need {BlockCount.Of(held, (int)config.BlockSize)} KV " +
                $"blocks and a worker has {config.NumGpuBlocks} of {config.BlockSize} tokens; raise num_gpu_blocks or set max_model_len";
        }

        // Prompts reach decode workers as KV.
        if (config.WorkerType != WorkerType.Decode && !config.EnableChunkedPrefill && !config.EnablePrefixCaching
            && promptTokens > config.MaxNumBatchedTokens)
        {
            return $"its {promptTokens} prompt tokens exceed max_num_batched_tokens {config.MaxNumBatchedTokens} and chunked prefill is " +
                "off; raise max_num_batched_tokens or turn enable_chunked_prefill on";
        }

        return null;
    }

    internal override SimulatedEngine Create(EngineServices services) => NewEngine(services);

    private static VllmEngine NewEngine(EngineServices services) => new(services, state => new KnownLengthAdmission(state));
}
