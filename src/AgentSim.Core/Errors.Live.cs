namespace AgentSim;

#pragma warning disable CS1591   // an entry says itself when it comes

/// <content>Live replays and probes.</content>
public static partial class Errors
{
    private static readonly Section LiveReplays = new("Live replays");

    public static ErrorCode LiveCountsOff { get; } = LiveReplays.Input(FaultCategory.InvalidResult,
        "for more than 1 % of the requests a server counts other tokens than were asked for, or none; the report is written all the same",
        "take a server that knows min_tokens, ignore_eos and include_usage, and the right model");
    public static ErrorCode LiveKeyInvalid { get; } = LiveReplays.Call(
        "the environment variable that is to hold the API key is not set, or holds none", "set it, or name another");
    public static ErrorCode LiveNotConfirmed { get; } = LiveReplays.Input(FaultCategory.InvalidOperation,
        "a workload is to go to another machine, and nobody confirmed that", "confirm with --yes, or take a server on this machine");
    public static ErrorCode LiveRunInvalid { get; } = LiveReplays.Input(FaultCategory.InvalidResult,
        "the client could not keep its times, or no request completed; the report is written all the same",
        "the message says which; give the client more processors, or less load");
    public static ErrorCode LiveServerRefused { get; } = LiveReplays.Input(FaultCategory.InvalidOperation,
        "a server refuses the API key, or does not have the model", "the message says which");
    public static ErrorCode LiveServerUnreachable { get; } = LiveReplays.Input(FaultCategory.ResourceUnavailable,
        "a server does not answer at its address", "start it, or name another address");
    public static ErrorCode LiveSettingsInvalid { get; } = LiveReplays.Call(
        "the address of a server or a setting of a live replay is malformed or out of range",
            "the message names the setting and what it may be");
}
