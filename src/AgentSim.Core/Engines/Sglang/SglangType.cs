using AgentSim.Engines.Sglang;

namespace AgentSim.Engines;

public abstract partial class EngineType
{
    /// <summary>SGLang.</summary>
    public static EngineType Sglang { get; } = Add(new SglangType());
}

/// <summary>SGLang (behaviour 03#A).</summary>
internal sealed class SglangType() : EngineType("sglang")
{
    internal override Splitting Splitting { get; } = new(SglangRules.Handoff, services => new SglangEngine(services));

    internal override IReadOnlyList<string> IgnoredArguments { get; } =
        ["enable_prefix_caching", "enable_chunked_prefill", "preemption_mode", "g1_backend", "num_g2_blocks", "num_g3_blocks",
            "enable_g4_storage"];

    internal override long DefaultBlockSize(EngineArguments arguments) => arguments.Sglang.PageSize ?? 1;

    internal override string? FindConflict(EngineArguments arguments)
    {
        if (arguments.Sglang.PageSize is { } page && page != arguments.BlockSize)
            return $"block_size {arguments.BlockSize} and sglang.page_size {page} must be equal with sglang; give one of them";
        if (arguments.Sglang.ChunkedPrefillSize is { } chunk && chunk % arguments.BlockSize != 0)
            return $"sglang.chunked_prefill_size {chunk} must be a multiple of block_size {arguments.BlockSize}";
        return null;
    }

    internal override string? FindDoubt(EngineArguments arguments) => arguments.Sglang.SchedulePolicy is "fifo" or "fcfs" or "lpm"
        ? null
        : $"sglang.schedule_policy {Quote.Of(arguments.Sglang.SchedulePolicy)} is unknown and means fifo; known: fifo, fcfs, lpm";

    internal override string? WhyNever(EngineConfig config, int promptTokens, int outputTokens) =>
        SglangFeasibility.WhyNever(config, promptTokens, outputTokens);

    internal override SimulatedEngine Create(EngineServices services) => new SglangEngine(services);
}
