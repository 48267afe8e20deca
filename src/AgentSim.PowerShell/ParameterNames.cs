using AgentSim.PowerShell.Commands;
using AgentSim.Rows;
using AgentSim.Simulation;

namespace AgentSim.PowerShell;

/// <summary>How messages call settings in PowerShell: as parameters of the cmdlets.</summary>
internal static class ParameterNames
{
    private const string FormatPrefix = nameof(TraceFormat) + ".";

    /// <summary>The names.</summary>
    public static Wording Wording { get; } = new(Find);

    private static string? Find(string term) =>
        term.StartsWith(FormatPrefix, StringComparison.Ordinal) ? term[FormatPrefix.Length..] : Values(term)
            ?? (Parameter(term) is { } name ? "-" + name : null);

    // Commands, and what is not the name of a parameter alone.
    private static string? Values(string term) => term switch
    {
        nameof(Setting.RoundRobin) => nameof(RouterMode.RoundRobin),
        nameof(Setting.KvRouter) => nameof(RouterMode.KvRouter),
        nameof(Setting.DropDependencies) => $"-{nameof(ConvertToAgentMooncakeCommand.MissingDependency)} Drop",
        nameof(Setting.Import) => "Import-AgentLog",
        nameof(Setting.Timeline) => "Export-AgentTimeline",
        nameof(Setting.Compare) => "Compare-AgentReplay",
        nameof(Setting.ReportWriter) or nameof(Setting.RequestLogWriter) => "Export-AgentReport",
        nameof(Setting.Convert) => "ConvertTo-AgentMooncake",
        nameof(Setting.Endpoint) => nameof(InvokeAgentLiveReplayCommand.Endpoint),
        nameof(Setting.MaxSeconds) => nameof(InvokeAgentLiveReplayCommand.MaxSeconds),
        nameof(Setting.TokenIds) => "FirstTokenId and -LastTokenId",
        nameof(Setting.RequestTimeout) => nameof(InvokeAgentLiveReplayCommand.RequestTimeoutSeconds),
        _ => null,
    };

