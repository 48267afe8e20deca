using System.Management.Automation;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

// What is changed of the workload.
public sealed partial class InvokeAgentLiveReplayCommand
{
    /// <summary>Divides the times between the starts of tasks.</summary>
    [Parameter]
    [Number]
    public double TaskArrivalSpeedupRatio { get; set; } = 1.0;

    /// <summary>Divides waits for tools: a ratio, text such as bash=2, or a hashtable of classes of tools.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? ToolSpeedupRatio { get; set; }

    /// <summary>Divides all delays but waits for tools.</summary>
    [Parameter]
    [Number]
    public double ThinkSpeedupRatio { get; set; } = 1.0;

    /// <summary>Cuts longer delays to this.</summary>
    [Parameter]
    [Number]
    public double? MaxIdleSeconds { get; set; }

    /// <summary>Cuts longer waits for tools to this.</summary>
    [Parameter]
    [Number]
    public double? MaxToolWaitSeconds { get; set; }

    /// <summary>Multiplies output tokens.</summary>
    [Parameter]
    [Number]
    public double OutputRatio { get; set; } = 1.0;

    /// <summary>Runs the agents of the workload so many times, with starts of their own.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int Copies { get; set; } = 1;

    /// <summary>The window round which copies are turned; without it that of the starts.</summary>
    [Parameter]
    [Number]
    public double? CopiesWindowSeconds { get; set; }

    /// <summary>Blocks at the beginning of prompts that copies have in common; without it what several tasks have in common.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [Number(Whole = true)]
    public int? CopiesShared { get; set; }

    /// <summary>Where copies start.</summary>
    [Parameter]
    public CopiesOffset CopiesOffset { get; set; }

    /// <summary>Seed of the starts of copies.</summary>
    [Parameter]
    [Number(Whole = true)]
    public ulong CopiesSeed { get; set; } = WorkloadKnobs.DefaultCopiesSeed;

    /// <summary>Closed loop of tasks: so many at a time; their starts are ignored.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? ConcurrentTasks { get; set; }

    private WorkloadKnobs Knobs() => new()
    {
        TaskArrivalSpeedupRatio = TaskArrivalSpeedupRatio,
        ToolSpeedupRatio = ToToolSpeedup(ToolSpeedupRatio),
        ThinkSpeedupRatio = ThinkSpeedupRatio,
        MaxIdleSeconds = MaxIdleSeconds,
        MaxToolWaitSeconds = MaxToolWaitSeconds,
        OutputRatio = OutputRatio,
        Copies = Copies,
        CopiesWindowSeconds = CopiesWindowSeconds,
        CopiesShared = CopiesShared,
        CopiesOffset = CopiesOffset,
        CopiesSeed = CopiesSeed,
        ConcurrentTasks = ConcurrentTasks,
    };
}
