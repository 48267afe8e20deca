using AgentSim.Workload;

namespace AgentSim.Measurements;

/// <summary>What a measurement knows of the server; null where it does not say.</summary>
public sealed record MeasuredServer
{
    /// <summary>Engine, as <c>vllm</c>.</summary>
    public string? Engine { get; init; }

    /// <summary>Version of the engine.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>The served model.</summary>
    public string? Model { get; init; }

    /// <summary>The accelerator.</summary>
    public string? Hardware { get; init; }

    /// <summary>Usable KV blocks of a rank.</summary>
    public long? NumGpuBlocks { get; init; }

    /// <summary>Tokens in a KV block.</summary>
    public long? BlockSize { get; init; }

    /// <summary>Most requests running at once.</summary>
    public long? MaxNumSeqs { get; init; }

    /// <summary>Most tokens of a pass.</summary>
    public long? MaxNumBatchedTokens { get; init; }

    /// <summary>Longest sequence in tokens.</summary>
    public long? MaxModelLen { get; init; }

    /// <summary>Whether prompts share KV blocks.</summary>
    public bool? EnablePrefixCaching { get; init; }

    /// <summary>Whether prompts are computed over several passes.</summary>
    public bool? EnableChunkedPrefill { get; init; }

    /// <summary>GPUs of a rank.</summary>
    public long? TensorParallelSize { get; init; }

    /// <summary>What this one does not say, as another says it.</summary>
    public MeasuredServer Or(MeasuredServer other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new MeasuredServer
        {
            Engine = Engine ?? other.Engine,
            EngineVersion = EngineVersion ?? other.EngineVersion,
            Model = Model ?? other.Model,
            Hardware = Hardware ?? other.Hardware,
            NumGpuBlocks = NumGpuBlocks ?? other.NumGpuBlocks,
            BlockSize = BlockSize ?? other.BlockSize,
            MaxNumSeqs = MaxNumSeqs ?? other.MaxNumSeqs,
            MaxNumBatchedTokens = MaxNumBatchedTokens ?? other.MaxNumBatchedTokens,
            MaxModelLen = MaxModelLen ?? other.MaxModelLen,
            EnablePrefixCaching = EnablePrefixCaching ?? other.EnablePrefixCaching,
            EnableChunkedPrefill = EnableChunkedPrefill ?? other.EnableChunkedPrefill,
            TensorParallelSize = TensorParallelSize ?? other.TensorParallelSize,
        };
    }
}

/// <summary>
/// A recorded run of a real server: requests with their times, or passes of the engine with theirs, and what is known of the
/// server. Calibration fits to some and predicts others.
/// </summary>
public sealed record Measurement
{
    /// <summary>A short name of the run: its file, and the stage where a file has several.</summary>
    public required string Name { get; init; }

    /// <summary>The format it was read from, as <c>vllm-bench</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The files it was read from.</summary>
    public IReadOnlyList<WorkloadInput> Inputs { get; init; } = [];

    /// <summary>What is known of the server.</summary>
    public MeasuredServer Server { get; init; } = new();

    /// <summary>The requests, by start.</summary>
    public IReadOnlyList<MeasuredRequest> Requests { get; init => field = value.ToArray(); } = [];   // arrays, which shells can index

    /// <summary>The passes, in order.</summary>
    public IReadOnlyList<MeasuredStep> Steps { get; init => field = value.ToArray(); } = [];

    /// <summary>Aggregates, where the times of single requests are not known; null where they are.</summary>
    public MeasuredAggregates? Aggregates { get; init; }

    /// <summary>Closed loop: so many requests were always under way. Null: they came at their times.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Number of the stage within its file, from 0; null: the file has one.</summary>
    public int? Stage { get; init; }

    /// <summary>Whether it was measured to test a fit, not to be fitted to.</summary>
    public bool IsHeldOut { get; init; }

    /// <summary>Tokens for which an entry of <see cref="MeasuredRequest.BlockIds"/> stands.</summary>
    public int TraceBlockSize { get; init; }

    /// <summary>True when it is recorded which prompts are equal.</summary>
    public bool KnowsPrompts => TraceBlockSize > 0;

    /// <summary>What the numbers have to be read with.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];

    /// <summary>Requests that failed, which are not among <see cref="Requests"/>.</summary>
    public int Failed { get; init; }
}
