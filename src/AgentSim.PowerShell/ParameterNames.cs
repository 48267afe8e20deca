using AgentSim.PowerShell.Commands;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.PowerShell;

/// <summary>The parameters of the replaying cmdlets that messages mention.</summary>
internal static class ParameterNames
{
    public const string Engine = nameof(InvokeAgentReplayCommand.Engine);
    public const string PrefillEngine = nameof(InvokeAgentReplayCommand.PrefillEngine);
    public const string DecodeEngine = nameof(InvokeAgentReplayCommand.DecodeEngine);
    public const string RouterConfig = nameof(InvokeAgentReplayCommand.RouterConfig);
    public const string Workers = nameof(InvokeAgentReplayCommand.Workers);
    public const string PrefillWorkers = nameof(InvokeAgentReplayCommand.PrefillWorkers);
    public const string DecodeWorkers = nameof(InvokeAgentReplayCommand.DecodeWorkers);

    /// <summary>What Core calls the options of a replay when PowerShell asks.</summary>
    public static OptionNames Replay { get; } = new()
    {
        Engine = "-" + Engine,
        PrefillEngine = "-" + PrefillEngine,
        DecodeEngine = "-" + DecodeEngine,
        RouterSettings = "-" + RouterConfig,
        Workers = "-" + Workers,
        PrefillWorkers = "-" + PrefillWorkers,
        DecodeWorkers = "-" + DecodeWorkers,
        RouterMode = "-" + nameof(InvokeAgentReplayCommand.RouterMode),
        RoundRobin = nameof(RouterMode.RoundRobin),
        KvRouter = nameof(RouterMode.KvRouter),
        Concurrency = "-" + nameof(InvokeAgentReplayCommand.Concurrency),
        ArrivalSpeedupRatio = "-" + nameof(InvokeAgentReplayCommand.ArrivalSpeedupRatio),
        MaxSimTimeSeconds = "-" + nameof(ReplayInputCommand.MaxSimTimeSeconds),
        SlaTtftMs = "-" + nameof(ReplayInputCommand.SlaTtftMs),
        SlaItlMs = "-" + nameof(ReplayInputCommand.SlaItlMs),
        SlaE2eMs = "-" + nameof(ReplayInputCommand.SlaE2eMs),
        TraceFormat = "-" + nameof(ReplayInputCommand.TraceFormat),
        Mooncake = nameof(TraceFormat.Mooncake),
        AgenticMooncake = nameof(TraceFormat.AgenticMooncake),
        Dynamo = nameof(TraceFormat.Dynamo),
        MooncakeDelta = nameof(TraceFormat.MooncakeDelta),
        AppliedComputeAgentic = nameof(TraceFormat.AppliedComputeAgentic),
        Recording = format => format.ToString(),
        Model = "-" + nameof(ReplayInputCommand.Model),
        TraceBlockSize = "-" + nameof(ReplayInputCommand.TraceBlockSize),
        AllowCut = "-" + nameof(ReplayInputCommand.AllowCut),
        DropSessionless = "-" + nameof(ReplayInputCommand.DropSessionless),
        TraceSharedPrefixRatio = "-" + nameof(ReplayInputCommand.SharedPrefixRatio),
        TracePrefixGroups = "-" + nameof(ReplayInputCommand.PrefixGroups),
        RouterPolicy = "-" + nameof(ReplayInputCommand.RouterPolicyPath),
        ModelName = "-" + nameof(ReplayInputCommand.ModelName),
        RouterSeed = "-" + nameof(InvokeAgentReplayCommand.RouterSeed),
        ArrivalSeed = "-" + nameof(ReplayInputCommand.ArrivalSeed),
        InputTokens = "-" + nameof(ReplayInputCommand.InputTokens),
        OutputTokens = "-" + nameof(ReplayInputCommand.OutputTokens),
        RequestCount = "-" + nameof(ReplayInputCommand.RequestCount),
        RequestRate = "-" + nameof(ReplayInputCommand.RequestRate),
        ArrivalIntervalMs = "-" + nameof(ReplayInputCommand.ArrivalIntervalMs),
        TurnsPerSession = "-" + nameof(ReplayInputCommand.TurnsPerSession),
        SharedPrefixRatio = "-" + nameof(ReplayInputCommand.SharedPrefixRatio),
        PrefixGroups = "-" + nameof(ReplayInputCommand.PrefixGroups),
        InterTurnDelayMs = "-" + nameof(ReplayInputCommand.InterTurnDelayMs),
    };
}
