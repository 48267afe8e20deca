using System.ComponentModel;
using System.Management.Automation;
using AgentSim.Calibration;
using AgentSim.Measurements;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that simulates measured runs: what is known of their server, and the runs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MeasurementCommand : AgentSimCommand
{
    /// <summary>KV blocks of the server, where the measurement does not say.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [Number(Whole = true)]
    public long? NumGpuBlocks { get; set; }

    /// <summary>Tokens of a KV block.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public long? BlockSize { get; set; }

    /// <summary>Most requests running at once.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [Number(Whole = true)]
    public long? MaxNumSeqs { get; set; }

    /// <summary>Most tokens of a pass.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [Number(Whole = true)]
    public long? MaxNumBatchedTokens { get; set; }

    /// <summary>Longest sequence in tokens.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [Number(Whole = true)]
    public long? MaxModelLen { get; set; }

    /// <summary>The engine of the server.</summary>
    [Parameter]
    [ValidateSet("vllm", "sglang", "trtllm")]
    public string? EngineType { get; set; }

    /// <summary>The server ran without prefix caching.</summary>
    [Parameter]
    public SwitchParameter NoPrefixCaching { get; set; }

    /// <summary>The server ran without chunked prefill.</summary>
    [Parameter]
    public SwitchParameter NoChunkedPrefill { get; set; }

    /// <summary>GPUs of a rank.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public long? TensorParallelSize { get; set; }

    /// <summary>The served model, for the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ModelName { get; set; }

    /// <summary>The accelerator, for the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Hardware { get; set; }

    /// <summary>Which prompts are equal, where it is not recorded.</summary>
    [Parameter]
    public PromptAssumption? Prompts { get; set; }

    /// <summary>Requests under way in closed loops that do not say it.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? Concurrency { get; set; }

    /// <summary>Puts up with more than 1 % of failed requests.</summary>
    [Parameter]
    public SwitchParameter AllowFailure { get; set; }

    private protected CalibrationOptions Options() => new()
    {
        Server = new MeasuredServer
        {
            Engine = EngineType,
            NumGpuBlocks = NumGpuBlocks,
            BlockSize = BlockSize,
            MaxNumSeqs = MaxNumSeqs,
            MaxNumBatchedTokens = MaxNumBatchedTokens,
            MaxModelLen = MaxModelLen,
            TensorParallelSize = TensorParallelSize,
            Model = ModelName,
            Hardware = Hardware,
            EnablePrefixCaching = NoPrefixCaching ? false : null,
            EnableChunkedPrefill = NoChunkedPrefill ? false : null,
        },
        Prompts = Prompts,
        Concurrency = Concurrency,
        AllowFailures = AllowFailure,
    };

    /// <summary>The runs that are given: measurements, or paths of their files.</summary>
    private protected List<Measurement> Runs(IEnumerable<object> given)
    {
        List<Measurement> runs = [];
        List<string> paths = [];
        foreach (object item in given)
        {
            switch (item is PSObject wrapped ? PropertyBagConverter.Restore(wrapped).BaseObject : item)
            {
                case Measurement run:
                    runs.Add(run);
                    break;
                case FileSystemInfo file:
                    paths.Add(file.FullName);
                    break;
                case string path:
                    paths.Add(PathCommand.FileSystemPath(this, path));
                    break;
                case var other:
                    throw Errors.MeasurementInvalid.Usage(
                        $"a {other?.GetType().Name} is no measurement; give what Import-AgentMeasurement returns, " +
                            "or paths of measurements");
            }
        }

        if (paths.Count > 0) runs.AddRange(MeasurementReader.Read(paths, Cancellation));
        return runs;
    }
}
