using System.Globalization;

namespace AgentSim.Engines;

/// <summary>The <c>sglang</c> object of the engine arguments (behaviour 03#A.1). Ranges are not enforced, as in the reference.</summary>
public sealed record SglangArguments
{
    /// <summary>All defaults.</summary>
    public static SglangArguments Default { get; } = new();

    /// <summary><c>schedule_policy</c>: <c>lpm</c> (longest prefix match); <c>fifo</c>, <c>fcfs</c> and, with a warning, anything else mean
    /// first in, first out.</summary>
    public string SchedulePolicy { get; init; } = "fifo";

    /// <summary><c>page_size</c>: another name for the block size; null follows it.</summary>
    public long? PageSize { get; init; }

    /// <summary><c>max_prefill_tokens</c>: prompt tokens of one pass.</summary>
    public long MaxPrefillTokens { get; init; } = 16384;

    /// <summary><c>chunked_prefill_size</c>: chunk budget of one pass; null means 8192 that need not be a multiple of the block size. See
    /// <see cref="ChunkSize"/>.</summary>
    public long? ChunkedPrefillSize { get; init; }

    /// <summary><c>clip_max_new_tokens</c>: most output tokens reserved for a request at its admission.</summary>
    public long ClipMaxNewTokens { get; init; } = 4096;

    /// <summary><c>schedule_conservativeness</c>: scales the share of the output that is reserved.</summary>
    public double ScheduleConservativeness { get; init; } = 1.0;

    /// <summary>The chunk budget in effect.</summary>
    public long ChunkSize => ChunkedPrefillSize ?? 8192;

    /// <summary>True when the longest cached prefix goes first.</summary>
    public bool UsesLongestPrefixMatch => SchedulePolicy == "lpm";

    /// <summary>The arguments in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"schedule_policy={SchedulePolicy} page_size={PageSize} max_prefill_tokens={MaxPrefillTokens} " +
            $"chunked_prefill_size={ChunkedPrefillSize} clip_max_new_tokens={ClipMaxNewTokens} " +
            $"schedule_conservativeness={ScheduleConservativeness}");
}

/// <summary>The <c>trtllm</c> object of the engine arguments (behaviour 03#B.2).</summary>
public sealed record TrtllmArguments
{
    /// <summary>All defaults.</summary>
    public static TrtllmArguments Default { get; } = new();

    /// <summary><c>capacity_scheduler_policy</c>: null or <c>guaranteed_no_evict</c>, the only one simulated.</summary>
    public string? CapacitySchedulerPolicy { get; init; }
}

/// <summary>The <c>reasoning</c> object of the engine arguments; no effect on offline replay.</summary>
public sealed record ReasoningArguments
{
    /// <summary><c>start_thinking_token_id</c>.</summary>
    public uint StartThinkingTokenId { get; init; }

    /// <summary><c>end_thinking_token_id</c>.</summary>
    public uint EndThinkingTokenId { get; init; }

    /// <summary><c>thinking_ratio</c>; its range is not enforced.</summary>
    public double ThinkingRatio { get; init; }

    /// <summary>The arguments in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"start_thinking_token_id={StartThinkingTokenId} end_thinking_token_id={EndThinkingTokenId} thinking_ratio={ThinkingRatio}");
}
