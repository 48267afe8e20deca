using AgentSim.Engines;
using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>The engine arguments of a measured server.</summary>
internal static class MeasuredEngine
{
    /// <summary>The arguments; what cannot be known is asked for by name.</summary>
    /// <param name="server">What is known of the server.</param>
    /// <param name="warnings">Get what is assumed.</param>
    /// <param name="needsBlocks">
    /// False: an unknown number of KV blocks is that of a replay, as for the built-in timing, which is another deployment's anyway.
    /// </param>
    /// <exception cref="AgentSimException"><c>CalibrationServerUnknown</c>: the number of KV blocks is not known.</exception>
    public static EngineConfig Of(MeasuredServer server, List<RunWarning> warnings, bool needsBlocks = true)
    {
        List<string> assumed = [];
        if (server.NumGpuBlocks is null && !needsBlocks)
        {
            EngineArguments usual = EngineArguments.Default;
            assumed.Add($"num_gpu_blocks {usual.NumGpuBlocks}");
            if (server.BlockSize is null) assumed.Add($"block_size {usual.BlockSize}");
            server = server with { NumGpuBlocks = usual.NumGpuBlocks, BlockSize = server.BlockSize ?? usual.BlockSize };
        }

        if (server.NumGpuBlocks is not { } blocks)
        {
            throw Errors.CalibrationServerUnknown.Error(
                "the number of KV blocks is not in the measurement, and a wrong one makes wrong latencies; give num_gpu_blocks, "
                + "which the server logs at its start (vLLM: \"GPU KV cache size\" in tokens, divided by the block size; metric " +
                "vllm:cache_config_info)");
        }

        if (server.BlockSize is null) assumed.Add("block_size 16");
        if (server.MaxNumSeqs is null) assumed.Add("max_num_seqs 256");
        if (server.MaxNumBatchedTokens is null) assumed.Add("max_num_batched_tokens 8192");
        if (assumed.Count > 0) warnings.Add(new RunWarning(WarningCodes.CalibrationArgumentsAssumed,
            $"{string.Join(", ", assumed)} {(assumed.Count == 1 ? "is" : "are")} assumed: neither the measurements nor the call say " +
                "them; give them if the server has others", assumed.Count));
        return new EngineArguments
        {
            EngineType = EngineType.Find(server.Engine ?? "vllm", EngineType.All) ?? EngineType.Vllm,
            NumGpuBlocks = blocks,
            BlockSize = server.BlockSize ?? 16,
            MaxNumSeqs = server.MaxNumSeqs ?? 256,
            MaxNumBatchedTokens = server.MaxNumBatchedTokens ?? 8192,
            MaxModelLen = server.MaxModelLen,
            EnablePrefixCaching = server.EnablePrefixCaching ?? true,
            EnableChunkedPrefill = server.EnableChunkedPrefill ?? true,
            AicTpSize = server.TensorParallelSize,
        }.Resolve("the measured server");
    }
}
