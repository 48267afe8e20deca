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
    /// <summary>Checks every request whose prompt is known beforehand. Not to be called with a time cap, which may end the run first.</summary>
    public static void Check(WorkloadColumns load, EngineArguments engine)
    {
        if (load.IsDelta) return;
        for (int request = 0; request < load.InputLength.Length; request++) Check(load, engine, request, load.InputLength[request]);
    }

    /// <summary>Checks a request whose prompt has just been put together.</summary>
    public static void CheckAccumulated(RuntimeParts parts, int request) =>
        Check(parts.Load, parts.Settings.Engine, request, parts.Prompts.PromptTokens(request));

    private static void Check(WorkloadColumns load, EngineArguments engine, int request, int prompt)
    {
        if (engine.EngineType != EngineType.Vllm) return;
        Int128 capacity = (Int128)engine.NumGpuBlocks * engine.BlockSize;
        if (prompt > capacity || prompt >= engine.MaxModelLen) return;   // rejected

        long length = (long)prompt + load.OutputLength[request];
        if (engine.MaxModelLen is long limit) length = Math.Min(length, limit);
        // The last token never gets a place of its own, except in a speculative burst.
        long held = engine.AicNextn is null ? length - 1 : length;
        if (held > capacity)
        {
            throw new AgentSimException(
                "RequestNeverFits",
                $"{load.Describe(request)} can never finish: its {prompt} prompt and {load.OutputLength[request]} output tokens need {BlockCount.Of(held, (int)engine.BlockSize)} KV blocks and a worker has {engine.NumGpuBlocks} of {engine.BlockSize} tokens; raise num_gpu_blocks or set max_model_len");
        }

        if (!engine.EnableChunkedPrefill && !engine.EnablePrefixCaching && prompt > engine.MaxNumBatchedTokens)
        {
            throw new AgentSimException(
                "RequestNeverFits",
                $"{load.Describe(request)} can never start: its {prompt} prompt tokens exceed max_num_batched_tokens {engine.MaxNumBatchedTokens} and chunked prefill is off; raise max_num_batched_tokens or turn enable_chunked_prefill on");
        }
    }
}
