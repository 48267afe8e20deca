using AgentSim.Engines;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>
/// Finds requests that could never finish, before or as soon as they arrive (behaviour 00#differences and 04#9.3): a sequence
/// that outgrows its worker's KV pool preempts itself and is never let in again. Requests that the scheduler rejects
/// are a normal outcome and are left alone.
/// </summary>
internal static class Feasibility
{
    /// <summary>Checks every request that is known beforehand to arrive, and its prompt. Not to be called with a time cap, which may end
    /// the run first.</summary>
    public static void Check(WorkloadColumns load, ReplaySettings settings, CancellationToken cancellation)
    {
        if (load.IsDelta || (load.CanSkip && load.InputLength.Any(prompt => IsRejected(settings.Engine, prompt)))) return;
        for (int request = 0; request < load.InputLength.Length; request++)
        {
            cancellation.ThrowIfCancellationRequested();
            int prompt = load.InputLength[request], output = load.OutputLength[request];
            if (settings.Pools is not PoolSettings pools)
            {
                Check(load, settings.Engine, request, prompt, output);
            }
            else if (pools.Prefill.EngineType.Splitting is { Order: HandoffOrder.SourceFirst } && !IsRejected(pools.Prefill, prompt))
            {
                // SGLang refuses room before it prefills, by rules of both pools; its dead ends show in the run.
                Check(load, pools.Prefill, request, prompt, load.HasPlannedOutput ? output : Math.Min(output, 1));
                Check(load, pools.Decode, request, prompt, output);
            }
        }
    }

    /// <summary>Checks a request that has just arrived, where that or its prompt was not known beforehand.</summary>
    public static void CheckArrived(RuntimeParts parts, int request) =>
        Check(parts.Load, parts.Settings.Engine, request, parts.Prompts.PromptTokens(request), parts.Load.OutputLength[request]);

    /// <summary>
    /// Why a server does not take a request, which would be rejected or never finish; null when it takes it. Of separate pools each has
    /// to hold all of it, so that no request can bring the others to a dead end.
    /// </summary>
    public static string? WhyNever(ReplaySettings settings, int prompt, int output)
    {
        EngineConfig[] engines = settings.Pools is { } pools ? [pools.Prefill, pools.Decode] : [settings.Engine];
        foreach (EngineConfig engine in engines)
        {
            if (engine.MaxModelLen is { } most && (long)prompt + output > most)
                return $"the longest sequence is {most} tokens (max_model_len), and the request has {prompt} in its prompt and asks for " +
                    $"{output}";
            if (IsRejected(engine, prompt) || (long)prompt + output > engine.CapacityTokens)
                return $"the KV cache of a worker has room for {engine.CapacityTokens} tokens ({engine.NumGpuBlocks} blocks of " +
                    $"{engine.BlockSize}), and the request has {prompt} in its prompt and asks for {output}";
            if (engine.EngineType.WhyNever(engine, prompt, output) is { } problem) return problem;
        }

        return null;
    }

    private static bool IsRejected(EngineConfig engine, int prompt) => engine.EngineType.Rejects(engine, prompt);

    private static void Check(WorkloadColumns load, EngineConfig engine, int request, int prompt, int output)
    {
        if (engine.EngineType.WhyNever(engine, prompt, output) is { } problem)
            throw load.Fault(request, Errors.RequestNeverFits, $"{load.Describe(request)} can never finish: {problem}");
    }
}
