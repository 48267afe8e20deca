using System.Management.Automation;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

// Synthetic load. What only Core can judge, and words better, is left to its checks.
public abstract partial class WorkloadInputCommand
{
    /// <summary>Synthetic load: prompt tokens of every turn.</summary>
    [Parameter(ParameterSetName = SyntheticSet, Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int InputTokens { get; set; }

    /// <summary>Synthetic load: output tokens of every turn.</summary>
    [Parameter(ParameterSetName = SyntheticSet, Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int OutputTokens { get; set; }

    /// <summary>Synthetic load: number of requests, or of sessions when they have several turns.</summary>
    [Parameter(ParameterSetName = SyntheticSet, Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int RequestCount { get; set; }

    /// <summary>Synthetic load: Poisson arrivals per second.</summary>
    [Parameter(ParameterSetName = SyntheticSet)]
    [Number]
    public double? RequestRate { get; set; }

    /// <summary>Synthetic load: fixed spacing of arrivals, milliseconds; 0: all at once.</summary>
    [Parameter(ParameterSetName = SyntheticSet)]
    [Number]
    public double? ArrivalIntervalMs { get; set; }

    /// <summary>Synthetic load: seed of the Poisson arrivals.</summary>
    [Parameter(ParameterSetName = SyntheticSet)]
    [Number(Whole = true)]
    public ulong ArrivalSeed { get; set; } = new SyntheticOptions().ArrivalSeed;

    /// <summary>Synthetic load: turns of every session.</summary>
    [Parameter(ParameterSetName = SyntheticSet)]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int TurnsPerSession { get; set; } = 1;

    /// <summary>Synthetic load: milliseconds between the end of a turn and the next one of its session.</summary>
    [Parameter(ParameterSetName = SyntheticSet)]
    [Number]
    public double InterTurnDelayMs { get; set; }

    private protected SyntheticOptions Synthesis() => new()
    {
        InputTokens = InputTokens,
        OutputTokens = OutputTokens,
        RequestCount = RequestCount,
        RequestRate = RequestRate,
        ArrivalIntervalMs = ArrivalIntervalMs,
        ArrivalSeed = ArrivalSeed,
        TurnsPerSession = TurnsPerSession,
        SharedPrefixRatio = SharedPrefixRatio,
        NumPrefixGroups = PrefixGroups,
        InterTurnDelayMs = InterTurnDelayMs,
    };
}
