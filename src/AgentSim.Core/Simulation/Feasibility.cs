using AgentSim.Engines;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>
/// Finds requests that could never finish, before or as soon as they arrive (specification 00 and 04, 9.3): a sequence
/// that outgrows its worker's KV pool preempts itself and is never let in again. Requests that the scheduler rejects
/// are a normal outcome and are left alone.
/// </summary>
internal static class Feasibility
{
    /// <summary>Checks every request that is known beforehand to arrive, and its prompt. Not to be called with a time cap, which may end the run first.</summary>
    public static void Check(WorkloadColumns load, ReplaySettings settings)
    {
        if (load.IsDelta || (load.CanSkip && load.InputLength.Any(prompt => IsRejected(settings.Engine, prompt)))) return;
        for (int request = 0; request < load.InputLength.Length; request++)
        {
            int prompt = load.InputLength[request], output = load.OutputLength[request];
            if (settings.Pools is not PoolSettings pools)
            {
                Check(load, settings.Engine, request, prompt, output);
            }
            else if (!IsRejected(pools.Prefill, prompt))
            {
                Check(load, pools.Prefill, request, prompt, load.HasPlannedOutput ? output : Math.Min(output, 1));
                Check(load, pools.Decode, request, prompt, output);
            }
        }
    }

    /// <summary>Checks a request that has just arrived, where that or its prompt was not known beforehand.</summary>
    public static void CheckArrived(RuntimeParts parts, int request) =>
        Check(parts.Load, parts.Settings.Engine, request, parts.Prompts.PromptTokens(request), parts.Load.OutputLength[request]);

    // Turned away by the scheduler, or refused room on a decode worker.
    private static bool IsRejected(EngineArguments engine, int prompt) => prompt > Capacity(engine) || prompt >= engine.MaxModelLen;

    private static Int128 Capacity(EngineArguments engine) => (Int128)engine.NumGpuBlocks * engine.BlockSize;

    private static void Check(WorkloadColumns load, EngineArguments engine, int request, int prompt, int output)
    {
        if (engine.EngineType != EngineType.Vllm || IsRejected(engine, prompt)) return;
        Int128 capacity = Capacity(engine);
        long length = (long)prompt + output;
        if (engine.MaxModelLen is long limit) length = Math.Min(length, limit);
        // The last token never gets a place of its own, except in a speculative burst.
        long held = engine.AicNextn is null ? length - 1 : length;
        if (held > capacity)
        {
            throw new AgentSimException(
                "RequestNeverFits",
                $"{load.Describe(request)} can never finish: its {prompt} prompt and {output} output tokens need {BlockCount.Of(held, (int)engine.BlockSize)} KV blocks and a worker has {engine.NumGpuBlocks} of {engine.BlockSize} tokens; raise num_gpu_blocks or set max_model_len");
        }

        if (!engine.EnableChunkedPrefill && !engine.EnablePrefixCaching && prompt > engine.MaxNumBatchedTokens)
        {
            throw new AgentSimException(
                "RequestNeverFits",
                $"{load.Describe(request)} can never start: its {prompt} prompt tokens exceed max_num_batched_tokens {engine.MaxNumBatchedTokens} and chunked prefill is off; raise max_num_batched_tokens or turn enable_chunked_prefill on");
        }
    }
}
