using AgentSim.Calibration;
using AgentSim.Measurements;

namespace AgentSim.Cli;

/// <summary>The options about the measured server, which calibrate and validate have in common.</summary>
internal static class CalibrationArguments
{
    public static readonly OptionSpec[] Server =
    [
        new("--num-gpu-blocks", "N", "KV blocks of the server, where the measurement does not say"),
        new("--block-size", "N", "Tokens of a KV block (else 16)"),
        new("--max-num-seqs", "N", "Most requests running at once (else 256)"),
        new("--max-num-batched-tokens", "N", "Most tokens of a pass (else 8192)"),
        new("--max-model-len", "N", "Longest sequence in tokens"),
        new("--engine-type", "NAME", "vllm (default), sglang or trtllm"),
        new("--no-prefix-caching", "", "The server ran without prefix caching", OptionValue.None),
        new("--no-chunked-prefill", "", "The server ran without chunked prefill", OptionValue.None),
        new("--tensor-parallel-size", "N", "GPUs of a rank"),
        new("--model-name", "NAME", "The served model, for the record"),
        new("--hardware", "NAME", "The accelerator, for the record"),
        new("--prompts", "NAME", "Which prompts are equal, where it is not recorded: different (default), same-length or one-text"),
        new("--concurrency", "N", "Requests under way in closed loops that do not say it"),
        new("--allow-failures", "", "Puts up with more than 1 % of failed requests", OptionValue.None),
    ];

    /// <exception cref="AgentSimException">A value is not one of its option.</exception>
    public static CalibrationOptions Of(OptionValues values) => new()
    {
        Server = new MeasuredServer
        {
            Engine = values.Text("--engine-type"),
            NumGpuBlocks = Count(values, "--num-gpu-blocks"),
            BlockSize = Count(values, "--block-size"),
            MaxNumSeqs = Count(values, "--max-num-seqs"),
            MaxNumBatchedTokens = Count(values, "--max-num-batched-tokens"),
            MaxModelLen = Count(values, "--max-model-len"),
            TensorParallelSize = Count(values, "--tensor-parallel-size"),
            Model = values.Text("--model-name"),
            Hardware = values.Text("--hardware"),
            EnablePrefixCaching = values.Has("--no-prefix-caching") ? false : null,
            EnableChunkedPrefill = values.Has("--no-chunked-prefill") ? false : null,
        },
        Prompts = values.Text("--prompts") is { } prompts
            ? PromptNames.Parse(prompts) ?? throw Errors.OptionValueInvalid.Usage(
                $"--prompts must be one of {string.Join(", ", PromptNames.All)} (is {Quote.Of(prompts)})")
            : null,
        Concurrency = (int?)Count(values, "--concurrency"),
        AllowFailures = values.Has("--allow-failures"),
    };

    /// <summary>A whole number of at least 1; null: the option was not given.</summary>
    public static long? Count(OptionValues values, string option) => values.Whole(option) is not { } value ? null
        : value >= 1 && value <= int.MaxValue ? (long)value
        : throw Errors.OptionValueInvalid.Usage($"{option} must be 1 to {int.MaxValue} (is {value})");
}
