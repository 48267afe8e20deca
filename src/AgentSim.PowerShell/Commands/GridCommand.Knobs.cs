using System.Management.Automation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

// What is changed of the workload, each with several values.
public abstract partial class GridCommand
{
    /// <summary>Divisors of the times between the starts of tasks.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] TaskArrivalSpeedupRatio { get; set; } = [1.0];

    /// <summary>Divisors of waits for tools: ratios, texts such as bash=2, or hashtables of classes of tools.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? ToolSpeedupRatio { get; set; }

    /// <summary>Divisors of all delays but waits for tools.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] ThinkSpeedupRatio { get; set; } = [1.0];

    /// <summary>Longest delays; longer ones are cut.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[]? MaxIdleSeconds { get; set; }

    /// <summary>Longest waits for tools; longer ones are cut.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[]? MaxToolWaitSeconds { get; set; }

    /// <summary>Multipliers of output tokens.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] OutputRatio { get; set; } = [1.0];

    /// <summary>How many times the agents of the workload run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int[] Copies { get; set; } = [1];

    /// <summary>Windows round which copies are turned.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[]? CopiesWindowSeconds { get; set; }

    /// <summary>Blocks at the beginning of prompts that copies have in common.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(0, int.MaxValue)]
    [Number(Whole = true)]
    public int[]? CopiesShared { get; set; }

    /// <summary>Where copies start.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public CopiesOffset[]? CopiesOffset { get; set; }

    /// <summary>Seeds of the starts of copies.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number(Whole = true)]
    public ulong[] CopiesSeed { get; set; } = [WorkloadKnobs.DefaultCopiesSeed];

    /// <summary>Closed loops of tasks: so many at a time.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int[]? ConcurrentTasks { get; set; }

    private KnobGrid Knobs() => new()
    {
        TaskArrivalSpeedupRatios = TaskArrivalSpeedupRatio,
        ToolSpeedupRatios = ToolSpeedupRatio is null ? [ToolSpeedup.Neutral] : [.. ToolSpeedupRatio.Select(ToToolSpeedup)],
        ThinkSpeedupRatios = ThinkSpeedupRatio,
        MaxIdleSeconds = OrNone(MaxIdleSeconds),
        MaxToolWaitSeconds = OrNone(MaxToolWaitSeconds),
        OutputRatios = OutputRatio,
        Copies = Copies,
        CopiesWindowSeconds = OrNone(CopiesWindowSeconds),
        CopiesShared = OrNone(CopiesShared),
        CopiesOffsets = CopiesOffset ?? [Workload.CopiesOffset.Window],
        CopiesSeeds = CopiesSeed,
        ConcurrentTasks = OrNone(ConcurrentTasks),
    };

    private static T?[] OrNone<T>(T[]? values)
        where T : struct =>
        values is null ? [null] : [.. values.Select(value => (T?)value)];
}