    private static string? Parameter(string term) => term switch
    {
        nameof(Setting.Engine) => nameof(InvokeAgentReplayCommand.Engine),
        nameof(Setting.PrefillEngine) => nameof(InvokeAgentReplayCommand.PrefillEngine),
        nameof(Setting.DecodeEngine) => nameof(InvokeAgentReplayCommand.DecodeEngine),
        nameof(Setting.RouterConfig) => nameof(InvokeAgentReplayCommand.RouterConfig),
        nameof(Setting.RouterPolicy) => nameof(ReplayInputCommand.RouterPolicyPath),
        nameof(Setting.Workers) => nameof(InvokeAgentReplayCommand.Workers),
        nameof(Setting.PrefillWorkers) => nameof(InvokeAgentReplayCommand.PrefillWorkers),
        nameof(Setting.DecodeWorkers) => nameof(InvokeAgentReplayCommand.DecodeWorkers),
        nameof(Setting.RouterMode) => nameof(InvokeAgentReplayCommand.RouterMode),
        nameof(Setting.RouterSeed) => nameof(InvokeAgentReplayCommand.RouterSeed),
        nameof(Setting.ServerSpeed) => nameof(StartAgentServerCommand.Speed),
        nameof(Setting.ServerTurnaround) => nameof(StartAgentServerCommand.TurnaroundMs),
        nameof(Setting.ModelName) => nameof(ReplayInputCommand.ModelName),
        nameof(Setting.Concurrency) => nameof(InvokeAgentReplayCommand.Concurrency),
        nameof(Setting.ArrivalSpeedupRatio) => nameof(InvokeAgentReplayCommand.ArrivalSpeedupRatio),
        nameof(Setting.TaskArrivalSpeedupRatio) => nameof(InvokeAgentReplayCommand.TaskArrivalSpeedupRatio),
        nameof(Setting.ToolSpeedupRatio) => nameof(InvokeAgentReplayCommand.ToolSpeedupRatio),
        nameof(Setting.ThinkSpeedupRatio) => nameof(InvokeAgentReplayCommand.ThinkSpeedupRatio),
        nameof(Setting.OutputRatio) => nameof(InvokeAgentReplayCommand.OutputRatio),
        nameof(Setting.MaxIdleSeconds) => nameof(InvokeAgentReplayCommand.MaxIdleSeconds),
        nameof(Setting.MaxToolWaitSeconds) => nameof(InvokeAgentReplayCommand.MaxToolWaitSeconds),
        nameof(Setting.Copies) => nameof(InvokeAgentReplayCommand.Copies),
        nameof(Setting.CopiesWindowSeconds) => nameof(InvokeAgentReplayCommand.CopiesWindowSeconds),
        nameof(Setting.CopiesShared) => nameof(InvokeAgentReplayCommand.CopiesShared),
        nameof(Setting.CopiesOffset) => nameof(InvokeAgentReplayCommand.CopiesOffset),
        nameof(Setting.CopiesSeed) => nameof(InvokeAgentReplayCommand.CopiesSeed),
        nameof(Setting.ConcurrentTasks) => nameof(InvokeAgentReplayCommand.ConcurrentTasks),
        nameof(Setting.MaxSimTimeSeconds) => nameof(ReplayInputCommand.MaxSimTimeSeconds),
        nameof(Setting.SlaTtftMs) => nameof(ReplayInputCommand.SlaTtftMs),
        nameof(Setting.SlaItlMs) => nameof(ReplayInputCommand.SlaItlMs),
        nameof(Setting.SlaE2eMs) => nameof(ReplayInputCommand.SlaE2eMs),
        nameof(Setting.Shard) => nameof(GridCommand.Shard),
        nameof(Setting.Checkpoint) => nameof(GridCommand.CheckpointPath),
        nameof(Setting.TraceFormat) => nameof(ReplayInputCommand.TraceFormat),
        nameof(Setting.Model) => nameof(ReplayInputCommand.Model),
        nameof(Setting.TraceBlockSize) => nameof(ReplayInputCommand.TraceBlockSize),
        nameof(Setting.AllowTorn) => nameof(ReplayInputCommand.AllowTorn),
        nameof(Setting.AllowCut) => nameof(ReplayInputCommand.AllowCut),
        nameof(Setting.DropSessionless) => nameof(ReplayInputCommand.DropSessionless),
        nameof(Setting.TraceSharedPrefixRatio) or nameof(Setting.SharedPrefixRatio) => nameof(ReplayInputCommand.SharedPrefixRatio),
        nameof(Setting.TracePrefixGroups) or nameof(Setting.PrefixGroups) => nameof(ReplayInputCommand.PrefixGroups),
        nameof(Setting.InputTokens) => nameof(ReplayInputCommand.InputTokens),
        nameof(Setting.OutputTokens) => nameof(ReplayInputCommand.OutputTokens),
        nameof(Setting.RequestCount) => nameof(ReplayInputCommand.RequestCount),
        nameof(Setting.RequestRate) => nameof(ReplayInputCommand.RequestRate),
        nameof(Setting.ArrivalIntervalMs) => nameof(ReplayInputCommand.ArrivalIntervalMs),
        nameof(Setting.ArrivalSeed) => nameof(ReplayInputCommand.ArrivalSeed),
        nameof(Setting.TurnsPerSession) => nameof(ReplayInputCommand.TurnsPerSession),
        nameof(Setting.InterTurnDelayMs) => nameof(ReplayInputCommand.InterTurnDelayMs),
        nameof(Setting.MaxIdle) => nameof(ImportAgentLogCommand.MaxIdleSeconds),
        nameof(Setting.MaxToolWait) => nameof(ImportAgentLogCommand.MaxToolWaitSeconds),
        nameof(Setting.SessionRate) => nameof(ImportAgentLogCommand.SessionRate),
        nameof(Setting.CharactersPerToken) => nameof(ImportAgentLogCommand.CharactersPerToken),
        nameof(Setting.Until) => nameof(ImportAgentLogCommand.Until),
        nameof(Setting.Since) => nameof(ImportAgentLogCommand.Since),
        nameof(Setting.Salt) => nameof(ImportAgentLogCommand.Salt),
        nameof(Setting.ImportFormat) => nameof(ImportAgentLogCommand.Format),
        nameof(Setting.ImportPreset) => nameof(ImportAgentLogCommand.Preset),
        nameof(Setting.InferSessions) => nameof(StartAgentTraceCommand.InferSessions),
        nameof(Setting.Limit) => nameof(FindAgentCapacityCommand.Limit),
        nameof(Setting.Minimum) => nameof(FindAgentCapacityCommand.Minimum),
        nameof(Setting.Maximum) => nameof(FindAgentCapacityCommand.Maximum),
        nameof(Setting.Step) => nameof(FindAgentCapacityCommand.Step),
        nameof(Setting.SeedCount) => nameof(FindAgentCapacityCommand.SeedCount),
        nameof(Setting.GpuPricePerHour) => nameof(FindAgentCapacityCommand.GpuPricePerHour),
        nameof(Setting.KvBytesPerToken) => nameof(FindAgentCapacityCommand.KvBytesPerToken),
        nameof(Setting.BufferBytes) => nameof(StartAgentTraceCommand.BufferBytes),
        nameof(Setting.FlushIntervalMs) => nameof(StartAgentTraceCommand.FlushIntervalMs),
        nameof(Setting.RollBytes) => nameof(StartAgentTraceCommand.RollBytes),
        nameof(Setting.RollLines) => nameof(StartAgentTraceCommand.RollLines),
        nameof(Setting.Endpoint) => nameof(InvokeAgentLiveReplayCommand.Endpoint),
        nameof(Setting.MaxSeconds) => nameof(InvokeAgentLiveReplayCommand.MaxSeconds),
        nameof(Setting.TokenIds) => "FirstTokenId and -LastTokenId",
        nameof(Setting.RequestTimeout) => nameof(InvokeAgentLiveReplayCommand.RequestTimeoutSeconds),
        _ => null,
    };
}
